import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** Elects partition leaders anew (KIP-460). */
export const ElectLeaders = api(
  43,
  'ElectLeaders',
  { versions: [0, 2], flexible: 2, route: 'controller' },
  {
    /** 0 the preferred replica, 1 any live one where none is in sync, which loses data. */
    electionType: int8.since(1),
    /** Null for all partitions. */
    topicPartitions: array({
      topic: string,
      partitions: array(int32),
    }).nullable(),
    timeoutMs: int32.default(60_000),
  },
  {
    throttleTimeMs: int32,
    errorCode: errorCode.since(1),
    replicaElectionResults: array({
      topic: string,
      partitionResult: array({
        partitionId: int32,
        errorCode,
        errorMessage: string.nullable(),
      }),
    }),
  },
)
