/** What a promise rejects with; it is an error that it does not. */
export async function failure(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.then(
    value => ({ value }),
    (error: unknown) => ({ error }),
  )
  if ('value' in outcome) throw new Error(`should have failed, but gave ${String(outcome.value)}`)
  if (!(outcome.error instanceof Error)) throw new Error(`rejected with no error: ${String(outcome.error)}`)
  return outcome.error
}
