import type { TopicPartition } from '../../consumer/message.ts'
import { compare, staticFirst, subscribers } from './members.ts'
import { RangeTopic } from './range-topic.ts'
import type { BalanceStrategy, GroupPlan, PlanMember, PlanTopic } from './strategy.ts'

/**
 * Gives each member a run of neighbouring partitions of each of its topics, the first members one more where they do not come
 * out even: Java's RangeAssignor and sarama's BalanceStrategyRange. Topics with as many partitions and the same subscribers are
 * shared out alike, so that a member has the same partitions of each and can join them.
 *
 * Where members tell their rack and replicas are not in every rack, members are given what is near to them (KIP-881) as far as
 * each still gets as many partitions, and topics are still shared out alike.
 */
export function range(): BalanceStrategy {
  return Object.freeze({ name: 'range', plan })
}

function plan(members: readonly PlanMember[], topics: readonly PlanTopic[]): GroupPlan {
  const byTopic = subscribers(staticFirst(members))
  const shares = [...topics]
    .sort((a, b) => compare(a.topic, b.topic))
    .flatMap(topic => {
      const its = byTopic.get(topic.topic)
      return its === undefined || topic.partitions.length === 0 ? [] : [new RangeTopic(topic, its)]
    })
  if (shares.some(({ racksMatter }) => racksMatter)) shareNearby(shares)
  for (const share of shares) share.assign(() => true)

  const assigned = new Map<string, TopicPartition[]>(members.map(({ memberId }) => [memberId, []]))
  for (const { topic, members: its, assigned: parts } of shares) {
    its.forEach(({ memberId }, index) => {
      const sorted = parts[index]!.sort((a, b) => a - b)
      assigned.get(memberId)!.push(...sorted.map(partition => ({ topic, partition })))
    })
  }
  return assigned
}

/** Gives out what is near, and leaves the rest. */
function shareNearby(shares: readonly RangeTopic[]): void {
  const alike = new Map<string, RangeTopic[]>()
  for (const share of shares) {
    // Without racks there is nothing to go by.
    if (!share.hasMemberRacks) continue
    const key = JSON.stringify([share.unassigned.length, share.members.map(({ memberId }) => memberId)])
    alike.set(key, [...(alike.get(key) ?? []), share])
  }
  for (const group of alike.values()) {
    const [first] = group
    if (group.length > 1) shareTogether(group)
    else if (first!.racksMatter) first!.assign((member, partition) => first!.isNear(member, partition))
  }
}

/** The same partitions of topics that are alike go to the same member: the first that is near to all of them and has room. */
function shareTogether(alike: readonly RangeTopic[]): void {
  const { members, unassigned } = alike[0]!
  for (const partition of [...unassigned]) {
    const index = members.findIndex((_, member) =>
      alike.every(topic => topic.isNear(member, partition) && topic.room(member) > 0),
    )
    if (index !== -1) for (const topic of alike) topic.give(index, [partition])
  }
}
