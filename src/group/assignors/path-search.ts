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

  constructor(kinds: readonly PartitionKind[], holdings: readonly Holding[]) {
    this.#kinds = kinds
    this.#holdings = holdings
    this.#costs = new Float64Array(holdings.length)
    this.#givers = new Int32Array(holdings.length)
    this.#hopKinds = new Int32Array(holdings.length)
    this.#passedNear = new Float64Array(kinds.length)
    this.#passedFar = new Float64Array(kinds.length)
  }

  /** The path from a member to the best one that has at least two less, its last hop first; null if there is none. */
  from(start: number): Hop[] | null {
    this.#explore(start)
    const end = this.#best(this.#holdings[start]!.size - 2)
    if (end === NONE) return null
    const path: Hop[] = []
    for (let taker = end; taker !== start; taker = this.#givers[taker]!) {
      path.push({ kind: this.#hopKinds[taker]!, giver: this.#givers[taker]!, taker })
    }
    return path
  }

  /** The members that the last search came to, with the one that it began at. */
  reached(): number[] {
    return this.#holdings.flatMap((_, member) => (this.#costs[member]! < Infinity ? [member] : []))
  }

  #explore(start: number): void {
    this.#costs.fill(Infinity)
    this.#passedNear.fill(Infinity)
    this.#passedFar.fill(Infinity)
    this.#costs[start] = 0
    const fewest = Math.min(...this.#holdings.map(({ size }) => size))
    const mine = this.#holdings[start]!
    const queue = [start]
    const queued = new Set(queue)
    for (let at = 0; at < queue.length; at++) {
      const giver = queue[at]!
      queued.delete(giver)
      for (const kind of this.#holdings[giver]!.kinds()) {
        for (const taker of this.#passOn(kind, giver)) {
          if (queued.has(taker)) continue
          queued.add(taker)
          queue.push(taker)
        }
      }
      // Mostly the first hop leads to a member that has least of all, at no more than any other way would cost.
      if (giver === start && this.#cost(fewest) <= (mine.others.size > 0 ? 0 : 1)) return
    }
  }

  /** Lets a member pass a kind on to all who may have it; those that are now reached at less cost than before. */
  #passOn(kind: number, giver: number): number[] {
    const { members, near } = this.#kinds[kind]!
    const isNear = near.has(giver)
    const cost = this.#costs[giver]! + (this.#holdings[giver]!.others.has(kind) ? 0 : 1)
    const passed = isNear ? this.#passedNear : this.#passedFar
    if (passed[kind]! <= cost) return []
    passed[kind] = cost
    // More than any path that takes nothing from where it is near.
    const far = this.#holdings.length + 1
    const better: number[] = []
    for (const taker of members) {
      const whole = isNear && !near.has(taker) ? cost + far : cost
      if (whole >= this.#costs[taker]!) continue
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

  #best(most: number): number {
    let best = NONE
    this.#holdings.forEach(({ size }, member) => {
      if (size > most || this.#costs[member] === Infinity) return
      const before = best === NONE ? Infinity : this.#holdings[best]!.size
      if (size < before || (size === before && this.#costs[member]! < this.#costs[best]!)) best = member
    })
    return best
  }
}
