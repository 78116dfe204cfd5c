const JITTER = 0.2

/** How often something is tried again, and after what wait. */
export interface RetryPolicy {
  /** Tries after the first one; `Infinity` leaves the bound to a timeout. */
  readonly max: number
  /** The first wait, which doubles with each further try. */
  readonly backoffMs: number
  readonly maxBackoffMs: number
  /** Instead of the doubling: the wait before try number `attempt`, which counts from 1. */
  readonly backoff?: ((attempt: number, error: unknown) => number) | undefined
}

/** The wait in milliseconds before try number `attempt` (from 1): exponential, with a jitter of ±20 % (KIP-580), at most `maxBackoffMs`. */
export function backoffMs(policy: RetryPolicy, attempt: number, error: unknown): number {
  const chosen = policy.backoff === undefined ? undefined : askUser(policy.backoff, attempt, error)
  if (chosen !== undefined) return chosen
  // Bounded, so that it stays a number: 0 times Infinity is none.
  const plain = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** Math.min(attempt - 1, 60))
  return Math.min(policy.maxBackoffMs, plain * (1 - JITTER + 2 * JITTER * Math.random()))
}

const LONGEST_TIMER_MS = 2 ** 31 - 1

/** What a user's function says, unless it throws or says no number: a retry must not be lost for that. */
function askUser(backoff: NonNullable<RetryPolicy['backoff']>, attempt: number, error: unknown): number | undefined {
  try {
    const ms = backoff(attempt, error)
    return Number.isFinite(ms) ? Math.min(LONGEST_TIMER_MS, Math.max(0, ms)) : undefined
  } catch {
    return undefined
  }
}
