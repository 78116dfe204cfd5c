import { api } from '../api.ts'
import { array, errorCode, int8, int32, int64, string } from '../schema.ts'

/** The offset that belongs to a time, or to an end of the log. */
export const ListOffsets = api(
  2,
  'ListOffsets',
  { versions: [1, 11], flexible: 6, route: 'leader' },
  {
    /** -1 for a client. */
    replicaId: int32,
    isolationLevel: int8.since(2),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        currentLeaderEpoch: int32.since(4).default(-1).ignorable(),
        /** Milliseconds, or -1 latest, -2 earliest, -3 max timestamp, -4 earliest local, -5 latest tiered. */
        timestamp: int64,
      }),
    }),
    timeoutMs: int32.since(10).ignorable(),
  },
  {
    throttleTimeMs: int32.since(2).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        timestamp: int64.since(1).default(-1n),
        /** -1 when no record is as young as the asked time. */
        offset: int64.since(1).default(-1n),
        leaderEpoch: int32.since(4).default(-1),
      }),
    }),
  },
)
