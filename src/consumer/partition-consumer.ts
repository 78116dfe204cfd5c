import type { StartOffset } from '../cluster/list-offset.ts'
import { ClosedError } from '../errors/client-errors.ts'
import { checkStart } from './check.ts'
import type { Fetcher } from './fetcher.ts'
import { BatchIterator, MessageIterator } from './iterators.ts'
import type { Message, TopicPartition } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Lane, Outlet } from './outlet.ts'
import { highWatermarkOf, lagOf, positionOf } from './progress.ts'

/** What is behind the public interface of that name, whose description says what it does. */
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
    return positionOf(this.#lane)
  }

  /** The offset after the last message that is on all in-sync replicas; undefined until the first fetch. */
  get highWatermark(): bigint | undefined {
    return highWatermarkOf(this.#lane)
  }

  /**
   * How many offsets there are from {@link position} to the end, as of the last fetch; undefined until that. The end is the high
   * watermark, or with `isolationLevel: 'read_committed'` the first offset of the oldest transaction that is still open.
   */
  get lag(): bigint | undefined {
    return lagOf(this.#lane, this.#isReadCommitted)
  }

  /**
   * @internal Called when it is known where reading begins, unless that was given as an offset; when it goes on elsewhere than after
   * what was handed out; and again when the first batch from an earlier offset is handed out.
   */
  set onMoved(listener: (offset: bigint) => void) {
    this.#lane.feed.onMoved = listener
  }

  /** @internal The leader epoch of the message before the offset that reading begins at, which the log must still have (KIP-320). */
  set startEpoch(epoch: number) {
    this.#lane.feed.startEpoch = epoch
  }

  /** @internal Whether the reader waits for more: it holds nothing. */
  get isAwaited(): boolean {
    return this.#outlet.isAwaited
  }

  /** @internal The next message, where none has to be waited for: a promise costs more than a message. */
  take(): Message<K, V> | undefined {
    return this.#outlet.takeMessage()
  }

  get isPaused(): boolean {
    return this.#lane.feed.isPaused
  }

  /**
   * From now on nothing is handed out, nor fetched, until {@link resume}: the iteration waits.
   *
   * @throws {@link ClosedError} when it is not being read any more.
   */
  pause(): void {
    this.#outlet.checkOpen()
    this.#outlet.pause(this.#lane)
  }

  /** Ends a {@link pause}. Throws as that does. */
  resume(): void {
    this.#outlet.checkOpen()
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
    this.#outlet.checkOpen()
    if (feed.isEnded) throw new ClosedError(`${feed.name} is read no more`)
    this.#fetcher.seek(feed, from)
    this.#outlet.onSought(this.#lane)
  }

  /**
   * Batch by batch. Throws in the iteration: {@link BrokerError}, {@link ProtocolError} for damaged bytes, and others. Several iterators
   * share what there is: each message goes to one of them.
   *
   * @throws {@link ClosedError} when the loop of another iterator was left, or the error was thrown by it: nothing more comes.
   */
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
