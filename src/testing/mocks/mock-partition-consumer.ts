import type { Message, TopicPartition } from '../../consumer/message.ts'
import type { MessageBatch } from '../../consumer/message-batch.ts'
import type { PartitionConsumer } from '../../consumer/public.ts'
import type { ConsumePartitionOptions } from '../../consumer/types.ts'
import type { Reading } from './reading.ts'
import type { YieldedMessage } from './yielded.ts'

/** One partition of a mock: the test gives messages, and who consumes the partition reads them. */
export class MockPartitionConsumer<K = Buffer, V = Buffer> implements PartitionConsumer<K, V> {
  readonly topic: string
  readonly partition: number
  readonly #reading: Reading<K, V>

  /** @internal */
  constructor({ topic, partition }: TopicPartition, reading: Reading<K, V>) {
    this.topic = topic
    this.partition = partition
    this.#reading = reading
  }

  /**
   * Messages to be read, those of one call as one batch. They may be given before the partition is consumed.
   *
   * @throws {@link ConfigurationError} for an offset that was passed already, and after {@link yieldError}.
   */
  yieldMessages(...messages: readonly YieldedMessage<K, V>[]): this {
    this.#reading.yieldMessages(this, messages)
    return this
  }

  /** What the iteration throws after the messages before; that ends it. */
  yieldError(error: unknown): this {
    this.#reading.yieldError(error)
    return this
  }

  /** Resolves when all was read and the reader asks for more, so that it is done with the last one; and when it has ended. */
  drained(): Promise<void> {
    return this.#reading.drained()
  }

  get position(): bigint {
    return this.#reading.positionOf(this)
  }

  /** The offset after the last message that was given. */
  get highWatermark(): bigint {
    return this.#reading.endOf(this)
  }

  get lag(): bigint {
    return this.highWatermark - this.position
  }

  get isPaused(): boolean {
    return this.#reading.isPaused(this)
  }

  pause(): void {
    this.#reading.pause()
  }

  resume(): void {
    this.#reading.resume()
  }

  /**
   * Goes on from there, among the messages that were given: those after it are read again, those before it are not.
   *
   * @throws {@link ClosedError} when it is not being read any more.
   */
  seek(from: NonNullable<ConsumePartitionOptions['from']>): void {
    this.#reading.seek(this, from)
  }

  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    return this.#reading.batches()
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<K, V>> {
    return this.#reading.messages()
  }

  async close(): Promise<void> {
    this.#reading.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
