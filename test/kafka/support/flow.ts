import { setImmediate, setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Producer } from '../../../src/index.ts'
import type { Entry, Ledger } from './ledger.ts'

/** With `send`, so many messages of each partition are on their way at any time. */
const WINDOW = 2_000
/** After so many messages of each partition the event loop has its turn, as where a program gets them from somewhere. */
const ROUND = 250
/** At a slow pace so many messages are sent at a time, with a rest in between … */
const TRICKLE = 5
const REST_MS = 20
/** … until so much of all is left. */
const RESERVE = 1 / 4

/**
 * Sends a fixed number of messages, spread over all partitions of a ledger, and takes down their outcomes. What a test does
 * meanwhile may take long or not: it slows the flow down, so that there is something left for what comes after.
 */
export class Flow {
  readonly #producer: Producer
  readonly #ledger: Ledger
  readonly #count: number
  readonly #handedOver: Promise<unknown>
  /** So many messages are sent as fast as the producer takes them. */
  #fast = Infinity
  #isStopped = false
  #acknowledged = 0
  #failed = 0
  /** Those that have come to the reserve. */
  #resting: (() => void)[] = []

  /** Hands messages over one by one, with a promise for each, or without, and reads reports. */
  constructor(producer: Producer, ledger: Ledger, count: number, way: 'send' | 'enqueue') {
    this.#producer = producer
    this.#ledger = ledger
    this.#count = count
    this.#handedOver = way === 'send' ? this.#sendAll() : this.#enqueueAll()
    // Who waits for it hears of a failure.
    this.#handedOver.catch(() => {})
  }

  /** Sends little from now on. */
  slow(): void {
    this.#fast = 0
  }

  /** Sends as fast as the producer takes it from now on, or just so many messages. */
  fast(count = Infinity): void {
    this.#fast = count
    this.#wake()
  }

  /** Sends no more. */
  stop(): void {
    this.#isStopped = true
    this.#wake()
  }

  /** Resolves when all messages have their outcome; asserts that the producer sees it in the same way. */
  async done(): Promise<void> {
    await this.#handedOver
    await this.#ledger.outcomes.reaches(this.#ledger.sent)
    expect(this.#producer.stats()).toMatchObject({
      delivered: this.#acknowledged,
      failed: this.#failed,
      bufferedMessages: 0,
      bufferedBytes: 0,
      waiting: 0,
    })
  }

  async #sendAll(): Promise<void> {
    const { size } = this.#ledger
    const each = Array.from({ length: size }, (_, i) => this.#sendTo(i, Math.ceil((this.#count - i) / size)))
    await Promise.all(each)
  }

  async #sendTo(index: number, count: number): Promise<void> {
    let underWay = 0
    let onFree = () => {}
    for (let i = 1; i <= count; i++) {
      while (underWay >= WINDOW) {
        await new Promise<void>(resolve => {
          onFree = resolve
        })
      }
      if (this.#isStopped) return
      underWay++
      const { metadata: entry, ...message } = this.#ledger.next(index)
      this.#producer
        .send(message)
        .then(
          ({ offset }) => this.#onAcknowledged(entry, offset),
          error => this.#onFailed(entry, error),
        )
        .finally(() => {
          underWay--
          onFree()
        })
      await this.#rest(i, count, ROUND)
    }
  }

  async #enqueueAll(): Promise<void> {
    this.#readReports()
    for (let i = 1; i <= this.#count && !this.#isStopped; i++) {
      const message = this.#ledger.next(i)
      while (!this.#producer.enqueue(message)) {
        // Closing ends this wait too.
        await this.#producer.ready().catch(() => this.stop())
        if (!this.#isStopped) continue
        this.#ledger.takeBack(message.metadata)
        return
      }
      await this.#rest(i, this.#count, ROUND * this.#ledger.size)
    }
  }

  async #readReports(): Promise<void> {
    for await (const { baseOffset, messages, error } of this.#producer.deliveries()) {
      for (const [i, { metadata }] of messages.entries()) {
        if (error === undefined) this.#onAcknowledged(metadata as Entry, baseOffset + BigInt(i))
        else this.#onFailed(metadata as Entry, error)
      }
    }
  }

  #onAcknowledged(entry: Entry, offset: bigint): void {
    this.#acknowledged++
    this.#ledger.onAcknowledged(entry, offset)
  }

  #onFailed(entry: Entry, error: unknown): void {
    this.#failed++
    this.#ledger.onFailed(entry, error)
  }

  async #rest(sent: number, count: number, round: number): Promise<void> {
    if (this.#fast > 0) {
      this.#fast--
      if (sent % round === 0) await setImmediate()
    } else if (count - sent > count * RESERVE) {
      if (sent % TRICKLE === 0) await setTimeout(REST_MS)
    } else if (!this.#isStopped) {
      await new Promise<void>(resolve => this.#resting.push(resolve))
    }
  }

  #wake(): void {
    for (const goOn of this.#resting.splice(0)) goOn()
  }
}
