import type { BatchEncoder } from '../records/batch-encoder.ts'
import type { RecordMetadata } from './types.ts'

/** Who waits for one message of a batch. */
export interface Delivery {
  readonly timestamp: number
  resolve(metadata: RecordMetadata): void
  reject(error: unknown): void
}

/** Messages of one partition that leave together, and share one outcome. Outcomes belong to batches, never to brokers. */
export class Batch {
  readonly topic: string
  readonly partition: number
  readonly encoder: BatchEncoder
  /** When its life ends, on the clock of `performance.now()`. */
  readonly deadline: number
  deliveries: Delivery[] = []
  /** Its bytes once they are made: a retry sends the same ones. */
  bytes: Buffer | undefined
  attempts = 0
  lastError: unknown
  #sealed = false
  #settled = false
  #onSettled: (() => void)[] = []

  constructor(topic: string, partition: number, encoder: BatchEncoder, deadline: number) {
    this.topic = topic
    this.partition = partition
    this.encoder = encoder
    this.deadline = deadline
  }

  /** Whether messages can be added: not once it is sealed, nor when it expired before that. */
  get isOpen(): boolean {
    return !this.#sealed && !this.#settled
  }

  /** What it takes at most in a request. */
  get sizeBytes(): number {
    return this.bytes?.length ?? this.encoder.sizeBytes
  }

  /** Nothing is added from now on. */
  seal(): void {
    this.#sealed = true
  }

  get isSettled(): boolean {
    return this.#settled
  }

  /** Calls `listener` when the batch has its outcome, whichever that is. */
  whenSettled(listener: () => void): void {
    if (this.#settled) listener()
    else this.#onSettled.push(listener)
  }

  /** `baseOffset` is -1n where the broker told nothing; `logAppendTime` -1 where the messages keep their own times. */
  succeed(baseOffset: bigint, logAppendTime: number): void {
    if (this.#settled) return
    const { topic, partition } = this
    for (let i = 0; i < this.deliveries.length; i++) {
      const delivery = this.deliveries[i]!
      const offset = baseOffset < 0n ? -1n : baseOffset + BigInt(i)
      const timestamp = logAppendTime < 0 ? delivery.timestamp : logAppendTime
      delivery.resolve({ topic, partition, offset, timestamp })
    }
    this.#settle()
  }

  fail(error: unknown): void {
    if (this.#settled) return
    for (const delivery of this.deliveries) delivery.reject(error)
    this.#settle()
  }

  #settle(): void {
    this.#settled = true
    // Whoever still holds the batch must not hold its messages.
    this.bytes = undefined
    this.deliveries = []
    for (const done of this.#onSettled) done()
    this.#onSettled = []
  }
}
