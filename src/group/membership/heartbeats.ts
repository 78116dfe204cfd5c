import { sleep } from '../../util/wait.ts'

/** Sends heartbeats one after another, at regular times, beside whatever else is going on. */
export class Heartbeats {
  readonly #intervalMs: number
  readonly #onFailure: (error: unknown) => void
  #running: AbortController | undefined

  /** @param onFailure Told what each that fails fails with; the next is sent all the same, unless that stops them. */
  constructor(intervalMs: number, onFailure: (error: unknown) => void) {
    this.#intervalMs = intervalMs
    this.#onFailure = onFailure
  }

  /** Sends them by `beat` from now on, the first after an interval. */
  start(beat: (signal: AbortSignal) => Promise<void>): void {
    this.stop()
    const running = new AbortController()
    this.#running = running
    this.#run(beat, running.signal)
  }

  stop(): void {
    this.#running?.abort()
    this.#running = undefined
  }

  async #run(beat: (signal: AbortSignal) => Promise<void>, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await sleep(this.#intervalMs, signal)
        await beat(signal)
      } catch (error) {
        if (!signal.aborted) this.#onFailure(error)
      }
    }
  }
}
