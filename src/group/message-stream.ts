import type { Message } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import { Fifo } from '../util/fifo.ts'
import { onAbort } from '../util/wait.ts'
import type { Claim, ConsumerGroupHandler, GroupSession } from './types.ts'

/** A claim whose batches are handed out one after the other: each is queued, and then in hand, before the next is asked for. */
interface Share<K, V> {
  readonly claim: Claim<K, V>
  readonly session: GroupSession<K, V>
  batch: MessageBatch<K, V> | undefined
  /** The number of the batch's messages, and how many of them were handed out, processed, and marked. */
  size: number
  index: number
  processed: number
  marked: number
  /** Called when nothing of the batch is handed out any more, nor worked on. */
  finish: () => void
  /** Whether the claim has ended. */
  isOver: boolean
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
      const counts = { size: 0, index: 0, processed: 0, marked: 0 }
      const share: Share<K, V> = { claim, session, batch: undefined, ...counts, finish: () => {}, isOver: false }
      // What waits is not begun any more; what was begun is finished when the next is asked for.
      const forget = onAbort(claim.signal, () => {
        share.isOver = true
        if (this.#current !== share) letGo(share)
      })
      try {
        for await (const batch of claim.batches()) await this.#offer(share, batch)
      } finally {
        forget()
      }
    },
  }
  readonly #start: () => Promise<void>
  readonly #stop: () => void
  readonly #queue = new Fifo<Share<K, V>>()
  #ended: Promise<void> | undefined
  #isEnded = false
  /** Whether nothing more is handed out. */
  #isEnding = false
  #current: Share<K, V> | undefined
  /** Whether it will be marked at the end of this turn what was processed. */
  #isMarking = false
  #wakes: (() => void)[] = []

  /** @param start Begins the consuming with the handler: at the first message that is asked for. */
  constructor(start: () => Promise<void>, stop: () => void) {
    this.#start = start
    this.#stop = stop
  }

  next(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#onAsked()
    const message = this.#take()
    return message === undefined ? this.#wait() : Promise.resolve({ done: false, value: message })
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
   * The consuming ends: nothing more is handed out, and the message in hand holds it up no longer than to the end of the turn, since
   * who closes may well do so, and wait for it, in the middle of a message.
   */
  end(): void {
    this.#isEnding = true
    setImmediate(() => this.#drop())
  }

  async #wait(): Promise<IteratorResult<Message<K, V>, undefined>> {
    this.#begin()
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
      await new Promise<void>(resolve => this.#wakes.push(resolve))
    }
  }

  #wake(): void {
    for (const wake of this.#wakes.splice(0)) wake()
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
  #offer(share: Share<K, V>, batch: MessageBatch<K, V>): Promise<void> {
    return new Promise(resolve => {
      // The claim may have ended between the batch's coming and this.
      if (share.isOver) return resolve()
      share.batch = batch
      share.size = batch.size
      share.index = 0
      share.processed = 0
      share.marked = 0
      share.finish = resolve
      share.claim.isQueued = true
      this.#queue.push(share)
      this.#wake()
    })
  }

  #take(): Message<K, V> | undefined {
    for (;;) {
      this.#current ??= this.#next()
      const share = this.#current
      if (share === undefined) return undefined
      if (!this.#isEnding && !share.isOver && share.index < share.size) return share.batch!.at(share.index++)
      this.#drop()
    }
  }

  #next(): Share<K, V> | undefined {
    const share = this.#queue.shift()
    if (share !== undefined) share.claim.isQueued = false
    return share
  }

  /** The message in hand is processed. It is marked at the end of the turn, which may be that of many. */
  #onAsked(): void {
    const share = this.#current
    if (share === undefined) return
    share.processed = share.index
    if (this.#isMarking) return
    this.#isMarking = true
    setImmediate(() => {
      this.#isMarking = false
      this.#mark()
    })
  }

  #mark(): void {
    const share = this.#current
    if (share === undefined || share.processed === share.marked) return
    share.marked = share.processed
    share.session.markMessage(share.batch!.at(share.processed - 1)!)
  }

  #drop(): void {
    this.#mark()
    if (this.#current !== undefined) letGo(this.#current)
    this.#current = undefined
  }
}

/** The batch is finished, and not kept: the next one may be long in coming. */
function letGo<K, V>(share: Share<K, V>): void {
  const { finish } = share
  share.batch = undefined
  share.finish = () => {}
  finish()
}
