import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import { backoffMs, type RetryPolicy } from './backoff.ts'
import { sleep } from './wait.ts'

export interface RetryContext {
  readonly signal: AbortSignal
  /** Called before the wait that comes before try number `attempt`. What it throws ends the retrying. */
  onRetry?(error: KafkaError, attempt: number): void | Promise<void>
}

/**
 * Calls until it succeeds, until its error says that another try would not help, or until the policy's tries are used up;
 * then throws the last error. Which errors are worth another try is theirs to say: see `remedy`.
 */
export async function retrying<T>(
  policy: RetryPolicy,
  { signal, onRetry }: RetryContext,
  call: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      signal.throwIfAborted()
      return await call()
    } catch (error) {
      if (!(error instanceof KafkaError) || !mayHeal(error) || attempt > policy.max || signal.aborted) throw error
      await onRetry?.(error, attempt)
      await sleep(backoffMs(policy, attempt, error), signal)
    }
  }
}
