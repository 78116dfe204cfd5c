import { errorCodes } from '../../errors/broker-codes.ts'
import type { Group } from './group.ts'
import { type JoinAnswer, type Member, NO_ASSIGNMENT, type SyncAnswer } from './member.ts'

// The clockwork of a classic group: members join, all of them at once begin a generation, the leader assigns, all get
// their assignments; until a member comes, goes, or wants something else.

/** A JoinGroup that failed. */
export function joinRefused(errorCode: number, memberId: string): JoinAnswer {
  return { errorCode, memberId, leader: '', protocolName: '', members: [] }
}

/** A SyncGroup that failed. */
export function syncRefused(errorCode: number): SyncAnswer {
  return { errorCode, assignment: NO_ASSIGNMENT }
}

/** What a member learns of the generation that it is in. Only the leader sees the others. */
export function joined(group: Group, member: Member, skipAssignment = false): JoinAnswer {
  const { generationId, protocolType, protocolName } = group
  const members = group.isLeader(member.id) ? [...group.members.values()] : []
  return {
    errorCode: errorCodes.NONE,
    generationId,
    protocolType,
    protocolName: protocolName ?? '',
    leader: group.leader ?? '',
    skipAssignment,
    memberId: member.id,
    members: members.map(each => ({
      memberId: each.id,
      groupInstanceId: each.identity.instanceId,
      metadata: each.metadata(protocolName),
    })),
  }
}

/** Counts the session of a member anew. */
export function keepAlive(group: Group, member: Member, timeoutMs: number = member.terms.sessionTimeoutMs): void {
  group.timers.set(`session ${member.id}`, timeoutMs, () => endSession(group, member))
}

function endSession(group: Group, member: Member): void {
  // Who waits for the others cannot send heartbeats; but a new member may have gone away without anybody noticing.
  if (!member.isNew && (member.awaitsJoin || member.awaitsSync)) return
  removeMember(group, member)
  afterRemoval(group)
}

/** Takes a member out. If it waits for an answer it is told to begin anew. */
export function removeMember(group: Group, member: Member): void {
  member.answerJoin(joinRefused(errorCodes.UNKNOWN_MEMBER_ID, ''))
  member.answerSync(syncRefused(errorCodes.UNKNOWN_MEMBER_ID))
  group.remove(member.id)
}

/** The others go on without those who were taken out. */
export function afterRemoval(group: Group): void {
  if (group.state === 'Stable' || group.state === 'CompletingRebalance') prepareRebalance(group)
  else completeJoinIfAllCame(group)
}

/** A member has come, or wants something else: all others are to join again, if they are not just doing so. */
export function rebalance(group: Group): void {
  if (group.canRebalance) prepareRebalance(group)
  else completeJoinIfAllCame(group)
}

export function prepareRebalance(group: Group): void {
  if (group.state === 'CompletingRebalance') {
    for (const member of group.members.values()) {
      member.assignment = NO_ASSIGNMENT
      if (member.answerSync(syncRefused(errorCodes.REBALANCE_IN_PROGRESS))) keepAlive(group, member)
    }
  }
  group.pendingSyncs.clear()
  group.timers.cancel('sync')
  const initial = group.state === 'Empty'
  group.moveTo('PreparingRebalance')
  if (initial) {
    const delayMs = group.limits.initialRebalanceDelayMs
    delayInitialRebalance(group, delayMs, Math.max(0, group.rebalanceTimeoutMs - delayMs))
  } else if (group.hasAllJoined) {
    completeJoin(group)
  } else {
    group.timers.set('join', group.rebalanceTimeoutMs, () => completeJoin(group))
  }
}

/** Waits for more members: as long as some came while it waited, up to the rebalance timeout of all. */
function delayInitialRebalance(group: Group, delayMs: number, leftMs: number): void {
  if (delayMs === 0) completeJoin(group)
  else group.timers.set('join', delayMs, () => endDelay(group, delayMs, leftMs))
}

function endDelay(group: Group, delayMs: number, leftMs: number): void {
  const delayAgain = group.newMemberAdded ? Math.min(delayMs, leftMs) : 0
  group.newMemberAdded = false
  delayInitialRebalance(group, delayAgain, Math.max(0, leftMs - delayMs))
}

export function completeJoinIfAllCame(group: Group): void {
  const mayComplete = group.state === 'PreparingRebalance' && !group.isInitialRebalance
  if (mayComplete && group.hasAllJoined) completeJoin(group)
}

function completeJoin(group: Group): void {
  group.timers.cancel('join')
  group.newMemberAdded = false
  // Static members keep their place until their session ends: they may only be restarting.
  for (const member of [...group.members.values()]) {
    if (!member.awaitsJoin && !member.isStatic) group.remove(member.id)
  }
  if (group.members.size > 0 && !group.electLeader()) {
    group.timers.set('join', group.rebalanceTimeoutMs, () => completeJoin(group))
    return
  }
  group.beginGeneration()
  for (const member of group.members.values()) {
    member.answerJoin(joined(group, member))
    keepAlive(group, member)
    member.isNew = false
    group.pendingSyncs.add(member.id)
  }
  if (group.members.size > 0) group.timers.set('sync', group.rebalanceTimeoutMs, () => expireSync(group))
}

/** Who has not asked for its assignment by now is out. */
function expireSync(group: Group): void {
  if (group.pendingSyncs.size === 0) return
  for (const memberId of [...group.pendingSyncs]) group.remove(memberId)
  prepareRebalance(group)
}

/** The member has asked for its assignment. */
export function syncReceived(group: Group, memberId: string): void {
  group.pendingSyncs.delete(memberId)
  if (group.pendingSyncs.size === 0) group.timers.cancel('sync')
}

/** The leader has assigned: everybody gets its part, those without one an empty one. */
export function assign(group: Group, assignments: ReadonlyMap<string, Buffer>): void {
  for (const member of group.members.values()) member.assignment = assignments.get(member.id) ?? NO_ASSIGNMENT
  group.moveTo('Stable')
  group.store()
  for (const member of group.members.values()) {
    if (member.answerSync(synced(group, member))) keepAlive(group, member)
  }
}

export function synced(group: Group, member: Member): SyncAnswer {
  const { protocolType, protocolName } = group
  return { errorCode: errorCodes.NONE, protocolType, protocolName, assignment: member.assignment }
}
