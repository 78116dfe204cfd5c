import { api } from '../api.ts'
import { bool, errorCode, int16, int32, int64, string } from '../schema.ts'

/** A producer id and epoch, for idempotent and transactional producing (KIP-98, KIP-360). */
export const InitProducerId = api(
  22,
  'InitProducerId',
  // Version 6 (two-phase commit, KIP-939) is not stable yet.
  { versions: [0, 6], stable: 5, flexible: 2, route: 'transaction' },
  {
    transactionalId: string.nullable(),
    transactionTimeoutMs: int32,
    producerId: int64.since(3).default(-1n),
    producerEpoch: int16.since(3).default(-1),
    enable2Pc: bool.since(6),
    keepPreparedTxn: bool.since(6),
  },
  {
    throttleTimeMs: int32.ignorable(),
    errorCode,
    producerId: int64.default(-1n),
    producerEpoch: int16,
    ongoingTxnProducerId: int64.since(6).default(-1n),
    ongoingTxnProducerEpoch: int16.since(6).default(-1),
  },
)
