import { api } from '../api.ts'
import { bool, errorCode, int16, int32, int64, string } from '../schema.ts'

/** Commits or aborts a transaction. Versions 5 and later are for clusters with transaction version 2 (KIP-890). */
export const EndTxn = api(
  26,
  'EndTxn',
  { versions: [0, 5], flexible: 3, route: 'transaction' },
  {
    transactionalId: string,
    producerId: int64,
    producerEpoch: int16,
    /** False aborts. */
    committed: bool,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    /** What to use for the next transaction: every one has an epoch of its own (KIP-890). -1 if unchanged. */
    producerId: int64.since(5).default(-1n).ignorable(),
    producerEpoch: int16.since(5).default(-1).ignorable(),
  },
)
