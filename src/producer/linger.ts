import { Fifo } from '../util/fifo.ts'
import type { Batch } from './batch.ts'

/** Tells when open batches have waited for more messages for as long as `producer.flush.frequencyMs` lets them. */
export class Linger {
  readonly #forMs: number
  readonly #onDue: (batch: Batch) => void
  /** In the order in which they were begun, as all wait equally long. */
  readonly #batches = new Fifo<Batch>()
  #timer: NodeJS.Timeout | undefined

  constructor(forMs: number, onDue: (batch: Batch) => void) {
    this.#forMs = forMs
    this.#onDue = onDue
  }

  add(batch: Batch): void {
    this.#batches.push(batch)
    this.#timer ??= setTimeout(() => this.#onTimer(), this.#forMs)
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#batches.clear()
  }

  #onTimer(): void {
    this.#timer = undefined
    const now = performance.now()
    for (;;) {
      const next = this.#batches.peek()
      if (next === undefined) return
      const isGone = next.isSettled || next.queue.open !== next
      const left = next.openedAt + this.#forMs - now
      // Timers count whole milliseconds, and may be a fraction of one early.
      if (!isGone && left >= 1) {
        this.#timer = setTimeout(() => this.#onTimer(), Math.ceil(left))
        return
      }
      this.#batches.shift()
      if (isGone) continue
      next.isDue = true
      this.#onDue(next)
    }
  }
}
