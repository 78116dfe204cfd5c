/** How many bytes the feeds of one consumer hold, fetched and unread, and how many more there is room for. */
export class Budget {
  readonly #maxBytes: number
  readonly #bytesPerFeed: number
  #bufferedBytes = 0
  /** How many feeds share it. */
  feeds = 0

  constructor(maxBytes: number, bytesPerFeed: number) {
    this.#maxBytes = maxBytes
    this.#bytesPerFeed = bytesPerFeed
  }

  /** Who has not read a batch when so much more has been fetched is behind. */
  get patienceBytes(): number {
    return this.#maxBytes / 2
  }

  /** What is left; not below 0. */
  get leftBytes(): number {
    return Math.max(0, this.#maxBytes - this.#bufferedBytes)
  }

  add(bytes: number): void {
    this.#bufferedBytes += bytes
  }

  /** Gives bytes back; tells whether there is room now where there was none. */
  release(bytes: number): boolean {
    const wasFull = this.#bufferedBytes >= this.#maxBytes
    this.#bufferedBytes -= bytes
    return wasFull && this.#bufferedBytes < this.#maxBytes
  }

  /** How many bytes may be fetched for a feed that holds `bufferedBytes`; 0 for none. */
  roomFor(bufferedBytes: number): number {
    if (bufferedBytes >= this.#bytesPerFeed) return 0
    if (this.#bufferedBytes < this.#maxBytes) return this.#bytesPerFeed
    if (bufferedBytes > 0) return 0
    // Slow readers hold all of it. One that has nothing does not wait for them, it gets its share.
    return Math.min(this.#bytesPerFeed, Math.ceil(this.#maxBytes / this.feeds))
  }
}
