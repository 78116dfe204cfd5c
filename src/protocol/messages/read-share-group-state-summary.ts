import { api } from '../api.ts'
import { array, errorCode, int32, int64, string, uuid } from '../schema.ts'

/**
 * Reads the state of share-partitions without its batches (KIP-932). Brokers ask it of the share coordinator, which
 * FindCoordinator names for a key of type 2; it needs the right to act for the cluster.
 */
export const ReadShareGroupStateSummary = api(
  87,
  'ReadShareGroupStateSummary',
  { versions: [0, 1], flexible: 0, route: 'broker' },
  {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        leaderEpoch: int32,
      }),
    }),
  },
  {
    results: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        errorCode,
        errorMessage: string.nullable().default(null),
        stateEpoch: int32,
        leaderEpoch: int32,
        startOffset: int64,
        /** Offsets at or above the start offset that are done with (KIP-1226); -1 if unknown. */
        deliveryCompleteCount: int32.since(1).default(-1).ignorable(),
      }),
    }),
  },
)
