import type { StartOffset } from '../cluster/list-offset.ts'
import type { Message } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import type { PartitionConsumer } from '../consumer/partition-consumer.ts'
import type { Claim } from './types.ts'

/** A partition that is read, until it has to be given up. */
export class ReadClaim<K, V> implements Claim<K, V> {
  readonly topic: string
  readonly partition: number
  readonly initialOffset: StartOffset
  isQueued = false
  readonly #reader: PartitionConsumer<K, V>
  readonly #ending = new AbortController()

  constructor(reader: PartitionConsumer<K, V>, initialOffset: StartOffset) {
    this.topic = reader.topic
    this.partition = reader.partition
    this.initialOffset = initialOffset
    this.#reader = reader
  }

  get highWatermark(): bigint | undefined {
    return this.#reader.highWatermark
  }

  get lag(): bigint | undefined {
    return this.#reader.lag
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  get position(): bigint | undefined {
    return this.#reader.position
  }

  /** Whether its handler has nothing to do. */
  get isIdle(): boolean {
    return this.isQueued || this.isPaused || this.#reader.isAwaited
  }

  get isPaused(): boolean {
    return this.#reader.isPaused
  }

  pause(): void {
    if (!this.signal.aborted) this.#reader.pause()
  }

  resume(): void {
    if (!this.signal.aborted) this.#reader.resume()
  }

  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    return this.#reader.batches()
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<K, V>> {
    return this.#reader[Symbol.asyncIterator]()
  }

  take(): Message<K, V> | undefined {
    return this.#reader.take()
  }

  /** Calls `onMoved` when reading begins at an offset that was looked for, and when it goes on elsewhere than it was. */
  onMoved(onMoved: (offset: bigint) => void): void {
    this.#reader.onMoved = onMoved
  }

  /** Goes on from there. */
  seek(offset: bigint): void {
    if (!this.signal.aborted) this.#reader.seek(offset)
  }

  /** Hands nothing more out: who reads it is told so. */
  end(reason: Error): void {
    this.#ending.abort(reason)
    this.#reader.close()
  }
}
