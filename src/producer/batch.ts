import type { BatchEncoder } from '../records/batch-encoder.ts'
import { type Outcome, pick } from './outcome.ts'
import type { PartitionQueue } from './partition-queue.ts'
import type { ProducerIdentity } from './sequences.ts'
import type { ProducerMessage, RecordMetadata } from './types.ts'

/** The batches of a partition. */
export type BatchQueue = PartitionQueue<Batch>

/** Messages of one partition that leave together, and share one outcome. */
export class Batch {
  readonly queue: BatchQueue
  readonly encoder: BatchEncoder
  /** When it was begun, on the clock of `performance.now()`. */
  readonly openedAt: number
  /** When its life ends, on the same clock. */
  readonly deadline: number
  /** Messages given later than that, in milliseconds since 1970, are for another batch: they would die with this one too early. */
  openUntil = Infinity
  /** Its messages as they were given; undefined where nobody reads delivery reports. */
  messages: ProducerMessage[] | undefined
  /** The timestamps of messages whose metadata will be asked for, at their numbers. */
  timestamps: number[] = []
  /** How many of its messages nobody waits for, so that their failure must be told in another way. */
  unattended = 0
  /** What it counts for in the producer's buffer now. */
  heldBytes = 0
  /** It leaves now, though more would fit in. */
  isDue = false
  /** With whose sequences it was sent; undefined when it is not idempotent, or was not sent yet. */
  identity: ProducerIdentity | undefined
  /** The sequence of its first record; -1 without an identity. */
  baseSequence = -1
  /** Its bytes once they are made: a retry sends the same ones. */
  bytes: Buffer | undefined
  /** How many tries have failed, those included for which there was no leader. */
  attempts = 0
  /** How often it was sent. */
  sends = 0
  /** The node id of the broker that it was last sent to. */
  sentTo = -1
  lastError: unknown
  /** An attempt ended without an answer, or with one that leaves open whether the broker has it. */
  mayBeWritten = false
  #outcome: Outcome | undefined
  #settled: Promise<Outcome> | undefined
  #resolve: ((outcome: Outcome) => void) | undefined

  constructor(queue: BatchQueue, encoder: BatchEncoder, openedAt: number, deadline: number) {
    this.queue = queue
    this.encoder = encoder
    this.openedAt = openedAt
    this.deadline = deadline
  }

  /** The number of its messages. */
  get count(): number {
    return this.encoder.count
  }

  /** What it takes at most in a request. */
  get sizeBytes(): number {
    return this.bytes?.length ?? this.encoder.sizeBytes
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined
  }

  /** Its outcome, whichever that is: it never rejects. One promise serves all of its messages. */
  get settled(): Promise<Outcome> {
    this.#settled ??= new Promise(resolve => {
      if (this.#outcome === undefined) this.#resolve = resolve
      else resolve(this.#outcome)
    })
    return this.#settled
  }

  /** Where its last message will be written, whose timestamp this is. */
  lastMetadata(timestamp: number): Promise<RecordMetadata> {
    const index = this.noteTimestamp(timestamp)
    return this.settled.then(pick(index))
  }

  /** Keeps the timestamp of the last message, which its outcome will tell. Returns the message's number. */
  noteTimestamp(timestamp: number): number {
    const index = this.encoder.count - 1
    // An array that grows has room for more than the one that many batches have.
    if (index === 0) this.timestamps = [timestamp]
    else this.timestamps[index] = timestamp
    return index
  }

  /** The first outcome counts; false where there was one. */
  settle(outcome: Outcome): boolean {
    if (this.#outcome !== undefined) return false
    this.#outcome = outcome
    // Whoever still holds the batch must not hold its messages.
    this.bytes = undefined
    this.messages = undefined
    this.#resolve?.(outcome)
    this.#resolve = undefined
    return true
  }
}
