import { ClosedError } from '../errors/client-errors.ts'
import { Fifo } from '../util/fifo.ts'
import type { Feed } from './feed.ts'
import type { Message } from './message.ts'
import type { Portionable } from './message-batch.ts'
import type { Presenter } from './presenter.ts'

/**
 * After so many bytes readers let the rest of the program have its turn. Else one that never waits for anything but the next batch
 * would empty all that is buffered before the answer to the next fetch, which has arrived meanwhile, is taken from the socket.
 */
const BYTES_PER_TURN = 256 * 1024
const DONE = { done: true, value: undefined } as const

/** A batch that is handed out message by message, and how much of it has been. */
export interface Portion<K, V> {
  readonly lane: Lane<K, V>
  readonly batch: Portionable<K, V>
  /** The number of its messages. */
  readonly size: number
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
  /** Why, and from which offset on, messages cannot be handed out, after those that were. */
  failure: { readonly error: unknown; readonly offset: bigint } | undefined
  /** The offset after the last batch that was taken. */
  end = -1n
  readonly #outlet: Outlet<K, V>
  #lastPosition: bigint | undefined

  constructor(feed: Feed, outlet: Outlet<K, V>) {
    this.feed = feed
    this.#outlet = outlet
  }

  /** The offset after the last message that was handed out; -1n while the start is not known. */
  get position(): bigint {
    if (this.#lastPosition !== undefined) return this.#lastPosition
    const { portion } = this.#outlet
    if (portion?.lane === this && portion.index < portion.size) return portion.batch.messageAt(portion.index).offset
    return this.returned?.firstOffset ?? this.failure?.offset ?? this.feed.position
  }

  close(): void {
    this.#lastPosition = this.position
    this.feed.close()
  }
}

/** Where readers get batches from: all of its feeds in turn, a batch at a time. */
export class Outlet<K, V> {
  /**
   * What is being handed out message by message. All readers share it, so that one who stops in the middle of it takes nothing from
   * who reads on.
   */
  portion: Portion<K, V> | undefined
  readonly #presenter: Presenter<K, V>
  readonly #onEnd: () => void
  readonly #lanes = new Set<Lane<K, V>>()
  /** Those that may have something to take. */
  readonly #queue = new Fifo<Lane<K, V>>()
  #readers: (() => void)[] = []
  #loading: Promise<boolean> | undefined
  #bytesOfTurn = 0
  #isEnded = false
  #failure: { readonly error: unknown } | undefined
  /** How a reader has ended it: whoever comes later would wonder why there is nothing. */
  #endedBy: string | undefined

