import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import { OFFSETS_TOPIC, offsetsPartition } from './offsets-topic.ts'
import { TRANSACTION_STATES, type Transaction } from './transaction.ts'
import type { Transactions } from './transactions.ts'

type Described = ResponseOf<'DescribeTransactions'>['transactionStates'][number]

export function describeTransactions(
  transactions: Transactions,
  { transactionalIds }: RequestOf<'DescribeTransactions'>,
  { broker }: RequestContext,
): ResponseOf<'DescribeTransactions'> {
  return {
    throttleTimeMs: 0,
    transactionStates: transactionalIds.map((transactionalId): Described => {
      const none = {
        transactionalId,
        transactionState: '',
        transactionTimeoutMs: 0,
        transactionStartTimeMs: 0n,
        producerId: 0n,
        producerEpoch: 0,
        topics: [],
      }
      const errorCode = transactions.check(transactionalId, broker)
      if (errorCode !== errorCodes.NONE) return { ...none, errorCode }
      const transaction = transactions.get(transactionalId)
      return transaction === undefined
        ? { ...none, errorCode: errorCodes.TRANSACTIONAL_ID_NOT_FOUND }
        : described(transaction)
    }),
  }
}

function described(transaction: Transaction): Described {
  const topics = [...transaction.partitions].map(([topic, partitions]) => ({ topic, partitions: [...partitions] }))
  const groups = new Set([...transaction.groups].map(offsetsPartition))
  if (groups.size > 0) topics.push({ topic: OFFSETS_TOPIC, partitions: [...groups] })
  return {
    errorCode: errorCodes.NONE,
    transactionalId: transaction.id,
    transactionState: transaction.state,
    transactionTimeoutMs: transaction.timeoutMs,
    transactionStartTimeMs: BigInt(transaction.startedAt),
    ...transaction.identity,
    topics,
  }
}

export function listTransactions(
  transactions: Transactions,
  request: RequestOf<'ListTransactions'>,
  { broker }: RequestContext,
): ResponseOf<'ListTransactions'> {
  const { stateFilters, producerIdFilters, durationFilter, transactionalIdPattern } = request
  const pattern = patternOf(transactionalIdPattern)
  if (pattern === undefined) {
    return {
      throttleTimeMs: 0,
      errorCode: errorCodes.INVALID_REGULAR_EXPRESSION,
      unknownStateFilters: [],
      transactionStates: [],
    }
  }
  const now = transactions.now()
  const wanted = transactions
    .at(broker)
    .filter(({ state }) => stateFilters.length === 0 || stateFilters.includes(state))
    .filter(({ producerId }) => producerIdFilters.length === 0 || producerIdFilters.includes(producerId))
    .filter(({ startedAt }) => durationFilter < 0n || now - startedAt > durationFilter)
    .filter(({ id }) => pattern.test(id))
  return {
    throttleTimeMs: 0,
    errorCode: errorCodes.NONE,
    unknownStateFilters: stateFilters.filter(state => !TRANSACTION_STATES.includes(state)),
    transactionStates: wanted.map(({ id, producerId, state }) => ({
      transactionalId: id,
      producerId,
      transactionState: state,
    })),
  }
}

/** A pattern for whole ids; undefined for one that is not a regular expression. */
function patternOf(pattern: string | null): RegExp | undefined {
  try {
    return new RegExp(pattern === null || pattern === '' ? '' : `^(?:${pattern})$`, 'u')
  } catch {
    return undefined
  }
}
