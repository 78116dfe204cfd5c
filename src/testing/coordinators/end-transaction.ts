import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import { fencedAs } from './fenced.ts'
import { isExhausted, type ProducerIdentity, type Transaction } from './transaction.ts'
import type { Transactions } from './transactions.ts'

type EndRequest = RequestOf<'EndTxn'>

/** From this version on clients know PRODUCER_FENCED. */
const KNOWS_FENCED = 2
/** From this version on every transaction has an epoch of its own (KIP-890). */
const BUMPS_EPOCH = 5

export function endTransaction(
  transactions: Transactions,
  request: EndRequest,
  { broker, version }: RequestContext,
): ResponseOf<'EndTxn'> {
  const outcome = end(transactions, request, broker, version >= BUMPS_EPOCH)
  if (typeof outcome !== 'number') return { throttleTimeMs: 0, errorCode: errorCodes.NONE, ...outcome }
  const errorCode = version < KNOWS_FENCED ? fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, outcome) : outcome
  return { throttleTimeMs: 0, errorCode }
}

function end(
  transactions: Transactions,
  request: EndRequest,
  broker: number,
  bumpsEpoch: boolean,
): ProducerIdentity | number {
  const { transactionalId, committed } = request
  const notHere = transactions.check(transactionalId, broker)
  if (notHere !== errorCodes.NONE) return notHere
  const transaction = transactions.get(transactionalId)
  if (transaction === undefined) return errorCodes.INVALID_PRODUCER_ID_MAPPING
  const repeats = bumpsEpoch && isRepeated(transaction, request)
  if (!repeats) {
    if (transaction.producerId !== request.producerId) return errorCodes.INVALID_PRODUCER_ID_MAPPING
    // While one with epochs of its own ends, only the request that ended it can come again.
    const fenced = transaction.epoch !== request.producerEpoch || (bumpsEpoch && transaction.isEnding)
    if (fenced) return errorCodes.PRODUCER_FENCED
  }
  const isOpen = transaction.state === 'Ongoing' && !repeats
  // A producer that does not know what became of its last step aborts, also when nothing had begun.
  const abortsNothing = bumpsEpoch && !committed && !repeats && !transaction.isEnding
  if (isOpen || abortsNothing) return transactions.end(transaction, committed, bumpsEpoch)
  if (transaction.state === (committed ? 'PrepareCommit' : 'PrepareAbort')) return errorCodes.CONCURRENT_TRANSACTIONS
  const isDone = transaction.state === (committed ? 'CompleteCommit' : 'CompleteAbort')
  if (isDone && (repeats || !bumpsEpoch)) return transaction.identity
  return errorCodes.INVALID_TXN_STATE
}

/** Whether the producer asks again what was done already, since it missed the answer with its next epoch. */
function isRepeated(transaction: Transaction, { producerId, producerEpoch }: EndRequest): boolean {
  if (transaction.state === 'Ongoing' || transaction.state === 'Empty') return false
  const bumped = transaction.producerId === producerId && transaction.epoch === producerEpoch + 1
  const renewed = transaction.previousProducerId === producerId && isExhausted(producerEpoch) && transaction.epoch === 0
  return bumped || renewed
}
