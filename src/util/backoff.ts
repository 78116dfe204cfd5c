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
  if (policy.backoff !== undefined) return Math.max(0, policy.backoff(attempt, error))
  // Bounded, so that it stays a number: 0 times Infinity is none.
  const plain = Math.min(policy.maxBackoffMs, policy.backoffMs * 2 ** Math.min(attempt - 1, 60))
  return Math.min(policy.maxBackoffMs, plain * (1 - JITTER + 2 * JITTER * Math.random()))
}
