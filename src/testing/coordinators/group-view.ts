import { ConsumerProtocolAssignment } from '../../protocol/embedded/consumer-protocol-assignment.ts'
import { decodeMessage } from '../../protocol/embedded/message.ts'
import type { Group } from './group.ts'
import type { GroupState } from './group-states.ts'
import type { Member } from './member.ts'

/** A group as it is now, for tests to look at. */
export interface GroupView {
  readonly groupId: string
  readonly state: GroupState
  /** `consumer` for consumer groups; null while nobody has ever joined. */
  readonly protocolType: string | null
  /** The assignor that the members agreed on. */
  readonly protocolName: string | null
  readonly generationId: number
  /** The member id of the leader. */
  readonly leader: string | null
  readonly members: readonly MemberView[]
  readonly offsets: readonly OffsetView[]
}

/** A member of a group. */
export interface MemberView {
  readonly memberId: string
  /** The name of a static member. */
  readonly instanceId: string | null
  readonly clientId: string
  /** The partitions that it is to read; empty also where that is not told in the protocol of consumers. */
  readonly assignment: readonly { readonly topic: string; readonly partitions: readonly number[] }[]
}

/** How far a group has read in a partition. */
export interface OffsetView {
  readonly topic: string
  readonly partition: number
  /** Of the next record to read. */
  readonly offset: bigint
  /** -1 if unknown. */
  readonly leaderEpoch: number
  readonly metadata: string
}

export function viewOf(group: Group): GroupView {
  const { id: groupId, state, protocolType, protocolName, generationId, leader } = group
  const members = [...group.members.values()].map(memberView)
  const offsets = [...group.offsets.entries()].map(([topic, partition, { offset, leaderEpoch, metadata }]) => ({
    topic,
    partition,
    offset,
    leaderEpoch,
    metadata,
  }))
  return { groupId, state, protocolType, protocolName, generationId, leader, members, offsets }
}

function memberView(member: Member): MemberView {
  const { id: memberId, instanceId, clientId } = member.identity
  return { memberId, instanceId, clientId, assignment: assignedPartitions(member.assignment) }
}

function assignedPartitions(assignment: Buffer): MemberView['assignment'] {
  if (assignment.length === 0) return []
  try {
    return decodeMessage(ConsumerProtocolAssignment, assignment).assignedPartitions
  } catch {
    return []
  }
}
