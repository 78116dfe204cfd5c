/**
 * The longest that a broker is obeyed. Quotas are measured over seconds; what is beyond an hour is a mistake, and after a
 * request in vain the broker can say it again.
 */
const LONGEST_MS = 3_600_000

/**
 * How long a broker wants this client to be silent (KIP-219). It answers first and reads nothing more from the connection
 * until then, so what would be sent meanwhile would only run out of time. Versions of an API in which brokers before 2.0
 * waited instead are not told apart: those brokers are too old for this client.
 */
export class Throttle {
  /** On the clock of `performance.now()`; 0 while there is none. */
  #until = 0
  /** What the broker said, for errors. */
  #toldMs = 0

  /** Whether requests have to wait. */
  get isOn(): boolean {
    return this.#until > 0
  }

  /** When it ends, on the clock of `performance.now()`. */
  get until(): number {
    return this.#until
  }

  get toldMs(): number {
    return this.#toldMs
  }

  /** The latest end counts. */
  extend(throttleTimeMs: number, now: number): void {
    const until = now + Math.min(throttleTimeMs, LONGEST_MS)
    if (until <= this.#until) return
    this.#until = until
    this.#toldMs = throttleTimeMs
  }

  /** Ends it when its time is over; tells whether it has ended. */
  hasEnded(now: number): boolean {
    if (now < this.#until) return false
    this.#until = 0
    return true
  }
}

/** What an answer says of throttling, in ms; 0 where it says nothing, or nonsense. */
export function throttleTimeOf(answer: unknown): number {
  const told = (answer as { readonly throttleTimeMs?: unknown }).throttleTimeMs
  return typeof told === 'number' && told > 0 ? told : 0
}
