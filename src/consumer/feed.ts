import { ProtocolError } from '../errors/client-errors.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { decodeRecordBatches } from '../records/batch-decoder.ts'
import type { RecordBatch } from '../records/record-batch.ts'
import { Fifo } from '../util/fifo.ts'
import type { TopicPartition } from './message.ts'
import { MessageBatch } from './message-batch.ts'

export interface FeedOptions {
  readonly checkCrcs: boolean
  readonly maxDecompressedBytes: number
}

/** What one fetch brought for a partition. */
export interface Fetched {
  readonly highWatermark: bigint
  readonly records: Buffer | null
}

/** One partition between the fetch loop, which fills it, and its reader, who empties it. */
export class Feed implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** `topic-partition`, as errors and logs name it. */
  readonly name: string
  /** The topic as it was when the reading began: one of the same name that is made later is another. */
  topicId: string = ZERO_UUID
  /** The offset to be fetched next; -1n until the start is known. */
  fetchOffset = -1n
  /** The offset that the reader gets next; -1n until the start is known. */
  position = -1n
  /** -1n until the first fetch. */
  highWatermark = -1n
  /** Fetched and unread. */
  bufferedBytes = 0
  /** Failures in a row. */
  attempts = 0
  readonly #options: FeedOptions
  readonly #onTaken: (feed: Feed) => void
  readonly #onEnded: (feed: Feed) => void
  readonly #batches = new Fifo<{ readonly records: RecordBatch; readonly highWatermark: bigint }>()
  #isEnded = false
  #isClosed = false
  #failure: unknown
  #wakeReaders: (() => void)[] = []

  /**
   * @param onTaken called when the reader has taken a batch, and there is room again.
   * @param onEnded called once, when nothing more will be fetched.
   */
  constructor(
    { topic, partition }: TopicPartition,
    options: FeedOptions,
    onTaken: (feed: Feed) => void,
    onEnded: (feed: Feed) => void,
  ) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}-${partition}`
    this.#options = options
    this.#onTaken = onTaken
    this.#onEnded = onEnded
  }

  /** Nothing more will be fetched. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Nothing more will be handed out either. */
  get isClosed(): boolean {
    return this.#isClosed
  }

  startAt(topicId: string, offset: bigint): void {
    this.topicId = topicId
    this.fetchOffset = offset
    this.position = offset
  }

  /** Takes what a fetch brought. Batches that cannot be read end the feed, after what came before them. */
  fill({ highWatermark, records }: Fetched): void {
    if (this.#isEnded) return
    this.highWatermark = highWatermark
    this.attempts = 0
    if (records === null || records.length === 0) return
    const { checkCrcs, maxDecompressedBytes } = this.#options
    const before = this.fetchOffset
    try {
      for (const batch of decodeRecordBatches(records, { checkCrcs, maxDecompressedBytes })) {
        const { nextOffset } = batch
        // A batch may begin before the offset that was asked for, or even end there.
        if (nextOffset <= this.fetchOffset) continue
        this.fetchOffset = nextOffset
        this.bufferedBytes += batch.sizeBytes
        this.#batches.push({ records: batch, highWatermark })
      }
      if (this.fetchOffset === before) throw new ProtocolError(`a fetch at offset ${before} brought no whole batch`)
    } catch (error) {
      this.fail(this.#named(error))
    }
    this.#wake()
  }

  /** Ends the feed: its reader gets what is buffered, then the error. */
  fail(error: unknown): void {
    if (this.#isEnded) return
    this.#failure = error
    this.#end()
  }

  /** Ends the feed: its reader gets nothing more. */
  close(): void {
    this.#isClosed = true
    this.#batches.clear()
    this.bufferedBytes = 0
    this.#failure = undefined
    if (!this.#isEnded) this.#end()
  }

  /**
   * The next batch that has a message for users, or undefined when the feed was closed.
   *
   * @throws what the feed failed with, once; and ProtocolError for a batch that cannot be read.
   */
  async next(): Promise<MessageBatch | undefined> {
    for (;;) {
      const ready = this.take()
      if (ready !== undefined) return ready
      if (this.#isEnded) {
        const failure = this.#failure
        this.#failure = undefined
        if (failure !== undefined) throw failure
        return undefined
      }
      await new Promise<void>(resolve => this.#wakeReaders.push(resolve))
    }
  }

  /** The next batch if there is one, without waiting. */
  take(): MessageBatch | undefined {
    for (let next = this.#batches.shift(); next !== undefined; next = this.#batches.shift()) {
      const { records, highWatermark } = next
      this.bufferedBytes -= records.sizeBytes
      const start = this.position
      this.position = records.nextOffset
      this.#onTaken(this)
      // Transaction markers move the offset on, and so do batches that compaction has emptied.
      if (records.isControl || records.count === 0) continue
      const batch = this.#open(records, start, highWatermark)
      if (batch.size > 0) return batch
    }
    return undefined
  }

  #open(records: RecordBatch, start: bigint, highWatermark: bigint): MessageBatch {
    try {
      return new MessageBatch(this, records, start, highWatermark)
    } catch (error) {
      const named = this.#named(error)
      this.close()
      throw named
    }
  }

  #named(error: unknown): unknown {
    return error instanceof ProtocolError
      ? new ProtocolError(`${this.name}: ${error.message}`, { cause: error })
      : error
  }

  #end(): void {
    this.#isEnded = true
    this.#onEnded(this)
    this.#wake()
  }

  #wake(): void {
    const readers = this.#wakeReaders
    this.#wakeReaders = []
    for (const wake of readers) wake()
  }
}
