import { NOBODY } from './claims.ts'
import { Holding } from './holding.ts'
import type { PartitionIndex } from './partition-index.ts'
import { type PartitionKind, partitionKinds } from './partition-kinds.ts'
import { type Hop, PathSearch } from './path-search.ts'
import type { PlanMember, PlanTopic } from './strategy.ts'

/**
 * Partitions on their way to members. First each member keeps what it had; then what is left goes to the members that have the
 * least; then members that have too much pass some on; at last partitions come nearer, where that leaves the shares as even.
 *
 * A member that has two more than another one need not be able to give it any: but a third one that can take from the one may be
 * able to give to the other. So partitions are passed on along paths, of which each takes one from the member at its start and
 * adds one to the member at its end. When there is none left by which anyone with two less could get more, no other way to share
 * out is more even: the theorem on alternating paths, for semi-matchings.
 */
export class Balance {
  /** The member that has each partition, or `NOBODY`. */
  readonly holders: Int32Array
  readonly #owners: Int32Array
  readonly #kinds: readonly PartitionKind[]
  readonly #kindOf: Int32Array
  readonly #holdings: readonly Holding[]
  readonly #search: PathSearch

  constructor(members: readonly PlanMember[], topics: readonly PlanTopic[], index: PartitionIndex, owners: Int32Array) {
    const { kinds, kindOf } = partitionKinds(members, topics, index)
    this.holders = new Int32Array(index.length).fill(NOBODY)
    this.#owners = owners
    this.#kinds = kinds
    this.#kindOf = kindOf
    this.#holdings = members.map((_, member) => new Holding(member, owners))
    this.#search = new PathSearch(kinds, this.#holdings)
  }

  /** Leaves partitions where they were. */
  keep(): void {
    this.#owners.forEach((owner, partition) => {
      if (owner !== NOBODY) this.#give(partition, owner)
    })
  }

  /** Gives all that nobody has to the members that have the least, first what the fewest may have. */
  fill(): void {
    const free: number[] = []
    this.holders.forEach((holder, partition) => {
      if (holder === NOBODY) free.push(partition)
    })
    const choices = (partition: number): number => {
      const { members, near } = this.#kind(partition)
      return near.size === 0 ? members.length : near.size
    }
    for (const partition of free.sort((a, b) => choices(a) - choices(b) || a - b)) {
      const { members, near } = this.#kind(partition)
      const member = this.#least(near.size === 0 ? members : near)
      if (member !== NOBODY) this.#give(partition, member)
    }
  }

  /** Passes partitions on until nobody can get more from anybody who has two more. */
  even(): void {
    const settled = new Set<number>()
    for (let from = this.#most(settled); from !== NOBODY; from = this.#most(settled)) {
      const path = this.#search.away(from)
      // Nothing that can be reached from here has two less, and nothing ever will: paths that change those members begin at
      // some that have even more, and would have been found from here.
      if (path === null) for (const member of this.#search.reached()) settled.add(member)
      else this.#pass(path)
    }
  }

  /** Brings partitions to members that are near to them, as long as that can be done with shares as even as they are. */
  approach(): void {
    this.#exchange(this.#search.far, (partition, holder) => {
      const { near } = this.#kind(partition)
      return near.has(holder) ? [] : near
    })
  }

  /** Brings partitions back to where they were, as long as nothing else has to go, or to go farther away, in exchange. */
  bringHome(): void {
    this.#exchange(1, (partition, holder) => {
      const owner = this.#owners[partition]!
      const { near } = this.#kind(partition)
      return owner === NOBODY || owner === holder || (near.has(holder) && !near.has(owner)) ? [] : [owner]
    })
  }

  /**
   * Gives partitions to those that should rather have them. These either have one less than the holder, or pass something on in
   * their turn, at less than a cost, that comes to such a member, or to the holder.
   */
  #exchange(limit: number, takersOf: (partition: number, holder: number) => Iterable<number>): void {
    let moved: boolean
    do {
      moved = false
      const stuck = new Set<string>()
      this.holders.forEach((holder, partition) => {
        if (holder === NOBODY) return
        for (const taker of takersOf(partition, holder)) {
          // Partitions of a kind at one member are all alike.
          const key = `${this.#kindOf[partition]} ${holder} ${taker}`
          if (stuck.has(key)) continue
          const path = this.#search.inExchange(taker, holder, limit)
          if (path === null) {
            stuck.add(key)
            continue
          }
          this.#pass(path)
          this.#give(partition, taker)
          moved = true
          return
        }
      })
    } while (moved)
  }

  /** From the end of the path on, so that nobody passes on what it has only just got. */
  #pass(path: readonly Hop[]): void {
    for (const { kind, giver, taker } of path) this.#give(this.#holdings[giver]!.pick(kind, taker), taker)
  }

  #kind(partition: number): PartitionKind {
    return this.#kinds[this.#kindOf[partition]!]!
  }

  #give(partition: number, taker: number): void {
    const giver = this.holders[partition]!
    const kind = this.#kindOf[partition]!
    if (giver !== NOBODY) this.#holdings[giver]!.remove(kind, partition)
    this.#holdings[taker]!.add(kind, partition)
    this.holders[partition] = taker
  }

  #least(members: Iterable<number>): number {
    let least = NOBODY
    for (const member of members) {
      if (least === NOBODY || this.#holdings[member]!.size < this.#holdings[least]!.size) least = member
    }
    return least
  }

  #most(settled: ReadonlySet<number>): number {
    let most = NOBODY
    this.#holdings.forEach(({ size }, member) => {
      if (!settled.has(member) && (most === NOBODY || size > this.#holdings[most]!.size)) most = member
    })
    return most
  }
}
