import { api } from '../api.ts'
import { errorCode, int16, int32, int64, string } from '../schema.ts'

/** Makes a group's offsets part of a transaction, ahead of TxnOffsetCommit. Not needed with KIP-890 transactions. */
export const AddOffsetsToTxn = api(
  25,
  'AddOffsetsToTxn',
  { versions: [0, 4], flexible: 3, route: 'transaction' },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    groupId: string,
  },
  {
    throttleTimeMs: int32,
    errorCode,
  },
)
