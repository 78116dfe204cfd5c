import { fn, int, ms } from './options.ts'

type Backoff = (attempt: number, error: unknown) => number

/** The options of a {@link RetryPolicy}, which several layers have. */
export function retryOptions(max: number, backoffMs: number, maxBackoffMs: number) {
  return {
    /** Tries after the first one. */
    max: int(max, { min: 0, max: Infinity }),
    /** The first wait; each further one is twice as long, ±20 %. */
    backoffMs: ms(backoffMs),
    /** The longest wait. */
    maxBackoffMs: ms(maxBackoffMs),
    /** Instead of the doubling: the wait in milliseconds before try number `attempt`, which counts from 1. */
    backoff: fn<Backoff>(),
  }
}
