/** There is no Kafka to be had on this machine; `message` says what was tried and what to install. */
export class KafkaUnavailableError extends Error {
  override readonly name = 'KafkaUnavailableError'
}

/** What was asked for, or the reason why this machine has none. */
export type OrReason<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly reason: string }

/**
 * Turns "no Kafka here" into a value, so that tests can be skipped with the reason printed. With `CI=true` it stays an
 * error: a CI run that skips its integration tests must not look green. Every other error is thrown as it is: a Kafka
 * that is there but does not start is a failure, never a reason to skip.
 */
export async function orReason<T>(attempt: () => Promise<T>): Promise<OrReason<T>> {
  try {
    return { ok: true, value: await attempt() }
  } catch (error) {
    if (!(error instanceof KafkaUnavailableError) || process.env.CI === 'true') throw error
    return { ok: false, reason: error.message }
  }
}
