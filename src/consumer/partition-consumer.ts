import type { Feed } from './feed.ts'
import type { Message, TopicPartition } from './message.ts'
import type { MessageBatch } from './message-batch.ts'

const DONE = { done: true, value: undefined } as const

/**
 * Reads one partition, in the order of its offsets. Iterate over it for messages, or over `batches()`, whose inner loop is
 * synchronous and so much cheaper. Leaving the loop closes it; so do `close()` and the `signal` it was given, after which
 * the iteration just ends. What may heal is tried again out of sight; what cannot is thrown by the iteration.
 *
 * Made by `consumer.consumePartition()`.
 */
export class PartitionConsumer implements AsyncIterable<Message>, AsyncDisposable, TopicPartition {
  readonly #feed: Feed

  /** @internal */
  constructor(feed: Feed) {
    this.#feed = feed
  }

  get topic(): string {
    return this.#feed.topic
  }

  get partition(): number {
    return this.#feed.partition
  }

  /** The offset after the last batch that was handed out; undefined until the start is known. */
  get position(): bigint | undefined {
    return this.#feed.position < 0n ? undefined : this.#feed.position
  }

  /** The offset after the last message that consumers may see; undefined until the first fetch. */
  get highWatermark(): bigint | undefined {
    return this.#feed.highWatermark < 0n ? undefined : this.#feed.highWatermark
  }

  /** Batch by batch. Throws in the iteration: {@link BrokerError}, {@link ProtocolError} for damaged bytes, and others. */
  batches(): AsyncIterableIterator<MessageBatch> {
    return new BatchIterator(this.#feed)
  }

  /** Message by message. Throws as {@link PartitionConsumer.batches} does. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message> {
    return new MessageIterator(this.#feed)
  }

  /** Ends the iteration and lets go of the partition. */
  async close(): Promise<void> {
    this.#feed.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

class BatchIterator implements AsyncIterableIterator<MessageBatch> {
  readonly #feed: Feed

  constructor(feed: Feed) {
    this.#feed = feed
  }

  async next(): Promise<IteratorResult<MessageBatch, undefined>> {
    const batch = await this.#feed.next()
    return batch === undefined ? DONE : { done: false, value: batch }
  }

  async return(): Promise<IteratorResult<MessageBatch, undefined>> {
    this.#feed.close()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Written by hand: an async generator costs more than twice as much a message. */
class MessageIterator implements AsyncIterableIterator<Message> {
  readonly #feed: Feed
  #batch: Iterator<Message> | undefined
  /** While the next batch is awaited, calls queue up behind it: tells whether there is one. */
  #loading: Promise<boolean> | undefined

  constructor(feed: Feed) {
    this.#feed = feed
  }

  next(): Promise<IteratorResult<Message, undefined>> {
    if (this.#loading === undefined) {
      const result = this.#feed.isClosed ? undefined : this.#batch?.next()
      if (result !== undefined && result.done !== true) return Promise.resolve(result)
      this.#loading = this.#load()
    }
    return this.#loading.then(isThere => (isThere ? this.next() : DONE))
  }

  async return(): Promise<IteratorResult<Message, undefined>> {
    this.#feed.close()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #load(): Promise<boolean> {
    try {
      const batch = await this.#feed.next()
      this.#batch = batch?.[Symbol.iterator]()
      return batch !== undefined
    } finally {
      this.#loading = undefined
    }
  }
}
