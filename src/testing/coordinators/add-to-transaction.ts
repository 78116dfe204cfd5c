import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Store } from '../store.ts'
import { fencedAs } from './fenced.ts'
import { checkPartition } from './offset-checks.ts'
import type { Transactions } from './transactions.ts'

/** From this version on clients know PRODUCER_FENCED. */
const KNOWS_FENCED = 2
/** From this version on brokers ask, for many transactions at once. */
const BATCHED = 4

type AddRequest = RequestOf<'AddPartitionsToTxn'>
type Addition = AddRequest['transactions'][number]

export function addPartitions(
  store: Store,
  transactions: Transactions,
  request: AddRequest,
  { broker, version }: RequestContext,
): ResponseOf<'AddPartitionsToTxn'> {
  const results = (addition: Addition) => {
    const errorOf = additionErrors(store, transactions, addition, broker)
    return addition.topics.map(({ name, partitions }) => ({
      name,
      resultsByPartition: partitions.map(partitionIndex => {
        const error = errorOf(name, partitionIndex)
        const known = version < KNOWS_FENCED ? fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, error) : error
        return { partitionIndex, partitionErrorCode: known }
      }),
    }))
  }
  if (version >= BATCHED) {
    const resultsByTransaction = request.transactions.map(addition => ({
      transactionalId: addition.transactionalId,
      topicResults: results(addition),
    }))
    return { throttleTimeMs: 0, errorCode: errorCodes.NONE, resultsByTransaction }
  }
  const resultsByTopicV3AndBelow = results({
    transactionalId: request.v3AndBelowTransactionalId,
    producerId: request.v3AndBelowProducerId,
    producerEpoch: request.v3AndBelowProducerEpoch,
    verifyOnly: false,
    topics: request.v3AndBelowTopics,
  })
  return { throttleTimeMs: 0, resultsByTopicV3AndBelow }
}

type ErrorOf = (topic: string, partition: number) => number

/** Adds all partitions, or none: then each has an error. */
function additionErrors(store: Store, transactions: Transactions, addition: Addition, broker: number): ErrorOf {
  const { transactionalId, topics, verifyOnly } = addition
  const missing: ErrorOf = (topic, partition) => checkPartition(store, topic, partition)
  if (
    topics.some(({ name, partitions }) => partitions.some(partition => missing(name, partition) !== errorCodes.NONE))
  ) {
    return (topic, partition) => missing(topic, partition) || errorCodes.OPERATION_NOT_ATTEMPTED
  }
  const notHere = transactions.check(transactionalId, broker)
  if (notHere !== errorCodes.NONE) return () => notHere
  const transaction = transactions.open(transactionalId, addition)
  if (typeof transaction === 'number') return () => transaction
  if (verifyOnly) {
    return (topic, partition) =>
      transaction.has(topic, partition) ? errorCodes.NONE : errorCodes.TRANSACTION_ABORTABLE
  }
  transactions.begin(transaction)
  for (const { name, partitions } of topics) for (const each of partitions) transaction.addPartition(name, each)
  return () => errorCodes.NONE
}

export function addOffsets(
  transactions: Transactions,
  request: RequestOf<'AddOffsetsToTxn'>,
  { broker, version }: RequestContext,
): ResponseOf<'AddOffsetsToTxn'> {
  const { transactionalId, groupId } = request
  const notHere = transactions.check(transactionalId, broker)
  const error = notHere === errorCodes.NONE ? addGroup(transactions, transactionalId, request, groupId) : notHere
  const errorCode = version < KNOWS_FENCED ? fencedAs(errorCodes.INVALID_PRODUCER_EPOCH, error) : error
  return { throttleTimeMs: 0, errorCode }
}

/** Makes the offsets of a group part of a transaction. */
export function addGroup(
  transactions: Transactions,
  transactionalId: string,
  identity: { readonly producerId: bigint; readonly producerEpoch: number },
  groupId: string,
): number {
  const transaction = transactions.open(transactionalId, identity)
  if (typeof transaction === 'number') return transaction
  transactions.begin(transaction)
  transaction.groups.add(groupId)
  return errorCodes.NONE
}
