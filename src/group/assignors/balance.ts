import { NOBODY } from './claims.ts'
import { Holding } from './holding.ts'
import type { PartitionIndex } from './partition-index.ts'
import { type PartitionKind, partitionKinds } from './partition-kinds.ts'
import { PathSearch } from './path-search.ts'
import type { PlanMember, PlanTopic } from './strategy.ts'

/**
 * Partitions on their way to members. First each member keeps what it had; then what is left goes to the members that have the
 * least; at last members that have too much pass some on.
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

  constructor(members: readonly PlanMember[], topics: readonly PlanTopic[], index: PartitionIndex, owners: Int32Array) {
    const { kinds, kindOf } = partitionKinds(members, topics, index)
    this.holders = new Int32Array(index.length).fill(NOBODY)
    this.#owners = owners
    this.#kinds = kinds
    this.#kindOf = kindOf
    this.#holdings = members.map((_, member) => new Holding(member, owners))
  }

  /** Leaves partitions where they were, but for those that another member is nearer to. */
  keep(): void {
    this.#owners.forEach((owner, partition) => {
      if (owner === NOBODY) return
      const { near } = this.#kinds[this.#kindOf[partition]!]!
      if (near.size === 0 || near.has(owner)) this.#give(partition, owner)
    })
  }

  /** Gives all that nobody has to the members that have the least, first what the fewest may have. */
  fill(): void {
    const free: number[] = []
    this.holders.forEach((holder, partition) => {
      if (holder === NOBODY) free.push(partition)
    })
    const choices = (partition: number): number => {
      const { members, near } = this.#kinds[this.#kindOf[partition]!]!
      return near.size === 0 ? members.length : near.size
    }
    for (const partition of free.sort((a, b) => choices(a) - choices(b) || a - b)) {
      const { members, near } = this.#kinds[this.#kindOf[partition]!]!
      const member = this.#least(near.size === 0 ? members : near)
      if (member !== NOBODY) this.#give(partition, member)
    }
  }

  /** Passes partitions on until nobody can get more from anybody who has two more. */
  even(): void {
    const settled = new Set<number>()
    const search = new PathSearch(this.#kinds, this.#holdings)
    for (let from = this.#most(settled); from !== NOBODY; from = this.#most(settled)) {
      const path = search.from(from)
      // Nothing that can be reached from here has two less, and nothing ever will: paths that change those members begin at
      // some that have even more, and would have been found from here.
      if (path === null) for (const member of search.reached()) settled.add(member)
      // From the end on, so that nobody passes on what it has only just got.
      else for (const { kind, giver, taker } of path) this.#give(this.#holdings[giver]!.pick(kind, taker), taker)
    }
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
