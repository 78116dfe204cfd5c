import type { Clock } from './clock.ts'

export type CoordinatorType = 'group' | 'transaction'

/** How a transaction ends, for each partition that takes part. */
export interface EndOfTransaction {
  readonly producerId: bigint
  /** May be newer than that of the transaction's batches: then these are fenced (KIP-360). */
  readonly producerEpoch: number
  readonly committed: boolean
  readonly coordinatorEpoch: number
  /** Whether each transaction has an epoch of its own (KIP-890): the marker must have a newer one than the batches (KIP-1228). */
  readonly hasOwnEpoch?: boolean
}

/** What the coordinators see of the cluster. */
export interface Store {
  readonly clock: Clock
  /** The broker that coordinates the group or transactional id; undefined while there is none. */
  coordinator(type: CoordinatorType, key: string): number | undefined
  /** How many partitions the topic has; undefined when there is no such topic. */
  partitions(topic: string): number | undefined
  /** The topic's id; undefined when there is no such topic. */
  topicId(topic: string): string | undefined
  /** The topic's name; undefined when there is no topic with this id. */
  topicName(topicId: string): string | undefined
  /** Calls `listener` with the name of each topic that is deleted from now on. */
  onTopicDeleted(listener: (topic: string) => void): void
  /** Writes the marker that ends a transaction in a partition. Nothing happens when there is no such partition any more. */
  endTransaction(topic: string, partition: number, end: EndOfTransaction): void
}

/** A batch of a transaction that is about to be appended. */
export interface TransactionalAppend {
  readonly transactionalId: string
  readonly producerId: bigint
  readonly producerEpoch: number
  readonly topic: string
  readonly partition: number
  /** Of the Produce request: newer clients know more errors, and may leave out AddPartitionsToTxn (KIP-890). */
  readonly version: number
}

/** What producing asks of the transaction coordinator. */
export interface TransactionGate {
  /** The error code with which the batch is refused, or that of NONE. */
  admit(append: TransactionalAppend): number
}
