import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Group } from './group.ts'
import type { Groups } from './groups.ts'
import { afterRemoval, removeMember } from './rebalance.ts'

/** From this version on many members leave at once, and each has its own error. */
const BATCHED = 3

interface Leaving {
  readonly memberId: string
  readonly groupInstanceId: string | null
}

export function leave(
  groups: Groups,
  request: RequestOf<'LeaveGroup'>,
  { broker, version }: RequestContext,
): ResponseOf<'LeaveGroup'> {
  const { groupId, memberId } = request
  const leaving = version < BATCHED ? [{ memberId, groupInstanceId: null }] : request.members
  const notHere = groupId === '' ? errorCodes.INVALID_GROUP_ID : groups.check(groupId, broker)
  if (notHere !== errorCodes.NONE) return { errorCode: notHere }
  const members = leaveAll(groups.get(groupId), leaving)
  if (version < BATCHED) return { errorCode: members[0]!.errorCode }
  return { errorCode: errorCodes.NONE, members }
}

function leaveAll(group: Group | undefined, leaving: readonly Leaving[]) {
  const members = leaving.map(({ memberId, groupInstanceId }) => ({
    memberId,
    groupInstanceId,
    errorCode: group === undefined ? errorCodes.UNKNOWN_MEMBER_ID : leaveOne(group, memberId, groupInstanceId),
  }))
  if (group !== undefined && members.some(({ errorCode }) => errorCode === errorCodes.NONE)) afterRemoval(group)
  return members
}

function leaveOne(group: Group, memberId: string, instanceId: string | null): number {
  if (group.pendingJoins.has(memberId)) {
    group.remove(memberId)
    return errorCodes.NONE
  }
  // An administrator takes out static members by their name alone.
  const id = memberId === '' ? (group.staticMember(instanceId ?? '')?.id ?? '') : memberId
  const error = group.checkMember(id, instanceId)
  if (error === errorCodes.NONE) removeMember(group, group.members.get(id)!)
  return error
}
