import type { StartOffset } from '../cluster/list-offset.ts'
import { ClosedError } from '../errors/client-errors.ts'
import { checkStart } from './check.ts'
import type { Fetcher } from './fetcher.ts'
import { BatchIterator, MessageIterator } from './iterators.ts'
import type { Message, TopicPartition } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Lane, Outlet } from './outlet.ts'

/**
 * Reads one partition, in the order of its offsets. Iterate over it for messages, or over `batches()`, whose inner loop is
 * synchronous and so much cheaper. Leaving the loop closes it; so do `close()` and the `signal` it was given, after which
 * the iteration just ends. What may heal is tried again out of sight; what cannot is thrown by the iteration.
 *
 * Made by `consumer.consumePartition()`.
 */
export class PartitionConsumer<K = Buffer, V = Buffer>
  implements AsyncIterable<Message<K, V>>, AsyncDisposable, TopicPartition
{
  readonly #outlet: Outlet<K, V>
  readonly #lane: Lane<K, V>
  readonly #fetcher: Fetcher
  readonly #isReadCommitted: boolean

  /** @internal */
  constructor(outlet: Outlet<K, V>, lane: Lane<K, V>, fetcher: Fetcher, isReadCommitted: boolean) {
    this.#outlet = outlet
    this.#lane = lane
    this.#fetcher = fetcher
    this.#isReadCommitted = isReadCommitted
  }

  get topic(): string {
    return this.#lane.feed.topic
  }

  get partition(): number {
    return this.#lane.feed.partition
  }

  /** The offset after the last message, or the last batch, that was handed out; undefined while the start is not known. */
  get position(): bigint | undefined {
    const { position } = this.#lane
    return position < 0n ? undefined : position
  }

  /** The offset after the last message that is on all in-sync replicas; undefined until the first fetch. */
  get highWatermark(): bigint | undefined {
    const { highWatermark } = this.#lane.feed
    return highWatermark < 0n ? undefined : highWatermark
  }

  /**
   * How many offsets there are from {@link position} to the end, as of the last fetch; undefined until that. The end is the high
   * watermark, or with `isolationLevel: 'read_committed'` the first offset of the oldest transaction that is still open.
   */
  get lag(): bigint | undefined {
    const { position } = this
    const { highWatermark, lastStableOffset } = this.#lane.feed
    const end = this.#isReadCommitted && lastStableOffset >= 0n ? lastStableOffset : highWatermark
    if (position === undefined || end < 0n) return undefined
    return end > position ? end - position : 0n
  }

  /**
   * @internal Called when it is known where reading begins, unless that was given as an offset; when it goes on elsewhere than after
   * what was handed out; and again when the first batch from an earlier offset is handed out.
   */
  set onMoved(listener: (offset: bigint) => void) {
    this.#lane.feed.onMoved = listener
  }

  get isPaused(): boolean {
    return this.#lane.feed.isPaused
  }

  /** From now on nothing is handed out, nor fetched, until {@link resume}: the iteration waits. */
  pause(): void {
    this.#outlet.pause(this.#lane)
  }

  resume(): void {
    this.#fetcher.resume(this.#lane.feed)
  }

  /**
   * Goes on from there. What was fetched and not handed out yet is dropped, also of the batch that is being iterated over message by
   * message.
   *
   * @throws {@link ConfigurationError} for a start that cannot be · {@link ClosedError} when it is not being read any more.
   */
  seek(from: StartOffset): void {
    checkStart(from)
    const { feed } = this.#lane
    if (this.#outlet.isEnded || feed.isEnded) throw new ClosedError(`${feed.name} is read no more`)
    this.#fetcher.seek(feed, from)
    this.#outlet.onSought(this.#lane)
  }

  /** Batch by batch. Throws in the iteration: {@link BrokerError}, {@link ProtocolError} for damaged bytes, and others. */
  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    return new BatchIterator(this.#outlet)
  }

  /** Message by message. Throws as {@link PartitionConsumer.batches} does. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message<K, V>> {
    return new MessageIterator(this.#outlet)
  }

  /** Ends the iteration and lets go of the partition. */
  async close(): Promise<void> {
    this.#outlet.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
