import { ProtocolError } from '../errors/client-errors.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { decodeRecordBatches } from '../records/batch-decoder.ts'
import type { RecordBatch } from '../records/record-batch.ts'
import { bufferView } from '../util/buffer-view.ts'
import { type AbortedTransaction, AbortedTransactions } from './aborted.ts'
import { BatchBuffer, type FetchedBytes, openBatch } from './batch-buffer.ts'
import type { Budget } from './budget.ts'
import { FetchedBatch } from './fetched-batch.ts'
import type { TopicPartition } from './message.ts'

export interface FeedOptions {
  readonly checkCrcs: boolean
  readonly maxDecompressedBytes: number
  /** Shared with the other feeds of the consumer. */
  readonly budget: Budget
}

/** What a feed tells to who fetches for it. */
export interface FeedOwner {
  /** The reader has taken a batch. `isRelief`: there is room again for other feeds too. */
  onTaken(feed: Feed, isRelief: boolean): void
  /** Called once: nothing more is to be fetched. */
  onEnded(feed: Feed): void
}

/** What one fetch brought for a partition. */
export interface Fetched {
  readonly highWatermark: bigint
  readonly lastStableOffset: bigint
  /** In no order; null unless only committed messages were asked for. */
  readonly abortedTransactions: readonly AbortedTransaction[] | null
  readonly records: Buffer | null
}

/** One partition between the fetch loop, which fills it, and its reader, who empties it. */
export class Feed implements TopicPartition {
  readonly topic: string
  readonly partition: number
  /** `topic-partition`, as errors and logs name it. */
  readonly name: string
  /** The offset to be fetched next; -1n while it is not known. */
  fetchOffset = -1n
  /** The leader epoch of the last batch before {@link fetchOffset}; -1 where that is not known. */
  lastFetchedEpoch = -1
  /** The leader epoch of the message before the start, where that is an offset; -1 where it is not known. */
  startEpoch = -1
  /** The epoch of the leader, as far as it is known; -1 where it is not. */
  leaderEpoch = -1
  /** The leader epoch in whose log what was fetched is known to be. */
  provenEpoch = -1
  /** How much the next fetch may bring. */
  roomBytes = 0
  /** -1n until the first fetch. */
  highWatermark = -1n
  /** -1n until the first fetch, and where the broker does not tell. */
  lastStableOffset = -1n
  /** Failures in a row, and the last of them. */
  attempts = 0
  lastError: unknown
  /** Since when it has had nothing to hand out and no answer, on the clock of `performance.now()`. */
  waitsSince = performance.now()
  /** Whether the user was told that it gets no answers. */
  isStalled = false
  /** Called when there may be something to take, or the end has come. */
  onNews: () => void = () => {}
  /** Called when it is known where reading begins, unless that was given as an offset, and where it goes on when it jumps. */
  onMoved: (offset: bigint) => void = () => {}
  readonly #options: FeedOptions
  readonly #owner: FeedOwner
  readonly #buffer = new BatchBuffer()
  #topicId: string = ZERO_UUID
  #idKey = ''
  /** The leader epoch of the last batch that was taken. */
  #takenEpoch = -1
  /** How much answers have brought since it was last looked whether it is behind. */
  #bypassedBytes = 0
  #isPaused = false
  #isEnded = false
  #failure: unknown
  /** Where it was when it was closed. */
  #lastPosition: bigint | undefined

  constructor({ topic, partition }: TopicPartition, options: FeedOptions, owner: FeedOwner) {
    this.topic = topic
    this.partition = partition
    this.name = `${topic}-${partition}`
    this.#options = options
    this.#owner = owner
  }

  /** The topic as it was when the reading began: one of the same name that is made later is another. */
  get topicId(): string {
    return this.#topicId
  }

  set topicId(topicId: string) {
    this.#topicId = topicId
    this.#idKey = `${topicId}-${this.partition}`
  }

  /** Names the partition where topics go by their ids. */
  get idKey(): string {
    return this.#idKey
  }

  /** Nothing more will be fetched. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  get isPaused(): boolean {
    return this.#isPaused
  }

  /** Fetched and unread. */
  get bufferedBytes(): number {
    return this.#buffer.sizeBytes
  }

  /** The offset that is handed out next; -1n while it is not known. */
  get position(): bigint {
    return this.#lastPosition ?? this.#buffer.peek()?.from ?? this.fetchOffset
  }

  /** The leader epoch of the last batch before {@link position}; -1 where that is not known. */
  get positionEpoch(): number {
    return this.#buffer.isEmpty ? this.lastFetchedEpoch : this.#takenEpoch
  }

  /** Why it ended, after what is still to be taken. */
  get failure(): unknown {
    return this.#failure
  }

  /** From here on other offsets are fetched; what is buffered stays. */
  moveTo(offset: bigint, lastFetchedEpoch = -1): void {
    this.fetchOffset = offset
    this.lastFetchedEpoch = lastFetchedEpoch
  }

  /** Drops what is buffered. */
  clear(): void {
    this.#takenEpoch = -1
    this.startEpoch = -1
    this.waitsSince = performance.now()
    this.#release(this.#buffer.sizeBytes)
    this.#buffer.clear()
  }

