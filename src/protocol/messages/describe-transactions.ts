import { api } from '../api.ts'
import { array, errorCode, int16, int32, int64, string } from '../schema.ts'

/** The state of transactions (KIP-664). */
export const DescribeTransactions = api(
  65,
  'DescribeTransactions',
  { versions: [0, 0], flexible: 0, route: 'transaction' },
  {
    transactionalIds: array(string),
  },
  {
    throttleTimeMs: int32,
    transactionStates: array({
      errorCode,
      transactionalId: string,
      /**
       * `Empty`, `Ongoing`, `PrepareCommit`, `PrepareAbort`, `CompleteCommit`, `CompleteAbort`, `Dead` or
       * `PrepareEpochFence`.
       */
      transactionState: string,
      transactionTimeoutMs: int32,
      /** -1 when no transaction is open. */
      transactionStartTimeMs: int64,
      producerId: int64,
      producerEpoch: int16,
      /** What is part of the transaction; while it ends, what has no marker yet. */
      topics: array({
        topic: string,
        partitions: array(int32),
      }),
    }),
  },
)
