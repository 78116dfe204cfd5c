import { api } from '../api.ts'
import { array, errorCode, int32, int64, string } from '../schema.ts'

/** Where the log of an epoch ends: how a reader finds out that its log was truncated (KIP-320). */
export const OffsetForLeaderEpoch = api(
  23,
  'OffsetForLeaderEpoch',
  { versions: [2, 4], flexible: 4, route: 'leader' },
  {
    /** -1 for a consumer; the default, -2, may see past the high watermark and is for debugging. */
    replicaId: int32.since(3).default(-2).ignorable(),
    topics: array({
      topic: string,
      partitions: array({
        partition: int32,
        /** Fences a reader whose metadata is old; -1 does not. */
        currentLeaderEpoch: int32.default(-1).ignorable(),
        /** The epoch that is asked for. */
        leaderEpoch: int32,
      }),
    }),
  },
  {
    throttleTimeMs: int32.ignorable(),
    topics: array({
      topic: string,
      partitions: array({
        errorCode,
        partition: int32,
        /** The largest epoch that is not above the asked one; -1 if there is none. */
        leaderEpoch: int32.default(-1).ignorable(),
        /** One past the last offset of that epoch; -1 if there is none. */
        endOffset: int64.default(-1n),
      }),
    }),
  },
)
