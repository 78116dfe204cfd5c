import { api } from '../api.ts'
import { array, errorCode, int32, int64, string } from '../schema.ts'

/** The idempotent producers that a partition remembers (KIP-664). */
export const DescribeProducers = api(
  61,
  'DescribeProducers',
  { versions: [0, 0], flexible: 0, route: 'leader' },
  {
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    }),
  },
  {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        errorMessage: string.nullable().default(null),
        activeProducers: array({
          producerId: int64,
          producerEpoch: int32,
          lastSequence: int32.default(-1),
          lastTimestamp: int64.default(-1n),
          coordinatorEpoch: int32,
          /** -1 when no transaction is open. */
          currentTxnStartOffset: int64.default(-1n),
        }),
      }),
    }),
  },
)
