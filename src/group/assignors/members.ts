import type { PlanMember } from './strategy.ts'

/** Static members first, by their instance ids, then the others by their member ids: what they get outlives a restart. */
export function staticFirst(members: readonly PlanMember[]): PlanMember[] {
  return [...members].sort((a, b) => {
    if (a.instanceId !== null && b.instanceId !== null) return compare(a.instanceId, b.instanceId) || byId(a, b)
    if (a.instanceId === null && b.instanceId === null) return byId(a, b)
    return a.instanceId === null ? 1 : -1
  })
}

export function byId(a: PlanMember, b: PlanMember): number {
  return compare(a.memberId, b.memberId)
}

/** By UTF-16 code units, as Java compares strings: leaders of all clients must come to the same order. */
export function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Who subscribes to each topic, in the order of the members. */
export function subscribers(members: readonly PlanMember[]): Map<string, PlanMember[]> {
  const byTopic = new Map<string, PlanMember[]>()
  for (const member of members) {
    for (const topic of new Set(member.topics)) {
      const known = byTopic.get(topic)
      if (known === undefined) byTopic.set(topic, [member])
      else known.push(member)
    }
  }
  return byTopic
}
