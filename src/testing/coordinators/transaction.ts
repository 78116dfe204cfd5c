/** Where a transactional id is with its transactions, by Kafka's names. */
export type TransactionState =
  | 'Empty'
  | 'Ongoing'
  | 'PrepareCommit'
  | 'PrepareAbort'
  | 'CompleteCommit'
  | 'CompleteAbort'

/** All states that Kafka knows, also those that are over before anybody could ask. */
export const TRANSACTION_STATES: readonly string[] = [
  'Empty',
  'Ongoing',
  'PrepareCommit',
  'PrepareAbort',
  'CompleteCommit',
  'CompleteAbort',
  'Dead',
  'PrepareEpochFence',
]

export const NO_PRODUCER_ID = -1n
export const NO_EPOCH = -1
/** The last epoch is kept to fence who has the one before it. */
const LAST_EPOCH_FOR_CLIENTS = 32_766

export function isExhausted(epoch: number): boolean {
  return epoch >= LAST_EPOCH_FOR_CLIENTS
}

export interface ProducerIdentity {
  readonly producerId: bigint
  readonly producerEpoch: number
}

/** A transactional id: who may use it, and its transaction. The steps that it takes are told elsewhere. */
export class Transaction {
  readonly id: string
  timeoutMs: number
  state: TransactionState = 'Empty'
  producerId: bigint
  epoch = NO_EPOCH
  /** Who had the id before its epochs were used up: it may ask again what it asked then. */
  previousProducerId = NO_PRODUCER_ID
  /** The epoch before the last one: who has it may have missed an answer. */
  previousEpoch = NO_EPOCH
  /** Milliseconds since 1970; -1 while there was none. */
  startedAt = -1
  /** What takes part: partitions by topic, and groups whose offsets are committed. */
  readonly partitions = new Map<string, Set<number>>()
  readonly groups = new Set<string>()

  constructor(id: string, producerId: bigint, timeoutMs: number) {
    this.id = id
    this.producerId = producerId
    this.timeoutMs = timeoutMs
  }

  get isEnding(): boolean {
    return this.state === 'PrepareCommit' || this.state === 'PrepareAbort'
  }

  get identity(): ProducerIdentity {
    return { producerId: this.producerId, producerEpoch: this.epoch }
  }

  has(topic: string, partition: number): boolean {
    return this.partitions.get(topic)?.has(partition) ?? false
  }

  addPartition(topic: string, partition: number): void {
    const partitions = this.partitions.get(topic) ?? new Set<number>()
    this.partitions.set(topic, partitions)
    partitions.add(partition)
  }
}
