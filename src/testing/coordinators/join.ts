import { randomUUID } from 'node:crypto'
import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf } from '../handlers.ts'
import type { Group } from './group.ts'
import type { Groups } from './groups.ts'
import { type JoinAnswer, Member, type MemberTerms, termsOf } from './member.ts'
import { completeJoinIfAllCame, joined, joinRefused, keepAlive, prepareRebalance, rebalance } from './rebalance.ts'

type JoinRequest = RequestOf<'JoinGroup'>
type Answer = JoinAnswer | Promise<JoinAnswer>

/** From this version on a dynamic member must come back with the id that it gets (KIP-394). */
const ID_REQUIRED = 4
/** From this version on a leader can be told that its last assignment stands (KIP-814). */
const SKIPS_ASSIGNMENT = 9

export function join(groups: Groups, request: JoinRequest, context: RequestContext): Answer {
  const { groupId, memberId, sessionTimeoutMs, protocolType } = request
  const { minSessionTimeoutMs, maxSessionTimeoutMs } = groups.limits
  const refused = (errorCode: number, id = memberId): JoinAnswer => joinRefused(errorCode, id)
  if (groupId === '') return refused(errorCodes.INVALID_GROUP_ID)
  if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
    return refused(errorCodes.INVALID_SESSION_TIMEOUT)
  }
  const error = groups.check(groupId, context.broker)
  if (error !== errorCodes.NONE) return refused(error)
  // A group is made by who wants to enter it, not by who thinks that it is in it.
  const group = memberId === '' ? groups.getOrCreate(groupId) : groups.get(groupId)
  if (group === undefined) return refused(errorCodes.UNKNOWN_MEMBER_ID)
  if (!hasRoom(group, memberId)) {
    group.remove(memberId)
    return refused(errorCodes.GROUP_MAX_SIZE_REACHED, '')
  }
  const terms = termsOf(request)
  if (!group.supports(protocolType, terms.protocols)) return refused(errorCodes.INCONSISTENT_GROUP_PROTOCOL)
  return memberId === '' ? joinAnew(group, request, terms, context) : joinAgain(group, request, terms, context)
}

function hasRoom(group: Group, memberId: string): boolean {
  const { maxGroupSize } = group.limits
  const known = group.members.get(memberId)
  if (group.state === 'Empty') return true
  // Whoever comes first gets the places, also of those that were in before.
  if (group.state === 'PreparingRebalance') return known?.awaitsJoin || group.awaitingJoin < maxGroupSize
  return known !== undefined || group.members.size < maxGroupSize
}

/** A member without an id. */
function joinAnew(group: Group, request: JoinRequest, terms: MemberTerms, context: RequestContext): Answer {
  const { groupInstanceId } = request
  const id = `${groupInstanceId ?? context.clientId}-${randomUUID()}`
  if (groupInstanceId !== null) {
    const known = group.staticMember(groupInstanceId)
    return known === undefined ? enter(group, id, request, terms, context) : comeBack(group, known, id, terms, context)
  }
  if (context.version < ID_REQUIRED) return enter(group, id, request, terms, context)
  group.pendingJoins.add(id)
  group.timers.set(`session ${id}`, terms.sessionTimeoutMs, () => {
    group.remove(id)
    completeJoinIfAllCame(group)
  })
  return joinRefused(errorCodes.MEMBER_ID_REQUIRED, id)
}

/** A member with an id: one that was told to come back with it, or one of the group. */
function joinAgain(group: Group, request: JoinRequest, terms: MemberTerms, context: RequestContext): Answer {
  const { memberId, groupInstanceId } = request
  if (group.pendingJoins.has(memberId) && groupInstanceId === null) {
    return enter(group, memberId, request, terms, context)
  }
  const error = group.checkMember(memberId, groupInstanceId)
  if (error !== errorCodes.NONE) return joinRefused(error, memberId)
  const member = group.members.get(memberId)!
  if (group.state === 'PreparingRebalance') return update(group, member, terms)
  // It may have missed its answer. The leader of a stable group asks for a rebalance by joining again, and so does every
  // member that wants something else.
  const repeats = member.matches(terms.protocols)
  const isLeader = group.state === 'Stable' && group.isLeader(memberId)
  return repeats && !isLeader ? joined(group, member) : update(group, member, terms)
}

function update(group: Group, member: Member, terms: MemberTerms): Promise<JoinAnswer> {
  member.terms = terms
  const answer = member.waitForJoin()
  rebalance(group)
  return answer
}

function enter(
  group: Group,
  id: string,
  { groupInstanceId, protocolType }: JoinRequest,
  terms: MemberTerms,
  { clientId, connection }: RequestContext,
): Promise<JoinAnswer> {
  const identity = { id, instanceId: groupInstanceId, clientId, clientHost: `/${connection.host}` }
  const member = new Member(identity, terms)
  member.isNew = true
  const answer = member.waitForJoin()
  if (group.isInitialRebalance) group.newMemberAdded = true
  group.add(member, protocolType)
  keepAlive(group, member, group.limits.newMemberJoinTimeoutMs)
  rebalance(group)
  return answer
}

/** A static member without its id: it was restarted, or somebody else uses its name. */
function comeBack(group: Group, known: Member, id: string, terms: MemberTerms, context: RequestContext): Answer {
  known.answerJoin(joinRefused(errorCodes.FENCED_INSTANCE_ID, known.id))
  known.answerSync({ errorCode: errorCodes.FENCED_INSTANCE_ID, assignment: Buffer.alloc(0) })
  const formerLeader = group.leader
  const member = group.replace(known, id, terms)
  keepAlive(group, member)
  if (group.state !== 'Stable') {
    const answer = member.waitForJoin()
    // The leader may be assigning to the old id just now.
    if (group.state === 'CompletingRebalance') prepareRebalance(group)
    else completeJoinIfAllCame(group)
    return answer
  }
  if (group.selectProtocol() !== group.protocolName) {
    const answer = member.waitForJoin()
    rebalance(group)
    return answer
  }
  // All stays as it was, so nobody has to join again.
  group.store()
  if (context.version >= SKIPS_ASSIGNMENT) return joined(group, member, group.isLeader(id))
  // A client that cannot be told to leave the assignment alone must not find out that it leads.
  return { ...joined(group, member), leader: formerLeader ?? '', members: [] }
}
