import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf } from '../handlers.ts'
import type { Group } from './group.ts'
import type { Groups } from './groups.ts'
import type { SyncAnswer } from './member.ts'
import { assign, synced, syncReceived, syncRefused } from './rebalance.ts'

type SyncRequest = RequestOf<'SyncGroup'>

export function sync(groups: Groups, request: SyncRequest, context: RequestContext): SyncAnswer | Promise<SyncAnswer> {
  const { groupId, memberId } = request
  if (groupId === '') return syncRefused(errorCodes.INVALID_GROUP_ID)
  const notHere = groups.check(groupId, context.broker)
  if (notHere !== errorCodes.NONE) return syncRefused(notHere)
  const group = groups.get(groupId)
  if (group === undefined) return syncRefused(errorCodes.UNKNOWN_MEMBER_ID)
  const error = checkSync(group, request)
  if (error !== errorCodes.NONE) return syncRefused(error)
  const member = group.members.get(memberId)!
  syncReceived(group, memberId)
  if (group.state === 'Stable') return synced(group, member)
  const answer = member.waitForSync()
  if (group.isLeader(memberId)) {
    assign(group, new Map(request.assignments.map(each => [each.memberId, Buffer.from(each.assignment)])))
  }
  return answer
}

function checkSync(group: Group, request: SyncRequest): number {
  const { memberId, groupInstanceId, generationId, protocolType, protocolName } = request
  const unknown = group.checkMember(memberId, groupInstanceId)
  if (unknown !== errorCodes.NONE) return unknown
  if (generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION
  const differs = (told: string | null, agreed: string | null): boolean => told !== null && told !== agreed
  if (differs(protocolType, group.protocolType) || differs(protocolName, group.protocolName)) {
    return errorCodes.INCONSISTENT_GROUP_PROTOCOL
  }
  return group.state === 'PreparingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE
}
