import { errorCodes } from '../../errors/broker-codes.ts'
import type { CoordinatorType, Store, TransactionalAppend, TransactionGate } from '../store.ts'
import type { Groups } from './groups.ts'
import type { Limits } from './options.ts'
import { Ownership } from './ownership.ts'
import { ProducerIds } from './producer-ids.ts'
import { Timers } from './timers.ts'
import { isExhausted, NO_EPOCH, NO_PRODUCER_ID, type ProducerIdentity, Transaction } from './transaction.ts'

const TYPE: CoordinatorType = 'transaction'
const COORDINATOR_EPOCH = 0
/** From this version on clients know that a transaction can only be aborted. */
const PRODUCE_KNOWS_ABORTABLE_SINCE = 11
/** From this version on a partition need not have been added before: producing does (KIP-890). */
const PRODUCE_ADDS_PARTITION_SINCE = 12

/** All transactional ids of a cluster, whichever broker coordinates them, and the steps of their transactions. */
export class Transactions implements TransactionGate {
  readonly limits: Limits
  readonly producerIds = new ProducerIds()
  readonly #store: Store
  readonly #groups: Groups
  readonly #ownership: Ownership
  readonly #transactions = new Map<string, Transaction>()
  readonly #timers: Timers

  constructor(store: Store, groups: Groups, limits: Limits) {
    this.limits = limits
    this.#store = store
    this.#groups = groups
    this.#ownership = new Ownership(TYPE, store)
    this.#timers = new Timers(store.clock)
  }

  /** The error with which `broker` answers requests about the transactional id, or NONE if it coordinates it. */
  check(transactionalId: string, broker: number): number {
    if (transactionalId === '') return errorCodes.INVALID_REQUEST
    return this.#ownership.check(transactionalId, broker)
  }

  get(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId)
  }

  /** Those that `broker` coordinates. */
  at(broker: number): Transaction[] {
    return [...this.#transactions.values()].filter(({ id }) => this.#ownership.owns(id, broker))
  }

  now(): number {
    return this.#store.clock.now()
  }

  create(transactionalId: string, timeoutMs: number): Transaction {
    const transaction = new Transaction(transactionalId, this.producerIds.next(), timeoutMs)
    this.#transactions.set(transactionalId, transaction)
    return transaction
  }

  /** The transaction of who has this id and epoch, or the error why they have none that goes on. */
  open(transactionalId: string, { producerId, producerEpoch }: ProducerIdentity): Transaction | number {
    const transaction = this.#transactions.get(transactionalId)
    if (transaction?.producerId !== producerId) return errorCodes.INVALID_PRODUCER_ID_MAPPING
    if (transaction.epoch !== producerEpoch) return errorCodes.PRODUCER_FENCED
    return transaction.isEnding ? errorCodes.CONCURRENT_TRANSACTIONS : transaction
  }

  /** What takes part begins the transaction: there is no request for that alone. */
  begin(transaction: Transaction): void {
    if (transaction.state === 'Ongoing') return
    transaction.state = 'Ongoing'
    transaction.startedAt = this.now()
    this.#timers.set(transaction.id, transaction.timeoutMs, () => this.fence(transaction))
  }

  admit({ transactionalId, topic, partition, version, ...identity }: TransactionalAppend): number {
    const transaction = this.open(transactionalId, identity)
    if (typeof transaction === 'number') return appendError(transaction, version)
    if (version >= PRODUCE_ADDS_PARTITION_SINCE) {
      this.begin(transaction)
      transaction.addPartition(topic, partition)
    }
    if (transaction.has(topic, partition)) return errorCodes.NONE
    return version >= PRODUCE_KNOWS_ABORTABLE_SINCE ? errorCodes.TRANSACTION_ABORTABLE : errorCodes.INVALID_TXN_STATE
  }

  /** Aborts a transaction whose producer has taken too long or was replaced, and shuts that producer out. */
  fence(transaction: Transaction): void {
    transaction.epoch++
    transaction.previousEpoch = NO_EPOCH
    this.#end(transaction, false, NO_PRODUCER_ID)
  }

  /**
   * Commits or aborts. With `bumpsEpoch` every transaction has an epoch of its own (KIP-890). Gives what the producer is
   * to use from now on.
   */
  end(transaction: Transaction, committed: boolean, bumpsEpoch: boolean): ProducerIdentity {
    const nextId = bumpsEpoch && isExhausted(transaction.epoch) ? this.producerIds.next() : NO_PRODUCER_ID
    if (bumpsEpoch) transaction.previousEpoch = transaction.epoch++
    const { identity } = transaction
    this.#end(transaction, committed, nextId)
    return nextId === NO_PRODUCER_ID ? identity : { producerId: nextId, producerEpoch: 0 }
  }

  #end(transaction: Transaction, committed: boolean, nextId: bigint): void {
    transaction.state = committed ? 'PrepareCommit' : 'PrepareAbort'
    this.#timers.cancel(transaction.id)
    const { markerDelayMs } = this.limits
    if (markerDelayMs === 0) this.#complete(transaction, committed, nextId)
    else this.#timers.set(transaction.id, markerDelayMs, () => this.#complete(transaction, committed, nextId))
  }

  #complete(transaction: Transaction, committed: boolean, nextId: bigint): void {
    const end = { ...transaction.identity, committed, coordinatorEpoch: COORDINATOR_EPOCH }
    for (const [topic, partitions] of transaction.partitions) {
      for (const partition of partitions) this.#store.endTransaction(topic, partition, end)
    }
    for (const groupId of transaction.groups) {
      this.#groups.get(groupId)?.offsets.endTransaction(end.producerId, committed)
    }
    transaction.partitions.clear()
    transaction.groups.clear()
    transaction.state = committed ? 'CompleteCommit' : 'CompleteAbort'
    transaction.previousProducerId = transaction.producerId
    transaction.previousEpoch = transaction.epoch
    if (nextId === NO_PRODUCER_ID) return
    transaction.producerId = nextId
    transaction.epoch = 0
  }

  /** Looks which transactional ids another broker coordinates now. It knows all that the old one knew. */
  coordinatorsMoved(): void {
    for (const id of this.#ownership.moved()) this.#ownership.load(id, this.limits.loadMs, () => {})
  }

  /** Stops all timers. */
  close(): void {
    this.#ownership.close()
    this.#timers.cancelAll()
  }
}

/** What a producer is told about a batch, where adding its partition would be told otherwise. */
function appendError(error: number, version: number): number {
  if (error === errorCodes.PRODUCER_FENCED) return errorCodes.INVALID_PRODUCER_EPOCH
  const isKnown = version >= PRODUCE_ADDS_PARTITION_SINCE
  // Clients before KIP-890 would not try again for this reason; for that one they do.
  if (error === errorCodes.CONCURRENT_TRANSACTIONS && !isKnown) return errorCodes.NOT_ENOUGH_REPLICAS
  return error
}
