import type { Message } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Outlet, Portion } from './outlet.ts'

const DONE = { done: true, value: undefined } as const

export class BatchIterator<K, V> implements AsyncIterableIterator<MessageBatch<K, V>> {
  readonly #outlet: Outlet<K, V>

  constructor(outlet: Outlet<K, V>) {
    this.#outlet = outlet
  }

  async next(): Promise<IteratorResult<MessageBatch<K, V>, undefined>> {
    const portion = await this.#outlet.next()
    return portion === undefined ? DONE : { done: false, value: portion.batch }
  }

  async return(): Promise<IteratorResult<MessageBatch<K, V>, undefined>> {
    this.#outlet.close()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Written by hand: an async generator costs more than twice as much a message. */
export class MessageIterator<K, V> implements AsyncIterableIterator<Message<K, V>> {
  readonly #outlet: Outlet<K, V>
  #portion: Portion<K, V> | undefined
  /** The outlet's when `#portion` was last looked at. */
  #stamp: number
  /** While the next batch is awaited, calls queue up behind it: tells whether there is one. */
  #loading: Promise<boolean> | undefined

  constructor(outlet: Outlet<K, V>) {
    this.#outlet = outlet
    this.#stamp = outlet.stamp
  }

  next(): Promise<IteratorResult<Message<K, V>, undefined>> {
    if (this.#loading === undefined) {
      if (this.#stamp !== this.#outlet.stamp) this.#look()
      const portion = this.#portion
      if (portion !== undefined && portion.index < portion.size) {
        return Promise.resolve({ done: false, value: portion.batch.messageAt(portion.index++) })
      }
      this.#loading = this.#load()
    }
    return this.#loading.then(isThere => (isThere ? this.next() : DONE))
  }

  async return(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#outlet.close()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Something has happened to what it holds, or to something else. */
  #look(): void {
    this.#stamp = this.#outlet.stamp
    const portion = this.#portion
    if (portion === undefined) return
    const { feed } = portion.lane
    if (portion.cut !== feed.cut) this.#portion = undefined
    else if (feed.isPaused && portion.index < portion.size) {
      this.#outlet.putBack(portion)
      this.#portion = undefined
    }
  }

  async #load(): Promise<boolean> {
    try {
      this.#portion = await this.#outlet.next()
      if (this.#portion === undefined) return false
      this.#portion.lane.portion = this.#portion
      return true
    } finally {
      this.#loading = undefined
    }
  }
}
