import type { Holding } from './holding.ts'
import type { PartitionKind } from './partition-kinds.ts'

/** A partition of a kind that goes from one member to the next. */
export interface Hop {
  readonly kind: number
  readonly giver: number
  readonly taker: number
}

const NONE = -1

/**
 * Looks for ways to pass partitions on from a member that has many to one that has few. Of the members with the fewest it takes
 * the one that costs least to get to: most of all it avoids to take partitions away from members that are near to them, then to
 * take from members what was their own.
 */
export class PathSearch {
  readonly #kinds: readonly PartitionKind[]
  readonly #holdings: readonly Holding[]
  readonly #costs: Float64Array
  /** The hop by which each member was reached. */
  readonly #givers: Int32Array
  readonly #hopKinds: Int32Array
  /** The least cost that each kind was passed on at: from members that are near, and from others. */
  readonly #passedNear: Float64Array
  readonly #passedFar: Float64Array
  /** What it costs to take a partition from where it is near: more than any path that does not. */
  readonly far: number

  constructor(kinds: readonly PartitionKind[], holdings: readonly Holding[]) {
    this.#kinds = kinds
    this.#holdings = holdings
    this.#costs = new Float64Array(holdings.length)
    this.#givers = new Int32Array(holdings.length)
    this.#hopKinds = new Int32Array(holdings.length)
    this.#passedNear = new Float64Array(kinds.length)
    this.#passedFar = new Float64Array(kinds.length)
    this.far = holdings.length + 1
  }

  /** The path from a member to the best one that has at least two less, its last hop first; null if there is none. */
  away(start: number): Hop[] | null {
    const fewest = this.#holdings.reduce((fewest, { size }) => Math.min(fewest, size), Infinity)
    // Mostly the first hop leads to a member that has least of all, at no more than any other way would cost.
    const enough = this.#holdings[start]!.others.size > 0 ? 0 : 1
    this.#explore(start, Infinity, () => this.#cost(fewest) <= enough)
    const most = this.#holdings[start]!.size - 2
    return this.#path(
      start,
      this.#best(member => this.#holdings[member]!.size <= most),
    )
  }

  /**
   * What a member passes on when it gets a partition of another one, so that all have as many as before, or those two have
   * changed places: to one that has less than the other one, or to that one itself. Null where that would cost `limit` or more.
   */
  inExchange(start: number, other: number, limit: number): Hop[] | null {
    const most = this.#holdings[other]!.size - 1
    if (this.#holdings[start]!.size <= most) return []
    this.#explore(start, limit, () => false, other)
    return this.#path(
      start,
      this.#best(member => member === other || this.#holdings[member]!.size <= most),
    )
  }

  /** The members that the last search came to, with the one that it began at. */
  reached(): number[] {
    return this.#holdings.flatMap((_, member) => (this.#costs[member]! < Infinity ? [member] : []))
  }

  /** @param last A member that the paths may end at, but not go through. */
  #explore(start: number, limit: number, isEnough: () => boolean, last = NONE): void {
    this.#costs.fill(Infinity)
    this.#passedNear.fill(Infinity)
    this.#passedFar.fill(Infinity)
    this.#costs[start] = 0
    const queue = [start]
    const queued = new Set(queue)
    for (let at = 0; at < queue.length; at++) {
      const giver = queue[at]!
      queued.delete(giver)
      if (giver === last) continue
      for (const kind of this.#holdings[giver]!.kinds()) {
        for (const taker of this.#passOn(kind, giver, limit)) {
          if (queued.has(taker)) continue
          queued.add(taker)
          queue.push(taker)
        }
      }
      if (giver === start && isEnough()) return
    }
  }

  #path(start: number, end: number): Hop[] | null {
    if (end === NONE) return null
    const path: Hop[] = []
    for (let taker = end; taker !== start; taker = this.#givers[taker]!) {
      path.push({ kind: this.#hopKinds[taker]!, giver: this.#givers[taker]!, taker })
    }
    return path
  }

  /** Lets a member pass a kind on to all who may have it; those that are now reached at less cost than before. */
  #passOn(kind: number, giver: number, limit: number): number[] {
    const { members, near } = this.#kinds[kind]!
    const isNear = near.has(giver)
    const cost = this.#costs[giver]! + (this.#holdings[giver]!.others.has(kind) ? 0 : 1)
    const passed = isNear ? this.#passedNear : this.#passedFar
    if (passed[kind]! <= cost) return []
    passed[kind] = cost
    const better: number[] = []
    for (const taker of members) {
      const whole = isNear && !near.has(taker) ? cost + this.far : cost
      if (whole >= limit || whole >= this.#costs[taker]!) continue
      this.#costs[taker] = whole
      this.#givers[taker] = giver
      this.#hopKinds[taker] = kind
      better.push(taker)
    }
    return better
  }

  /** What the cheapest of the members with so many partitions costs. */
  #cost(size: number): number {
    let cost = Infinity
    this.#holdings.forEach((holding, member) => {
      if (holding.size === size && this.#costs[member]! < cost) cost = this.#costs[member]!
    })
    return cost
  }

  /** Of the members that were reached, and that `accepts` takes, the one that has the least, and costs the least. */
  #best(accepts: (member: number) => boolean): number {
    let best = NONE
    this.#holdings.forEach(({ size }, member) => {
      if (this.#costs[member] === Infinity || !accepts(member)) return
      const before = best === NONE ? Infinity : this.#holdings[best]!.size
      if (size < before || (size === before && this.#costs[member]! < this.#costs[best]!)) best = member
    })
    return best
  }
}