  /** @param onEnd Called once, when nothing more is handed out. */
  constructor(presenter: Presenter<K, V>, onEnd: () => void) {
    this.#presenter = presenter
    this.#onEnd = onEnd
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  /** Whether somebody waits for something to be handed out. */
  get isAwaited(): boolean {
    return this.#readers.length > 0
  }

  /**
   * Lets a reader in.
   *
   * @throws {@link ClosedError} when another one has left the loop, or got the error. After a `close()` or an abort it just ends.
   */
  enter(): void {
    if (this.#endedBy === undefined) return
    throw new ClosedError(`this reading has ended, as ${this.#endedBy}: to go on, begin another one at its position`)
  }

  /** @throws {@link ClosedError} when it has ended, however it did. */
  checkOpen(): void {
    if (this.#isEnded) throw new ClosedError('this reading has ended')
  }

  /** A reader leaves, which ends it. */
  leave(): void {
    if (!this.#isEnded) this.#endedBy = 'its loop was left'
    this.close()
  }

  add(feed: Feed): Lane<K, V> {
    const lane = new Lane<K, V>(feed, this)
    this.#lanes.add(lane)
    feed.onNews = () => this.#onNews(lane)
    return lane
  }

  /** Hands out nothing of a feed, not even what is left of the batch in hand, which is kept for later. */
  pause(lane: Lane<K, V>): void {
    lane.feed.pause()
    if (this.portion?.lane === lane) lane.returned = this.#layDown()
  }

  /** Drops what was given back, what is left of the batch in hand, and an error that comes after it. */
  onSought(lane: Lane<K, V>): void {
    lane.returned = undefined
    lane.failure = undefined
    if (this.portion?.lane === lane) this.portion = undefined
  }

  /**
   * The next batch, or what is left of the one that was read message by message; undefined when the outlet was closed.
   *
   * @throws what a feed failed with, once; that closes the others.
   */
  nextBatch(): Promise<IteratorResult<Portionable<K, V>, undefined>> {
    const take = (): IteratorResult<Portionable<K, V>, undefined> | undefined => {
      const value = this.#layDown() ?? this.#take()?.batch
      return value && { done: false, value }
    }
    return this.#waitFor(take, DONE)
  }

  /** The next message of the batch in hand; undefined where another one has to be waited for, see {@link load}. */
  takeMessage(): Message<K, V> | undefined {
    const { portion } = this
    if (portion === undefined || portion.index === portion.size) return undefined
    // Who has asked for it before gets the first message, though it is there already.
    if (this.#loading !== undefined) return undefined
    return portion.batch.messageAt(portion.index++)
  }

  /** Resolves when there is a {@link portion} with messages, with false when the outlet was closed. Throws as {@link nextBatch} does. */
  load(): Promise<boolean> {
    // Who asks meanwhile waits for the same: of two portions one would get lost.
    this.#loading ??= this.#load()
    return this.#loading
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
    for (const lane of this.#lanes) lane.close()
    this.portion = undefined
    this.#onEnd()
    this.#wake()
  }

  #load(): Promise<boolean> {
    const take = () => {
      // In the turn in which it is taken, so that no pause or seek comes in between.
      this.portion = this.#take()
      return this.portion && true
    }
    const loading = this.#waitFor(take, false)
    const forget = () => {
      this.#loading = undefined
    }
    // Before whoever waits for it, who may ask again at once.
    loading.then(forget, forget)
    return loading
  }

  /** What `take` gives as soon as it gives something, or `end` when the outlet was closed. */
  async #waitFor<T>(take: () => T | undefined, end: T): Promise<T> {
    for (;;) {
      if (this.#bytesOfTurn >= BYTES_PER_TURN) {
        this.#bytesOfTurn = 0
        await new Promise(resolve => setImmediate(resolve))
      }
      const taken = take()
      if (taken !== undefined) return taken
      if (this.#isEnded) {
        const failure = this.#failure
        this.#failure = undefined
        if (failure === undefined) return end
        this.#endedBy = 'it has failed'
        throw failure.error
      }
      await new Promise<void>(resolve => this.#readers.push(resolve))
      this.#bytesOfTurn = 0
    }
  }

  /** What is left of the batch in hand, which is in hand no more; undefined where nothing is. */
  #layDown(): Portionable<K, V> | undefined {
    const { portion } = this
    this.portion = undefined
    if (portion === undefined || portion.index === portion.size) return undefined
    return portion.index === 0 ? portion.batch : portion.batch.without(portion.index)
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
        if (lane.returned !== undefined) return undefined
        if (lane.failure !== undefined) throw lane.failure.error
        if (feed.isEnded && feed.bufferedBytes === 0) this.#onDrained(lane)
        return undefined
      }
      if (batch.size === 0) continue
      // What came before the jump may have been marked after it was told of.
      if (batch.firstOffset < lane.end) feed.onMoved(batch.firstOffset)
      lane.end = batch.nextOffset
      this.#enqueue(lane)
      this.#bytesOfTurn += batch.sizeBytes
      return { lane, batch, size: batch.size, index: 0 }
    }
  }

  #batchOf(lane: Lane<K, V>): Portionable<K, V> | undefined {
    const { feed, returned } = lane
    if (returned !== undefined && !feed.isPaused) {
      lane.returned = undefined
      lane.end = returned.firstOffset
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
