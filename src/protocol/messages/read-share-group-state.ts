import { api } from '../api.ts'
import { array, errorCode, int8, int16, int32, int64, string, uuid } from '../schema.ts'

/**
 * Reads the state of share-partitions (KIP-932). Brokers ask it of the share coordinator, which FindCoordinator names
 * for a key of type 2; it needs the right to act for the cluster.
 */
export const ReadShareGroupState = api(
  84,
  'ReadShareGroupState',
  { versions: [0, 0], flexible: 0, route: 'broker' },
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
        /** -1 if it is not set yet. */
        startOffset: int64,
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
)
