import type { Client } from '../cluster/client.ts'
import { asError } from '../observe/hooks.ts'
import type { Feed } from './feed.ts'

/** How often it is looked, within the time after which a partition counts as stalled. */
const LOOKS = 4

/** Tells the user, once, of each partition that has had nothing to hand out and no answer from a broker for too long. */
export class StallWatch {
  readonly #feeds: () => Iterable<Feed>
  readonly #afterMs: number
  readonly #client: Client
  #timer: NodeJS.Timeout | undefined

  /** @param afterMs 0 for never. */
  constructor(feeds: () => Iterable<Feed>, afterMs: number, client: Client) {
    this.#feeds = feeds
    this.#afterMs = afterMs
    this.#client = client
  }

  start(): void {
    if (this.#afterMs === 0 || this.#timer !== undefined) return
    this.#timer = setInterval(() => this.#look(), Math.ceil(this.#afterMs / LOOKS))
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #look(): void {
    const now = performance.now()
    for (const feed of this.#feeds()) {
      const sinceMs = now - feed.waitsSince
      const isStalled = !feed.isPaused && feed.bufferedBytes === 0 && sinceMs >= this.#afterMs
      if (isStalled && !feed.isStalled) this.#tell(feed, Math.round(sinceMs))
      feed.isStalled = isStalled
    }
  }

  #tell({ topic, partition, lastError }: Feed, sinceMs: number): void {
    const { logger, hooks } = this.#client
    const error = lastError === undefined ? undefined : asError(lastError)
    logger.warn('a partition gets no answers', { topic, partition, sinceMs, lastError: error?.message })
    hooks.onStalled?.({ topic, partition, sinceMs, lastError: error })
  }
}
