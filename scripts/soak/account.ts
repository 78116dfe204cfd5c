/** What was written to a partition, and what of it was processed, in whatever order and however often. */
export class Account {
  written = 0
  /** So many messages were processed without a gap. */
  done = 0
  /** How often something was processed again. */
  repeated = 0
  readonly #ahead = new Set<number>()

  processed(offset: number): void {
    if (offset < this.done || this.#ahead.has(offset)) this.repeated++
    else this.#ahead.add(offset)
    while (this.#ahead.delete(this.done)) this.done++
  }
}
