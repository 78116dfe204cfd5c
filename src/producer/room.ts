import { Fifo } from '../util/fifo.ts'

interface Waiter {
  /** On the clock of `performance.now()`. */
  readonly deadline: number
  proceed(): void
  giveUp(reason: unknown): void
  isGone: boolean
}

/** The producer's bounded memory, and who waits for some of it, first come, first served. */
export class Room {
  readonly #limitBytes: number
  readonly #waiters = new Fifo<Waiter>()
  #usedBytes = 0
  #count = 0
  #timer: NodeJS.Timeout | undefined

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  get usedBytes(): number {
    return this.#usedBytes
  }

  /** How many wait. */
  get waiting(): number {
    return this.#count
  }

  /** Whether the next one has to wait. The last message that is let in may pass the limit. */
  get isFull(): boolean {
    return this.#usedBytes >= this.#limitBytes || this.#count > 0
  }

  take(bytes: number): void {
    this.#usedBytes += bytes
  }

  give(bytes: number): void {
    this.#usedBytes -= bytes
    if (this.#count > 0) this.#admit()
  }

  /**
   * Calls `proceed` when there is room and all who came earlier have had their turn, or `giveUp` at the deadline, then without a
   * reason, or when the room is closed. The returned function takes that back.
   */
  wait(deadline: number, proceed: () => void, giveUp: (reason: unknown) => void): () => void {
    const waiter: Waiter = { deadline, proceed, giveUp, isGone: false }
    this.#waiters.push(waiter)
    this.#count++
    if (deadline < Infinity) this.#arm(deadline)
    return () => this.#leave(waiter)
  }

  /** Ends every wait. */
  close(reason: unknown): void {
    for (let waiter = this.#waiters.shift(); waiter !== undefined; waiter = this.#waiters.shift()) {
      if (this.#leave(waiter)) waiter.giveUp(reason)
    }
  }

  #leave(waiter: Waiter): boolean {
    if (waiter.isGone) return false
    waiter.isGone = true
    this.#count--
    if (this.#count === 0) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      this.#waiters.clear()
    }
    return true
  }

  #admit(): void {
    while (this.#usedBytes < this.#limitBytes) {
      const waiter = this.#waiters.shift()
      if (waiter === undefined) return
      if (this.#leave(waiter)) waiter.proceed()
    }
  }

  /** One timer for all: those who came first have the earliest deadlines. */
  #arm(deadline: number): void {
    this.#timer ??= setTimeout(() => this.#onTimer(), Math.max(1, Math.ceil(deadline - performance.now())))
  }

  #onTimer(): void {
    this.#timer = undefined
    const now = performance.now()
    const expired: Waiter[] = []
    let next = Infinity
    for (const waiter of this.#waiters) {
      if (waiter.isGone || waiter.deadline === Infinity) continue
      if (waiter.deadline > now) {
        next = waiter.deadline
        break
      }
      expired.push(waiter)
    }
    for (const waiter of expired) if (this.#leave(waiter)) waiter.giveUp(undefined)
    if (next < Infinity && this.#count > 0) this.#arm(next)
  }
}
