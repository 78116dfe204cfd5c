import type { Clock, Timer } from '../clock.ts'

/** Timers by name: setting one again replaces it. */
export class Timers {
  readonly #clock: Clock
  readonly #timers = new Map<string, Timer>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  set(name: string, delayMs: number, run: () => void): void {
    this.cancel(name)
    const timer = this.#clock.setTimer(delayMs, () => {
      this.#timers.delete(name)
      run()
    })
    this.#timers.set(name, timer)
  }

  cancel(name: string): void {
    this.#timers.get(name)?.cancel()
    this.#timers.delete(name)
  }

  cancelAll(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
  }
}
