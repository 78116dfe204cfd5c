import { rackOf, racksMatter } from './racks.ts'
import type { PlanMember, PlanTopic } from './strategy.ts'

/** One topic while it is shared out by range. Members are told by their index. */
export class RangeTopic {
  readonly topic: string
  /** Those who subscribe to it, in the order of the shares. */
  readonly members: readonly PlanMember[]
  readonly racksMatter: boolean
  readonly hasMemberRacks: boolean
  /** What each member has got. */
  readonly assigned: readonly number[][]
  /** Ascending. */
  unassigned: readonly number[]
  readonly #racks: ReadonlyMap<number, readonly string[]>
  readonly #share: number
  /** How many more members may get one more than the share. */
  #extra: number

  constructor({ topic, partitions }: PlanTopic, members: readonly PlanMember[]) {
    this.topic = topic
    this.members = members
    this.racksMatter = racksMatter(members, partitions)
    this.hasMemberRacks = members.some(member => rackOf(member) !== null)
    this.assigned = members.map(() => [])
    this.unassigned = partitions.map(({ partition }) => partition).sort((a, b) => a - b)
    this.#racks = new Map(partitions.map(({ partition, racks }) => [partition, racks]))
    this.#share = Math.floor(partitions.length / members.length)
    this.#extra = partitions.length % members.length
  }

  /** Whether a member is in the rack of a replica; one without a rack is as near to all. */
  isNear(member: number, partition: number): boolean {
    const rack = rackOf(this.members[member]!)
    return rack === null || (this.#racks.get(partition)?.includes(rack) ?? false)
  }

  /** How many more partitions a member may get. */
  room(member: number): number {
    return Math.max(0, this.#share + (this.#extra > 0 ? 1 : 0) - this.assigned[member]!.length)
  }

  /** Gives each member in turn the first of the partitions that `accepts` lets it have, as many as there is room for. */
  assign(accepts: (member: number, partition: number) => boolean): void {
    for (let member = 0; member < this.members.length && this.unassigned.length > 0; member++) {
      const room = this.room(member)
      const taken: number[] = []
      for (let at = 0; at < this.unassigned.length && taken.length < room; at++) {
        const partition = this.unassigned[at]!
        if (accepts(member, partition)) taken.push(partition)
      }
      this.give(member, taken)
    }
  }

  give(member: number, partitions: readonly number[]): void {
    if (partitions.length === 0) return
    const its = this.assigned[member]!
    its.push(...partitions)
    if (its.length > this.#share) this.#extra--
    const taken = new Set(partitions)
    this.unassigned = this.unassigned.filter(partition => !taken.has(partition))
  }
}
