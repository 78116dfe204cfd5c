import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Groups } from './groups.ts'
import { keepAlive } from './rebalance.ts'

export function heartbeat(
  groups: Groups,
  request: RequestOf<'Heartbeat'>,
  context: RequestContext,
): ResponseOf<'Heartbeat'> {
  return { errorCode: heartbeatError(groups, request, context) }
}

function heartbeatError(
  groups: Groups,
  { groupId, memberId, groupInstanceId, generationId }: RequestOf<'Heartbeat'>,
  { broker }: RequestContext,
): number {
  if (groupId === '') return errorCodes.INVALID_GROUP_ID
  const notHere = groups.check(groupId, broker)
  // A coordinator that does not know its groups yet believes every member.
  if (notHere === errorCodes.COORDINATOR_LOAD_IN_PROGRESS) return errorCodes.NONE
  if (notHere !== errorCodes.NONE) return notHere
  const group = groups.get(groupId)
  if (group === undefined) return errorCodes.UNKNOWN_MEMBER_ID
  const unknown = group.checkMember(memberId, groupInstanceId)
  if (unknown !== errorCodes.NONE) return unknown
  if (generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION
  keepAlive(group, group.members.get(memberId)!)
  return group.state === 'PreparingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE
}
