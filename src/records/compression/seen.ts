/** Entries of a table, and how far a hash of 32 bits is shifted to be an index of it: `>>> 18`. */
const ENTRIES = 1 << 14

/**
 * Where the four bytes of a hash were last seen while a block is compressed, as `base + position`. The base grows from block to
 * block, so that what earlier blocks left is known to be old by its value, and the table need not be cleared for each.
 */
export class Seen {
  readonly table = new Int32Array(ENTRIES)
  #next = 1

  /** What is added to the positions of a block of `size` bytes, counted from its beginning. */
  begin(size: number): number {
    if (this.#next + size >= 2 ** 31) {
      this.table.fill(0)
      this.#next = 1
    }
    const base = this.#next
    this.#next += size
    return base
  }
}
