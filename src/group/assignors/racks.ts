import type { PlanMember, PlanPartition } from './strategy.ts'

/** The rack of a member; an empty one is none. */
export function rackOf(member: PlanMember): string | null {
  return member.rackId === '' ? null : member.rackId
}

/**
 * Whether it makes a difference to go by racks (KIP-881): some member is in a rack with replicas, and not every partition has
 * a replica in every rack that has any.
 */
export function racksMatter(members: readonly PlanMember[], partitions: readonly PlanPartition[]): boolean {
  const replicaRacks = new Set(partitions.flatMap(({ racks }) => racks))
  if (!members.some(member => replicaRacks.has(rackOf(member) ?? ''))) return false
  return partitions.some(({ racks }) => new Set(racks).size < replicaRacks.size)
}
