import { Fifo } from '../util/fifo.ts'
import type { Feed } from './feed.ts'
import type { Portionable } from './message-batch.ts'
import type { Presenter } from './presenter.ts'

/**
 * After so many bytes readers let the rest of the program have its turn. Else one that never waits for anything but the next batch
 * would empty all that is buffered before the answer to the next fetch, which has arrived meanwhile, is taken from the socket.
 */
const BYTES_PER_TURN = 256 * 1024

/** A batch that was handed out, and how much of it has been used. */
export interface Portion<K, V> {
  readonly lane: Lane<K, V>
  readonly batch: Portionable<K, V>
  /** The number of its messages. */
  readonly size: number
  /** What the feed's was when it was handed out. */
  readonly cut: number
  /** How many messages were handed out. */
  index: number
}

/** The reader's end of a feed. */
export class Lane<K, V> {
  readonly feed: Feed
  /** Whether it waits for its turn to be taken from. */
  isQueued = false
  /** What was given back, as the partition was paused before all of it was used. */
  returned: Portionable<K, V> | undefined
  /** What is being handed out message by message. */
  portion: Portion<K, V> | undefined
  /** Why, and from which offset on, messages cannot be handed out, after those that were. */
  failure: { readonly error: unknown; readonly offset: bigint } | undefined
  #lastPosition: bigint | undefined

  constructor(feed: Feed) {
    this.feed = feed
  }

  /** The offset after the last message that was handed out; -1n while the start is not known. */
  get position(): bigint {
    if (this.#lastPosition !== undefined) return this.#lastPosition
    const { portion } = this
    if (portion !== undefined && portion.cut === this.feed.cut && portion.index < portion.size) {
      return portion.batch.messageAt(portion.index).offset
    }
    return this.returned?.firstOffset ?? this.failure?.offset ?? this.feed.position
  }

  close(): void {
    this.#lastPosition = this.position
    this.feed.close()
  }
}

/** Where readers get batches from: all of its feeds in turn, a batch at a time. */
export class Outlet<K, V> {
  /** Changes when it must be looked at whether what was handed out may still be used: after a pause, a seek and the end. */
  stamp = 0
  readonly #presenter: Presenter<K, V>
  readonly #onEnd: () => void
  readonly #lanes = new Set<Lane<K, V>>()
  /** Those that may have something to take. */
  readonly #queue = new Fifo<Lane<K, V>>()
  #readers: (() => void)[] = []
  #bytesOfTurn = 0
  #isEnded = false
  #failure: { readonly error: unknown } | undefined

  /** @param onEnd Called once, when nothing more is handed out. */
  constructor(presenter: Presenter<K, V>, onEnd: () => void) {
    this.#presenter = presenter
    this.#onEnd = onEnd
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  add(feed: Feed): Lane<K, V> {
    const lane = new Lane<K, V>(feed)
    this.#lanes.add(lane)
    feed.onNews = () => this.#onNews(lane)
    return lane
  }

  /** Hands out nothing of a feed, not even what is left of the batch in hand. */
  pause({ feed }: Lane<K, V>): void {
    feed.pause()
    this.stamp++
  }

  /** Drops what was given back, and what is left of the batch in hand. */
  onSought(lane: Lane<K, V>): void {
    lane.returned = undefined
    this.stamp++
  }

  /**
   * The next batch; undefined when the outlet was closed.
   *
   * @throws what a feed failed with, once; that closes the others.
   */
  async next(): Promise<Portion<K, V> | undefined> {
    for (;;) {
      if (this.#bytesOfTurn >= BYTES_PER_TURN) {
        this.#bytesOfTurn = 0
        await new Promise(resolve => setImmediate(resolve))
      }
      const portion = this.#take()
      if (portion !== undefined) return portion
      if (this.#isEnded) {
        const failure = this.#failure
        this.#failure = undefined
        if (failure !== undefined) throw failure.error
        return undefined
      }
      await new Promise<void>(resolve => this.#readers.push(resolve))
      this.#bytesOfTurn = 0
    }
  }

  /** Takes back what is left of a batch whose partition was paused. */
  putBack({ lane, batch, index }: Portion<K, V>): void {
    lane.returned = batch.without(index)
    lane.portion = undefined
    this.#enqueue(lane)
  }

  /** Ends it: readers get nothing more but the error. */
  fail(error: unknown): void {
    if (this.#isEnded) return
    this.#failure = { error }
    this.close()
  }

  /** Ends it: readers get nothing more. */
  close(): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.stamp++
    for (const lane of this.#lanes) lane.close()
    this.#onEnd()
    this.#wake()
  }

  #take(): Portion<K, V> | undefined {
    // Those that have nothing now come back when they have.
    for (let lane = this.#queue.shift(); lane !== undefined; lane = this.#queue.shift()) {
      lane.isQueued = false
      try {
        const portion = this.#takeFrom(lane)
        if (portion !== undefined) return portion
      } catch (error) {
        this.fail(error)
        return undefined
      }
    }
    return undefined
  }

  #takeFrom(lane: Lane<K, V>): Portion<K, V> | undefined {
    const { feed } = lane
    for (;;) {
      const batch = this.#batchOf(lane)
      if (batch === undefined) {
        if (lane.failure !== undefined) throw lane.failure.error
        if (feed.isEnded && feed.bufferedBytes === 0 && lane.returned === undefined) this.#onDrained(lane)
        return undefined
      }
      if (batch.size === 0) continue
      this.#enqueue(lane)
      this.#bytesOfTurn += batch.sizeBytes
      return { lane, batch, size: batch.size, cut: feed.cut, index: 0 }
    }
  }

  #batchOf(lane: Lane<K, V>): Portionable<K, V> | undefined {
    const { feed, returned } = lane
    if (returned !== undefined && !feed.isPaused) {
      lane.returned = undefined
      return returned
    }
    if (lane.failure !== undefined) return undefined
    const fetched = feed.take()
    if (fetched === undefined) return undefined
    const presented = this.#presenter.present(fetched)
    const { batch } = presented
    if ('failure' in presented) lane.failure = { error: presented.failure, offset: batch.nextOffset }
    return batch
  }

  /** A feed has ended, and everything of it was handed out. */
  #onDrained({ feed }: Lane<K, V>): void {
    if (feed.failure !== undefined) throw feed.failure
    this.close()
  }

  #onNews(lane: Lane<K, V>): void {
    this.#enqueue(lane)
    this.#wake()
  }

  #enqueue(lane: Lane<K, V>): void {
    if (lane.isQueued) return
    lane.isQueued = true
    this.#queue.push(lane)
  }

  #wake(): void {
    const readers = this.#readers
    this.#readers = []
    for (const wake of readers) wake()
  }
}
