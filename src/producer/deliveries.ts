import { Fifo } from '../util/fifo.ts'
import type { Room } from './room.ts'
import type { DeliveryReport } from './types.ts'

type Result<Report> = IteratorResult<Report, undefined>

interface Waiter<Report> {
  readonly reader: object
  resolve(result: Result<Report>): void
}

/**
 * Delivery reports on their way to who reads them. What they are about counts towards the producer's room until they are read,
 * so that a slow reader slows the producer down instead of filling the memory.
 */
export class Deliveries<Report = DeliveryReport> {
  readonly #room: Room
  readonly #onNobody: () => void
  readonly #reports = new Fifo<{ readonly report: Report; readonly bytes: number }>()
  readonly #waiting = new Fifo<Waiter<Report>>()
  #readers = 0
  /** Until the end of the turn of the event loop of the first message: who reads may come just after the first message. */
  #isExpected = true
  #turn: NodeJS.Immediate | undefined
  #hasEnded = false
  #isCounted = true

  /** @param onNobody Called where it turns out that nobody reads: messages need not be kept any more. */
  constructor(room: Room, onNobody: () => void = () => {}) {
    this.#room = room
    this.#onNobody = onNobody
  }

  /** Whether messages are to be kept for reports. */
  get isWanted(): boolean {
    return this.#readers > 0 || this.#isExpected
  }

  /** A message was given. */
  onMessage(): void {
    if (!this.#isExpected || this.#turn !== undefined) return
    this.#turn = setImmediate(() => {
      this.#isExpected = false
      if (this.#readers === 0) this.#onNobody()
    })
  }

  /** Takes over `bytes` of the producer's room. Answers whether there is someone to read the report. */
  add(report: Report, bytes: number): boolean {
    if (this.#readers === 0) {
      this.#room.give(bytes)
      return false
    }
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) waiter.resolve({ done: false, value: report })
    else this.#reports.push({ report, bytes: this.#isCounted ? bytes : 0 })
    if (waiter !== undefined || !this.#isCounted) this.#room.give(bytes)
    return true
  }

  /** Reports count no more: the producer is closing, and must not wait for who reads them. */
  countNoMore(): void {
    this.#isCounted = false
    const reports = [...this.#reports]
    this.#reports.clear()
    for (const { report } of reports) this.#reports.push({ report, bytes: 0 })
    for (const { bytes } of reports) this.#room.give(bytes)
  }

  /** Several readers share the reports: each goes to one of them. */
  read(): AsyncIterableIterator<Report, undefined> {
    let isReading = !this.#hasEnded
    if (isReading) this.#readers++
    const stop = (): Result<Report> => {
      if (isReading) this.#leave(iterator)
      isReading = false
      return { done: true, value: undefined }
    }
    const iterator: AsyncIterableIterator<Report, undefined> = {
      next: () => {
        const next = this.#reports.shift()
        if (next !== undefined) {
          this.#room.give(next.bytes)
          return Promise.resolve({ done: false, value: next.report })
        }
        if (!isReading || this.#hasEnded) return Promise.resolve(stop())
        return new Promise(resolve => this.#waiting.push({ reader: iterator, resolve }))
      },
      return: () => Promise.resolve(stop()),
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  /** No more reports will come. Those that are there can still be read. */
  end(): void {
    this.#hasEnded = true
    this.#dismiss(() => true)
  }

  #dismiss(isMeant: (reader: object) => boolean): void {
    const waiting = [...this.#waiting]
    this.#waiting.clear()
    for (const waiter of waiting) {
      if (isMeant(waiter.reader)) waiter.resolve({ done: true, value: undefined })
      else this.#waiting.push(waiter)
    }
  }

  #leave(reader: object): void {
    this.#readers--
    this.#dismiss(waiting => waiting === reader)
    if (this.#readers > 0) return
    this.#isExpected = false
    for (let next = this.#reports.shift(); next !== undefined; next = this.#reports.shift()) this.#room.give(next.bytes)
  }
}
