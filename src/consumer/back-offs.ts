import type { Feed } from './feed.ts'

/** Feeds that failed together, and are tried again together. */
interface Group {
  readonly feeds: Set<Feed>
  readonly timer: NodeJS.Timeout
}

/** Feeds that wait before they are tried again. */
export class BackOffs {
  readonly #groups = new Map<Feed, Group>()
  readonly #onOver: (feed: Feed) => void

  /** @param onOver Called for each feed whose wait is over. */
  constructor(onOver: (feed: Feed) => void) {
    this.#onOver = onOver
  }

  has(feed: Feed): boolean {
    return this.#groups.has(feed)
  }

  add(feeds: readonly Feed[], ms: number): void {
    const timer = setTimeout(() => {
      for (const feed of group.feeds) this.#groups.delete(feed)
      for (const feed of group.feeds) this.#onOver(feed)
    }, ms)
    const group: Group = { feeds: new Set(feeds), timer }
    for (const feed of feeds) {
      this.cancel(feed)
      this.#groups.set(feed, group)
    }
  }

  /** Answers false for a feed that does not wait. */
  cancel(feed: Feed): boolean {
    const group = this.#groups.get(feed)
    if (group === undefined) return false
    this.#groups.delete(feed)
    group.feeds.delete(feed)
    if (group.feeds.size === 0) clearTimeout(group.timer)
    return true
  }
}
