import { api } from '../api.ts'
import { array, errorCode, int32, int64, string, uuid } from '../schema.ts'

/**
 * Begins the state of share-partitions (KIP-932). Brokers ask it of the share coordinator, which FindCoordinator names
 * for a key of type 2; it needs the right to act for the cluster.
 */
export const InitializeShareGroupState = api(
  83,
  'InitializeShareGroupState',
  { versions: [0, 0], flexible: 0, route: 'broker' },
  {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({
        partition: int32,
        stateEpoch: int32,
        /** -1 if it is not set yet. */
        startOffset: int64,
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