  /** Takes what a fetch brought. Batches that cannot be read end the feed, after what came before them. */
  fill({ highWatermark, lastStableOffset, abortedTransactions, records }: Fetched): void {
    this.highWatermark = highWatermark
    this.lastStableOffset = lastStableOffset
    if (records === null || records.length === 0) return
    const aborted = abortedTransactions?.length ? new AbortedTransactions(abortedTransactions) : undefined
    const before = this.fetchOffset
    const { maxDecompressedBytes } = this.#options
    try {
      let start = 0
      // The CRC is looked at when the batch is taken: that does not hold up the next fetch, and its bytes are read once.
      for (const batch of decodeRecordBatches(records, { checkCrcs: false, maxDecompressedBytes })) {
        this.#add(batch, { bytes: records, start, highWatermark }, aborted)
        start += batch.sizeBytes
      }
      if (this.fetchOffset === before) throw new ProtocolError(`a fetch at offset ${before} brought no whole batch`)
    } catch (error) {
      this.fail(this.#named(error))
    }
  }

  /** There was an answer, if only that there is nothing new. */
  onAnswered(now: number): void {
    this.attempts = 0
    this.lastError = undefined
    this.waitsSince = now
  }

  /** An answer has brought so much, for this feed or others: what is not taken for long must not keep that in memory. */
  onBrought(bytes: number): void {
    this.#bypassedBytes += bytes
    if (this.#bypassedBytes < this.#options.budget.patienceBytes) return
    this.#bypassedBytes = 0
    this.#buffer.age()
  }

  /** Hands out nothing and asks for nothing, until it is resumed. */
  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.waitsSince = performance.now()
    this.onNews()
  }

  /** Ends the feed: its reader gets what is buffered, then the error. */
  fail(error: unknown): void {
    if (this.#isEnded) return
    this.#failure = error
    this.#end()
  }

  /** Ends the feed: its reader gets nothing more. */
  close(): void {
    this.#lastPosition ??= this.position
    this.#failure = undefined
    this.clear()
    if (!this.#isEnded) this.#end()
  }

  /**
   * The next batch that has a message for users, if there is one.
   *
   * @throws ProtocolError for a batch that cannot be read, after which the feed is closed.
   */
  take(): FetchedBatch | undefined {
    if (this.#isPaused) return undefined
    for (let next = this.#buffer.shift(); next !== undefined; next = this.#buffer.shift()) {
      this.#takenEpoch = next.leaderEpoch
      if (this.#buffer.isEmpty) this.waitsSince = performance.now()
      this.#release(next.sizeBytes)
      const batch = this.#open(next)
      if (batch.size > 0) return batch
    }
    return undefined
  }

  #add(
    batch: RecordBatch,
    { bytes, start, highWatermark }: Pick<FetchedBytes, 'bytes' | 'start' | 'highWatermark'>,
    aborted: AbortedTransactions | undefined,
  ): void {
    const { nextOffset, sizeBytes, partitionLeaderEpoch: leaderEpoch } = batch
    const whole = () => openBatch(bytes.subarray(start, start + sizeBytes), this.#options)
    const isHidden = aborted?.hides(batch, whole) === true
    // A batch may begin before the offset that was asked for, or even end there.
    if (nextOffset <= this.fetchOffset) return
    const from = this.fetchOffset
    this.fetchOffset = nextOffset
    this.lastFetchedEpoch = leaderEpoch
    // Transaction markers move the offset on, and so do batches that compaction has emptied.
    if (isHidden || batch.isControl || batch.count === 0) return
    this.#buffer.push({ bytes, start, sizeBytes, from, leaderEpoch, highWatermark })
    this.#options.budget.add(sizeBytes)
  }

  #open(fetched: FetchedBytes): FetchedBatch {
    const { bytes, start, sizeBytes, from, highWatermark } = fetched
    try {
      const records = openBatch(bufferView(bytes.buffer, bytes.byteOffset + start, sizeBytes), this.#options)
      if (records.sizeBytes < sizeBytes) this.#putBack(fetched, records)
      records.load()
      return new FetchedBatch(this, records, from <= records.baseOffset ? 0 : records.indexOf(from), highWatermark)
    } catch (error) {
      this.#lastPosition = from
      this.close()
      throw this.#named(error)
    }
  }

  /** Messages of the old formats make smaller batches when their CRCs are looked at and one of them does not match. */
  #putBack(fetched: FetchedBytes, { sizeBytes, nextOffset }: RecordBatch): void {
    const left = fetched.sizeBytes - sizeBytes
    this.#buffer.unshift({ ...fetched, start: fetched.start + sizeBytes, sizeBytes: left, from: nextOffset })
    this.#options.budget.add(left)
  }

  #release(bytes: number): void {
    if (bytes > 0) this.#owner.onTaken(this, this.#options.budget.release(bytes))
  }

  #named(error: unknown): unknown {
    return error instanceof ProtocolError
      ? new ProtocolError(`${this.name}: ${error.message}`, { cause: error })
      : error
  }

  #end(): void {
    this.#isEnded = true
    this.#owner.onEnded(this)
    this.onNews()
  }
}
