import { api } from '../api.ts'
import { array, errorCode, int8, int32, int64, records, string, struct, uuid } from '../schema.ts'

const MAX_INT64 = 0x7fffffffffffffffn

/** Reads record batches from partitions; waits at the broker until there is enough to send or `maxWaitMs` has passed. */
export const Fetch = api(
  1,
  'Fetch',
  { versions: [4, 18], flexible: 12, route: 'leader' },
  {
    clusterId: string.since(12).nullable(12).default(null).tag(0).ignorable(),
    replicaId: int32.until(14).default(-1),
    replicaState: struct({
      replicaId: int32.default(-1),
      replicaEpoch: int64.default(-1n),
    })
      .since(15)
      .tag(1),
    maxWaitMs: int32,
    minBytes: int32,
    /** For the whole response; the first batch comes even when it is larger (KIP-74). */
    maxBytes: int32.since(3).default(0x7fffffff).ignorable(),
    /** 0 read_uncommitted, 1 read_committed. */
    isolationLevel: int8.since(4).default(0).ignorable(),
    /** The incremental fetch session (KIP-227); 0 with epoch -1 is a fetch without one. */
    sessionId: int32.since(7).default(0).ignorable(),
    sessionEpoch: int32.since(7).default(-1).ignorable(),
    topics: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partition: int32,
        currentLeaderEpoch: int32.since(9).default(-1).ignorable(),
        fetchOffset: int64,
        /** The epoch of the last record read: how truncation is noticed (KIP-595). */
        lastFetchedEpoch: int32.since(12).default(-1),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        partitionMaxBytes: int32,
        replicaDirectoryId: uuid.since(17).tag(0).ignorable(),
        highWatermark: int64.since(18).default(MAX_INT64).tag(1).ignorable(),
      }),
    }),
    forgottenTopicsData: array({
      topic: string.since(7).until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array(int32),
    }).since(7),
    rackId: string.since(11).ignorable(),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode: errorCode.since(7).ignorable(),
    sessionId: int32.since(7).default(0),
    responses: array({
      topic: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode,
        highWatermark: int64,
        lastStableOffset: int64.since(4).default(-1n).ignorable(),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        /** Where this log and the reader's parted ways (KIP-595). */
        divergingEpoch: struct({
          epoch: int32.default(-1),
          endOffset: int64.default(-1n),
        })
          .since(12)
          .tag(0),
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .since(12)
          .tag(1),
        snapshotId: struct({
          endOffset: int64.default(-1n),
          epoch: int32.default(-1),
        })
          .since(12)
          .tag(2),
        abortedTransactions: array({
          producerId: int64,
          firstOffset: int64,
        })
          .since(4)
          .nullable(4)
          .ignorable(),
        /** The replica to read from instead, nearer to the given rack (KIP-392). */
        preferredReadReplica: int32.since(11).default(-1),
        records: records.nullable(),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .since(16)
      .tag(0),
  },
)
