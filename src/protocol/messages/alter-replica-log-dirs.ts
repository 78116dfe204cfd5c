import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** Moves replicas between the disks of one broker (KIP-113). */
export const AlterReplicaLogDirs = api(
  34,
  'AlterReplicaLogDirs',
  { versions: [1, 2], flexible: 2, route: 'broker' },
  {
    dirs: array({
      path: string,
      topics: array({
        name: string,
        partitions: array(int32),
      }),
    }),
  },
  {
    throttleTimeMs: int32,
    results: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
      }),
    }),
  },
)
