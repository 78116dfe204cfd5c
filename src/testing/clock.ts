/** Something that is to happen later, unless it is cancelled. */
export interface Timer {
  cancel(): void
}

/** Where a cluster takes its time from. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Calls `run` once, `delayMs` milliseconds from now. */
  setTimer(delayMs: number, run: () => void): Timer
}

/** The clock of the machine. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimer(delayMs, run) {
    const timer = setTimeout(run, delayMs).unref()
    return { cancel: () => clearTimeout(timer) }
  },
}

interface Due extends Timer {
  readonly at: number
  readonly run: () => void
}

/** A clock that stands still until it is told to go on: what takes a minute is tested in no time. */
export class VirtualClock implements Clock {
  readonly #timers = new Set<Due>()
  #now: number

  /** @param now Milliseconds since 1970 to begin with. Default: the time of the machine. */
  constructor(now: number = Date.now()) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  setTimer(delayMs: number, run: () => void): Timer {
    const timer: Due = { at: this.#now + Math.max(0, delayMs), run, cancel: () => this.#timers.delete(timer) }
    this.#timers.add(timer)
    return timer
  }

  /**
   * Lets so many milliseconds pass. What is due by then runs in the order of its time, with the clock at that time.
   *
   * @throws RangeError for time that would go back.
   */
  advance(ms: number): void {
    if (!Number.isFinite(ms) || ms < 0) throw new RangeError(`a clock cannot advance by ${ms} ms`)
    const end = this.#now + ms
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#timers.delete(next)
      this.#now = next.at
      next.run()
    }
    this.#now = end
  }

  #next(end: number): Due | undefined {
    let first: Due | undefined
    // A set keeps the order of insertion, so of those that are due at the same time the one set first comes first.
    for (const timer of this.#timers) if (timer.at <= end && (first === undefined || timer.at < first.at)) first = timer
    return first
  }
}
