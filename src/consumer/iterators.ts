import type { Message } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Outlet } from './outlet.ts'

const DONE = { done: true, value: undefined } as const

export class BatchIterator<K, V> implements AsyncIterableIterator<MessageBatch<K, V>> {
  readonly #outlet: Outlet<K, V>

  constructor(outlet: Outlet<K, V>) {
    outlet.enter()
    this.#outlet = outlet
  }

  next(): Promise<IteratorResult<MessageBatch<K, V>, undefined>> {
    return this.#outlet.nextBatch()
  }

  async return(): Promise<IteratorResult<MessageBatch<K, V>, undefined>> {
    this.#outlet.leave()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

/** Written by hand: an async generator costs more than twice as much a message. */
export class MessageIterator<K, V> implements AsyncIterableIterator<Message<K, V>> {
  readonly #outlet: Outlet<K, V>

  constructor(outlet: Outlet<K, V>) {
    outlet.enter()
    this.#outlet = outlet
  }

  next(): Promise<IteratorResult<Message<K, V>, undefined>> {
    const message = this.#outlet.takeMessage()
    if (message !== undefined) return Promise.resolve({ done: false, value: message })
    return this.#outlet.load().then(isThere => {
      if (!isThere) return DONE
      const loaded = this.#outlet.takeMessage()
      // Another reader may have had its turn first.
      return loaded === undefined ? this.next() : { done: false, value: loaded }
    })
  }

  async return(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#outlet.leave()
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
