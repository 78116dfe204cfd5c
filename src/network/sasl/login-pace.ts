import { AuthenticationError } from '../../errors/client-errors.ts'
import { backoffMs, type RetryPolicy } from '../../util/backoff.ts'

/** As Java's `reconnect.backoff.ms` and `reconnect.backoff.max.ms`, which are waited for after a refused login too. */
const WAITS: RetryPolicy = { max: Infinity, backoffMs: 50, maxBackoffMs: 1_000 }

/**
 * Spaces the logins of a client while it is refused. Each call fails with the first refusal that it meets, but the next call comes
 * at once: without a wait a loop of them would be thousands of refused logins a second, for which users are locked out.
 */
export class LoginPace {
  #refusals = 0
  /** On the clock of `performance.now()`. */
  #nextAt = 0

  /** How long the next login has to wait, in milliseconds. */
  get waitMs(): number {
    return Math.max(0, this.#nextAt - performance.now())
  }

  onAccepted(): void {
    this.#refusals = 0
    this.#nextAt = 0
  }

  onFailed(error: unknown): void {
    if (!(error instanceof AuthenticationError)) return
    this.#refusals++
    this.#nextAt = performance.now() + backoffMs(WAITS, this.#refusals, error)
  }
}
