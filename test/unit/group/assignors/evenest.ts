import type { PlanMember, PlanTopic } from '../../../../src/group/assignors/strategy.ts'

/**
 * The sizes of the most even shares that there can be, ascending. It is found in another way than the strategies do: a partition
 * at a time goes to a member, with all that others have to hand on for that, so that the member with the least gets one more.
 */
export function evenest(members: readonly PlanMember[], topics: readonly PlanTopic[]): number[] {
  const takers = topics.flatMap(({ topic, partitions }) =>
    partitions.map(() => members.flatMap((member, i) => (member.topics.includes(topic) ? [i] : []))),
  )
  const holder: number[] = []
  const size = members.map(() => 0)
  takers.forEach((_, added) => {
    // Whom a partition could be handed to, and what that one could hand on: every member that can be reached, and how.
    const via = new Map<number, number>()
    const queue = [added]
    for (const partition of queue) {
      for (const member of takers[partition]!) {
        if (via.has(member)) continue
        via.set(member, partition)
        queue.push(...holder.flatMap((its, p) => (its === member ? [p] : [])))
      }
    }
    const [least] = [...via.keys()].sort((a, b) => size[a]! - size[b]!)
    if (least === undefined) return
    size[least]!++
    let member = least
    while (true) {
      const partition = via.get(member)!
      const before = holder[partition]
      holder[partition] = member
      if (before === undefined) return
      member = before
    }
  })
  return size.sort((a, b) => a - b)
}
