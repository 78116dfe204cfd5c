/** One timer for many things that are due at some time: it is set anew only when it must ring earlier. */
export class Alarm {
  readonly #onRing: () => void
  #timer: NodeJS.Timeout | undefined
  #at = Infinity

  constructor(onRing: () => void) {
    this.#onRing = onRing
  }

  /** Rings at this time, on the clock of `performance.now()`, or before; `Infinity` is never. */
  set(at: number): void {
    if (at >= this.#at) return
    clearTimeout(this.#timer)
    this.#at = at
    this.#timer = setTimeout(() => this.#ring(), Math.max(1, Math.ceil(at - performance.now())))
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#at = Infinity
  }

  #ring(): void {
    this.#at = Infinity
    this.#onRing()
  }
}
