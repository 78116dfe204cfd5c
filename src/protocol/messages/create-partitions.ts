import { api } from '../api.ts'
import { array, bool, errorCode, int32, string } from '../schema.ts'

/** Adds partitions to topics (KIP-195). */
export const CreatePartitions = api(
  37,
  'CreatePartitions',
  { versions: [0, 3], flexible: 2, route: 'controller' },
  {
    topics: array({
      name: string,
      /** How many there are to be in the end. */
      count: int32,
      /** The replicas of the new partitions; null leaves it to the controller. */
      assignments: array({ brokerIds: array(int32) }).nullable(),
    }),
    timeoutMs: int32,
    validateOnly: bool,
  },
  {
    throttleTimeMs: int32,
    results: array({
      name: string,
      errorCode,
      errorMessage: string.nullable().default(null),
    }),
  },
)
