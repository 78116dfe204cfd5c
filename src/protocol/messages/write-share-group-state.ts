import { api } from '../api.ts'
import { array, errorCode, int8, int16, int32, int64, string, uuid } from '../schema.ts'

/**
 * Adds to the state of share-partitions (KIP-932). Brokers ask it of the share coordinator, which FindCoordinator names
 * for a key of type 2; it needs the right to act for the cluster.
 */
export const WriteShareGroupState = api(
  85,
  'WriteShareGroupState',
  { versions: [0, 1], flexible: 0, route: 'broker' },
  {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        stateEpoch: int32,
        leaderEpoch: int32,
        /** -1 if it does not change. */
        startOffset: int64,
        /** Offsets at or above the start offset that are done with (KIP-1226); -1 if unknown. */
        deliveryCompleteCount: int32.since(1).default(-1).ignorable(),
        stateBatches: array({
          firstOffset: int64,
          lastOffset: int64,
          /** 0 available, 2 acknowledged, 4 archived. */
          deliveryState: int8,
          deliveryCount: int16,
        }),
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
      }),
    }),
  },
)
