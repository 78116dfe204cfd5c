import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import { fencedAs } from './fenced.ts'
import { isExhausted, NO_EPOCH, NO_PRODUCER_ID, type ProducerIdentity, type Transaction } from './transaction.ts'
import type { Transactions } from './transactions.ts'

type InitRequest = RequestOf<'InitProducerId'>

/** From this version on clients know PRODUCER_FENCED. */
const KNOWS_FENCED = 4

export function initProducerId(
  transactions: Transactions,
  request: InitRequest,
  { broker, version }: RequestContext,
): ResponseOf<'InitProducerId'> {
  const outcome = init(transactions, request, broker)
  if (typeof outcome === 'number') {
    const errorCode = version < KNOWS_FENCED ? fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, outcome) : outcome
    return { throttleTimeMs: 0, errorCode, producerId: NO_PRODUCER_ID, producerEpoch: NO_EPOCH }
  }
  return { throttleTimeMs: 0, errorCode: errorCodes.NONE, ...outcome }
}

function init(transactions: Transactions, request: InitRequest, broker: number): ProducerIdentity | number {
  const { transactionalId, transactionTimeoutMs, producerId, producerEpoch } = request
  if ((producerId === NO_PRODUCER_ID) !== (producerEpoch === NO_EPOCH)) return errorCodes.INVALID_REQUEST
  // Without a transactional id there is nobody to fence, whatever id and epoch were in use.
  if (transactionalId === null) return { producerId: transactions.producerIds.next(), producerEpoch: 0 }
  if (transactionalId === '') return errorCodes.INVALID_REQUEST
  if (transactionTimeoutMs <= 0 || transactionTimeoutMs > transactions.limits.maxTransactionTimeoutMs) {
    return errorCodes.INVALID_TRANSACTION_TIMEOUT
  }
  const notHere = transactions.check(transactionalId, broker)
  if (notHere !== errorCodes.NONE) return notHere
  const transaction = transactions.get(transactionalId) ?? transactions.create(transactionalId, transactionTimeoutMs)
  const given = producerId === NO_PRODUCER_ID ? undefined : { producerId, producerEpoch }
  if (given !== undefined && !mayContinue(transaction, given)) return errorCodes.PRODUCER_FENCED
  if (transaction.isEnding) return errorCodes.CONCURRENT_TRANSACTIONS
  if (transaction.state === 'Ongoing') {
    // What was left open is aborted first. The client asks again, and is the only one who can go on.
    transactions.fence(transaction)
    return errorCodes.CONCURRENT_TRANSACTIONS
  }
  const error = bump(transactions, transaction, given?.producerEpoch)
  if (error !== errorCodes.NONE) return error
  transaction.state = 'Empty'
  transaction.timeoutMs = transactionTimeoutMs
  transaction.startedAt = -1
  return transaction.identity
}

/** Whether who has this id may have another epoch (KIP-360). The epoch itself is looked at when it is bumped. */
function mayContinue(transaction: Transaction, { producerId, producerEpoch }: ProducerIdentity): boolean {
  if (transaction.epoch === NO_EPOCH || transaction.producerId === producerId) return true
  // It may have missed the answer that told it its new id.
  return transaction.previousProducerId === producerId && isExhausted(producerEpoch)
}

function bump(transactions: Transactions, transaction: Transaction, given: number | undefined): number {
  const { epoch, previousEpoch, producerId } = transaction
  if (isExhausted(epoch) && (given === undefined || given === epoch)) {
    transaction.producerId = transactions.producerIds.next()
    transaction.epoch = 0
    transaction.previousEpoch = given ?? NO_EPOCH
  } else if (given === undefined) {
    transaction.epoch++
    transaction.previousEpoch = NO_EPOCH
  } else if (epoch === NO_EPOCH || given === epoch) {
    transaction.epoch++
    transaction.previousEpoch = epoch
  } else if (given !== previousEpoch) {
    return errorCodes.PRODUCER_FENCED
  }
  transaction.previousProducerId = producerId
  return errorCodes.NONE
}
