/** Concurrent callers share one call. */
export class SingleFlight<T> {
  #flight: Promise<T> | undefined

  run(call: () => Promise<T>): Promise<T> {
    this.#flight ??= call().finally(() => {
      this.#flight = undefined
    })
    return this.#flight
  }
}
