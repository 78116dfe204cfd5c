import type { Message } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import { Fifo } from '../util/fifo.ts'
import type { Claim, ConsumerGroupHandler, GroupSession } from './types.ts'

/** A batch on its way to who iterates. */
interface Offer<K, V> {
  readonly session: GroupSession<K, V>
  readonly claim: Claim<K, V>
  readonly batch: MessageBatch<K, V>
  /** Called when nothing of it is handed out any more, nor worked on. */
  readonly finish: () => void
  /** How many messages were handed out. */
  index: number
}

const DONE = { done: true, value: undefined } as const

/**
 * All claims of a member as one: a batch of each in turn. A message is processed, and marked, when the next one is asked for; leaving
 * the loop ends the consuming, and leaves the last one unmarked. Of a claim that has ended nothing more is handed out, but it is not
 * given up before the message in hand is processed.
 */
export class MessageStream<K, V> implements AsyncIterableIterator<Message<K, V>> {
  readonly handler: ConsumerGroupHandler<K, V> = {
    consumeClaim: async (session, claim) => {
      for await (const batch of claim.batches()) await this.#offer(session, claim, batch)
    },
  }
  readonly #start: () => Promise<void>
  readonly #stop: () => void
  readonly #offers = new Fifo<Offer<K, V>>()
  #ended: Promise<void> | undefined
  #isEnded = false
  #current: Offer<K, V> | undefined
  #wake = () => {}

  /** @param start Begins the consuming with the handler: at the first message that is asked for. */
  constructor(start: () => Promise<void>, stop: () => void) {
    this.#start = start
    this.#stop = stop
  }

  async next(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#begin()
    this.#markLast()
    for (;;) {
      const message = this.#take()
      if (message !== undefined) return { done: false, value: message }
      if (this.#isEnded) {
        // What it failed with is thrown once.
        const ended = this.#ended
        this.#ended = Promise.resolve()
        await ended
        return DONE
      }
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  async return(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#drop()
    this.#stop()
    await this.#ended
    return DONE
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /**
   * The consuming ends: the message in hand holds it up no longer than to the end of the turn, since who closes may well do so, and
   * wait for it, in the middle of a message.
   */
  end(): void {
    const current = this.#current
    setImmediate(() => {
      if (this.#current === current) this.#drop()
    })
  }

  #begin(): void {
    if (this.#ended !== undefined) return
    this.#ended = this.#start()
    const onEnded = () => {
      this.#isEnded = true
      this.#wake()
    }
    this.#ended.then(onEnded, onEnded)
  }

  /** Resolves when all of the batch was processed, or as much as was begun before the claim had ended. */
  #offer(session: GroupSession<K, V>, claim: Claim<K, V>, batch: MessageBatch<K, V>): Promise<void> {
    return new Promise(resolve => {
      const offer: Offer<K, V> = { session, claim, batch, finish: resolve, index: 0 }
      this.#offers.push(offer)
      // What waits is not begun any more; what was begun is finished when the next is asked for.
      claim.signal.addEventListener('abort', () => this.#current !== offer && resolve(), { once: true })
      this.#wake()
    })
  }

  #take(): Message<K, V> | undefined {
    for (;;) {
      this.#current ??= this.#offers.shift()
      const offer = this.#current
      if (offer === undefined) return undefined
      if (!offer.claim.signal.aborted && offer.index < offer.batch.size) return offer.batch.at(offer.index++)
      this.#drop()
    }
  }

  #markLast(): void {
    const offer = this.#current
    if (offer === undefined || offer.index === 0) return
    const message = offer.batch.at(offer.index - 1)!
    offer.session.markMessage(message)
  }

  #drop(): void {
    this.#current?.finish()
    this.#current = undefined
  }
}
