/** What one member has, by the kinds of the partitions. */
export class Holding {
  /** How many partitions it has. */
  size = 0
  /** What it had before, by kind. */
  readonly own = new Map<number, number[]>()
  /** What it has got of others, or of nobody: to pass it on moves nothing that has not moved already. */
  readonly others = new Map<number, number[]>()
  readonly #member: number
  readonly #owners: Int32Array

  constructor(member: number, owners: Int32Array) {
    this.#member = member
    this.#owners = owners
  }

  add(kind: number, partition: number): void {
    const lists = this.#owners[partition] === this.#member ? this.own : this.others
    const list = lists.get(kind)
    if (list === undefined) lists.set(kind, [partition])
    else list.push(partition)
    this.size++
  }

  remove(kind: number, partition: number): void {
    const lists = this.#owners[partition] === this.#member ? this.own : this.others
    const list = lists.get(kind)!
    // What is passed on is mostly the last.
    list.splice(list.lastIndexOf(partition), 1)
    if (list.length === 0) lists.delete(kind)
    this.size--
  }

  /** A partition of a kind to pass on: one that the taker had before, else one that was not this member's own. */
  pick(kind: number, taker: number): number {
    const others = this.others.get(kind) ?? []
    return others.find(partition => this.#owners[partition] === taker) ?? others.at(-1) ?? this.own.get(kind)!.at(-1)!
  }

  /** The kinds that it has, those that it has the most of first, so that no topic moves as a whole. */
  kinds(): number[] {
    const counts = new Map<number, number>()
    for (const [kind, { length }] of this.own) counts.set(kind, length)
    for (const [kind, { length }] of this.others) counts.set(kind, (counts.get(kind) ?? 0) + length)
    return [...counts].sort(([a, many], [b, more]) => more - many || a - b).map(([kind]) => kind)
  }
}
