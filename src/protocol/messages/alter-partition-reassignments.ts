import { api } from '../api.ts'
import { array, bool, errorCode, int32, string } from '../schema.ts'

/** Moves partitions to other brokers, or stops moving them (KIP-455). */
export const AlterPartitionReassignments = api(
  45,
  'AlterPartitionReassignments',
  { versions: [0, 1], flexible: 0, route: 'controller' },
  {
    timeoutMs: int32.default(60_000),
    /** Whether the number of replicas may change with it (KIP-860). */
    allowReplicationFactorChange: bool.since(1).default(true),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** Null stops a move that is under way. */
        replicas: array(int32).nullable().default(null),
      }),
    }),
  },
  {
    throttleTimeMs: int32,
    allowReplicationFactorChange: bool.since(1).default(true).ignorable(),
    errorCode,
    errorMessage: string.nullable(),
    responses: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        errorMessage: string.nullable(),
      }),
    }),
  },
)
