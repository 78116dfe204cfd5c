import { AuthenticationError } from '../../errors/client-errors.ts'
import { backoffMs, type RetryPolicy } from '../../util/backoff.ts'
import { sleep } from '../../util/wait.ts'

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

  /** Resolves when the next login may begin, after `limitMs` at the latest. */
  async turn(limitMs: number, signal: AbortSignal): Promise<void> {
    const waitMs = Math.min(this.#nextAt - performance.now(), limitMs)
    if (waitMs > 0) await sleep(waitMs, signal)
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
