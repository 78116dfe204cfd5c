import { api } from '../api.ts'
import { array, bool, errorCode, int32, int64, string } from '../schema.ts'

/** The disks of one broker, and the replicas on them (KIP-113). */
export const DescribeLogDirs = api(
  35,
  'DescribeLogDirs',
  { versions: [1, 5], flexible: 2, route: 'broker' },
  {
    /** Null for all. */
    topics: array({
      topic: string,
      partitions: array(int32),
    }).nullable(),
  },
  {
    throttleTimeMs: int32,
    errorCode: errorCode.since(3).ignorable(),
    results: array({
      errorCode,
      /** An absolute path. */
      logDir: string,
      topics: array({
        name: string,
        partitions: array({
          partitionIndex: int32,
          /** In bytes. */
          partitionSize: int64,
          /**
           * How far this replica is behind the high watermark, or behind the current replica for one that will replace
           * it.
           */
          offsetLag: int64,
          /** It is being moved here and will replace the current replica. */
          isFutureKey: bool,
        }),
      }),
      /** Of the volume (KIP-827); -1 if unknown. */
      totalBytes: int64.since(4).default(-1n).ignorable(),
      usableBytes: int64.since(4).default(-1n).ignorable(),
      /** No new replicas are put here. */
      isCordoned: bool.since(5).ignorable(),
    }),
  },
)
