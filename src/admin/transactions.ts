import { errorCodes } from '../errors/broker-codes.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { DescribeTransactions } from '../protocol/messages/describe-transactions.ts'
import { InitProducerId } from '../protocol/messages/init-producer-id.ts'
import { ListTransactions } from '../protocol/messages/list-transactions.ts'
import { int, text } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, isText, listOf, names } from './check.ts'
import type { AssignedPartitions } from './describe-groups.ts'
import { merged } from './groups.ts'
import { atBrokers, atCoordinators, liveBrokers } from './locate.ts'
import { scatter } from './scatter.ts'

/** A transactional id that a coordinator knows of. */
export interface TransactionListing {
  readonly transactionalId: string
  readonly producerId: bigint
  /** `Empty`, `Ongoing`, `PrepareCommit`, `CompleteAbort`, …, as brokers call it. */
  readonly state: string
  /** The node id of the broker that coordinates it. */
  readonly coordinator: number
}

export interface ListTransactionsOptions extends AdminCallOptions {
  /** Only transactions in one of these states, such as `Ongoing`. */
  readonly states?: readonly string[] | undefined
  /** Only transactions of these producers. */
  readonly producerIds?: readonly bigint[] | undefined
  /** Only transactions that have been open for longer, in milliseconds (KIP-994, Kafka 3.8 and later). */
  readonly durationMs?: number | undefined
  /** Only transactional ids that match this pattern, in the syntax of RE2/J (KIP-1152, Kafka 4.1 and later). */
  readonly transactionalIdPattern?: string | undefined
}

/** A transactional id. Where it has an error nothing else is told. */
export interface TransactionDescription {
  readonly transactionalId: string
  readonly state?: string
  readonly producerId?: bigint
  readonly producerEpoch?: number
  /** How long its transactions may be open, in milliseconds. */
  readonly timeoutMs?: number
  /** When the open transaction began, in milliseconds since 1970; absent where there is none. */
  readonly startTimeMs?: number
  /** What is part of the open transaction; while it ends, what has no marker yet. */
  readonly partitions?: readonly AssignedPartitions[]
  /** The node id of the broker that coordinates it. */
  readonly coordinator?: number
  readonly error?: KafkaError
}

/** What became of the producers with a transactional id. */
export interface FencedProducer {
  readonly transactionalId: string
  /** Of the next producer with this transactional id. */
  readonly producerId?: bigint
  /** Producers with a lower epoch can do nothing any more. */
  readonly producerEpoch?: number
  readonly error?: KafkaError
}

const isProducerId = (item: unknown) =>
  typeof item === 'bigint' && item >= 0n ? undefined : 'must be a bigint from 0n on'

export function listTransactions(
  context: AdminContext,
  options: ListTransactionsOptions,
): Promise<TransactionListing[]> {
  const table = {
    states: listOf<string>(isText),
    producerIds: listOf<bigint>(isProducerId),
    durationMs: int(undefined, { min: 0 }),
    transactionalIdPattern: text(),
  }
  return inCall(context, table, options, async (call, { states, producerIds, durationMs, transactionalIdPattern }) => {
    const body = {
      stateFilters: states ?? [],
      producerIdFilters: producerIds ?? [],
      ...(durationMs === undefined ? {} : { durationFilter: BigInt(durationMs) }),
      ...(transactionalIdPattern === undefined ? {} : { transactionalIdPattern }),
    }
    const ask = async (broker: Broker) => {
      const answer = await call.request(broker, ListTransactions, body)
      const listed = answer.transactionStates.map(({ transactionalId, producerId, transactionState: state }) => {
        return { transactionalId, producerId, state, coordinator: broker.nodeId }
      })
      return [failureOf(`listing the transactions of ${broker.label}`, answer) ?? listed]
    }
    const lists = await scatter(call, await liveBrokers(call), { locate: atBrokers(call, id => id), ask })
    return merged(lists).sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1))
  })
}

export function describeTransactions(
  context: AdminContext,
  given: readonly string[],
  options: AdminCallOptions,
): Promise<TransactionDescription[]> {
  return inCall(context, {}, options, async call => {
    const ids = names(given, 'transactionalIds')
    const outcomes = await scatter(call, ids, {
      locate: atCoordinators(call, 'transaction', id => id),
      ask: async (broker, theirs) => {
        const answer = await call.request(broker, DescribeTransactions, { transactionalIds: theirs })
        return theirs.map(id => {
          const found = answer.transactionStates.find(({ transactionalId }) => transactionalId === id)
          const error = failureOf(`describing the transaction of "${id}" on ${broker.label}`, found)
          if (error !== undefined) return error
          const { transactionState, transactionTimeoutMs, transactionStartTimeMs, producerId, producerEpoch } = found!
          return {
            state: transactionState,
            producerId,
            producerEpoch,
            timeoutMs: transactionTimeoutMs,
            ...(transactionStartTimeMs < 0n ? {} : { startTimeMs: Number(transactionStartTimeMs) }),
            partitions: found!.topics,
            coordinator: broker.nodeId,
          }
        })
      },
    })
    return ids.map((transactionalId, i) => outcome({ transactionalId }, outcomes[i]!))
  })
}

export function fenceProducers(
  context: AdminContext,
  given: readonly string[],
  options: AdminCallOptions,
): Promise<FencedProducer[]> {
  return inCall(context, {}, options, async call => {
    const ids = names(given, 'transactionalIds')
    const outcomes = await scatter(call, ids, {
      // While the coordinator ends the transaction that is open.
      retriable: [errorCodes.CONCURRENT_TRANSACTIONS],
      locate: atCoordinators(call, 'transaction', id => id),
      // There is no request for many.
      ask: (broker, theirs) =>
        Promise.all(
          theirs.map(async transactionalId => {
            // The coordinator keeps this as the timeout of the transactional id, until a producer says another.
            const body = { transactionalId, transactionTimeoutMs: call.timeoutMs }
            const answer = await call.request(broker, InitProducerId, body)
            const { producerId, producerEpoch } = answer
            return (
              failureOf(`fencing the producers of "${transactionalId}" on ${broker.label}`, answer) ?? {
                producerId,
                producerEpoch,
              }
            )
          }),
        ),
    })
    return ids.map((transactionalId, i) => outcome({ transactionalId }, outcomes[i]!))
  })
}
