import type { Logger } from '../../../src/index.ts'

/** Brokers that notice within seconds that another one is gone. */
export const quickToNotice = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
} as const

/** Says nothing: that a broker is gone is no news where the test itself has ended it. */
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} }

/** The time for a test that starts brokers anew, on a small machine that has more to do. */
export const LONG_MS = 180_000

/** A value that others may wait for to reach a number. */
export class Count {
  #value = 0
  #waiting: { readonly until: number; readonly resolve: () => void }[] = []

  get value(): number {
    return this.#value
  }

  add(count = 1): void {
    this.#value += count
    for (const { until, resolve } of this.#waiting) if (this.#value >= until) resolve()
    this.#waiting = this.#waiting.filter(({ until }) => this.#value < until)
  }

  /** Resolves once `more` have been added from now on. */
  more(more: number): Promise<void> {
    return this.reaches(this.#value + more)
  }

  /** Resolves once the value is `until`, or more. */
  reaches(until: number): Promise<void> {
    if (this.#value >= until) return Promise.resolve()
    return new Promise(resolve => this.#waiting.push({ until, resolve }))
  }
}
