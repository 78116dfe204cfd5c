import type { PlanMember, PlanPartition } from './strategy.ts'

/** The rack of a member; an empty one is none. */
export function rackOf({ rackId }: PlanMember): string | null {
  return rackId === '' ? null : rackId
}

/** Whether a member is in the rack of a replica. */
export function isNear(member: PlanMember, { racks }: PlanPartition): boolean {
  const rack = rackOf(member)
  return rack !== null && racks.includes(rack)
}

/**
 * Whether it makes a difference to go by racks (KIP-881): some member is in a rack with replicas, and not every partition has
 * a replica in every rack that has any.
 */
export function racksMatter(members: readonly PlanMember[], partitions: readonly PlanPartition[]): boolean {
  const racks = [...new Set(partitions.flatMap(({ racks }) => racks))]
  if (!members.some(member => isNear(member, { partition: -1, racks }))) return false
  return partitions.some(partition => new Set(partition.racks).size < racks.length)
}
