const EVERY_MS = 100

/** Watches the resident memory of this process. */
export class Rss {
  peakBytes = 0
  readonly #timer = setInterval(() => this.#look(), EVERY_MS)

  constructor() {
    this.#look()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  toString(): string {
    return `RSS ${mib(process.memoryUsage.rss())}, at most ${mib(this.peakBytes)}`
  }

  #look(): void {
    this.peakBytes = Math.max(this.peakBytes, process.memoryUsage.rss())
  }
}

function mib(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
