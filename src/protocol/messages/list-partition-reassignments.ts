import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** Which partitions are on the move (KIP-455). */
export const ListPartitionReassignments = api(
  46,
  'ListPartitionReassignments',
  { versions: [0, 0], flexible: 0, route: 'controller' },
  {
    timeoutMs: int32.default(60_000),
    /** Null for all. */
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    })
      .nullable()
      .default(null),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** All replicas, those that come and go included. */
        replicas: array(int32),
        addingReplicas: array(int32),
        removingReplicas: array(int32),
      }),
    }),
  },
)
