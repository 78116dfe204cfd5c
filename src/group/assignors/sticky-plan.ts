import type { TopicPartition } from '../../consumer/message.ts'
import { Balance } from './balance.ts'
import { type Claim, owners } from './claims.ts'
import { byId, compare } from './members.ts'
import { PartitionIndex } from './partition-index.ts'
import type { GroupPlan, PlanMember, PlanTopic } from './strategy.ts'

/** A plan, and what it was made of. */
export interface StickyPlan {
  readonly members: readonly PlanMember[]
  readonly index: PartitionIndex
  /** Whom each partition belonged to, by the number that the index gives it: an index of `members`, or `NOBODY`. */
  readonly owners: Int32Array
  /** Who gets each. */
  readonly holders: Int32Array
}

/** Shares partitions out as evenly as can be, and of all such ways takes one that leaves much where it was. */
export function stickyPlan(
  anyMembers: readonly PlanMember[],
  anyTopics: readonly PlanTopic[],
  claimOf: (member: PlanMember) => Claim,
): StickyPlan {
  const members = [...anyMembers].sort(byId)
  const topics = [...anyTopics].sort((a, b) => compare(a.topic, b.topic))
  const index = new PartitionIndex(topics)
  const its = owners(members, members.map(claimOf), index)
  const balance = new Balance(members, topics, index, its)
  balance.keep()
  balance.fill()
  balance.even()
  balance.approach()
  balance.bringHome()
  return { members, index, owners: its, holders: balance.holders }
}

/** The plan of those partitions that `gets` lets their new owners have at once. */
export function toGroupPlan(
  { members, index, holders }: StickyPlan,
  gets: (partition: number, member: number) => boolean = () => true,
): GroupPlan {
  const lists = members.map((): TopicPartition[] => [])
  holders.forEach((member, partition) => {
    if (member >= 0 && gets(partition, member)) lists[member]!.push(index.at(partition))
  })
  return new Map(members.map(({ memberId }, member) => [memberId, lists[member]!]))
}
