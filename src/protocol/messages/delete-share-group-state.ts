import { api } from '../api.ts'
import { array, errorCode, int32, string, uuid } from '../schema.ts'

/**
 * Deletes the state of share-partitions (KIP-932). Brokers ask it of the share coordinator, which FindCoordinator names
 * for a key of type 2; it needs the right to act for the cluster.
 */
export const DeleteShareGroupState = api(
  86,
  'DeleteShareGroupState',
  { versions: [0, 0], flexible: 0, route: 'broker' },
  {
    groupId: string,
    topics: array({
      topicId: uuid,
      partitions: array({ partition: int32 }),
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
