import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Group } from './group.ts'
import type { Groups } from './groups.ts'
import { NO_ASSIGNMENT } from './member.ts'

/** From this version on a group that is not there is an error, and errors have words. */
const TELLS_ERRORS = 6
/** The operations that ACLs would allow, by their numbers in Kafka: read, delete, describe, and those of configs. */
const ALL_OPERATIONS = [3, 6, 8, 10, 11].reduce((bits, operation) => bits | (1 << operation), 0)

type Described = ResponseOf<'DescribeGroups'>['groups'][number]

export function describeGroups(
  groups: Groups,
  request: RequestOf<'DescribeGroups'>,
  { broker, version }: RequestContext,
): ResponseOf<'DescribeGroups'> {
  const none = { groupState: 'Dead', protocolType: '', protocolData: '', members: [] }
  return {
    groups: request.groups.map((groupId): Described => {
      const errorCode = groups.check(groupId, broker)
      if (errorCode !== errorCodes.NONE) return { ...none, errorCode, groupId, groupState: '' }
      const group = groups.get(groupId)
      if (group !== undefined) {
        const operations = request.includeAuthorizedOperations ? { authorizedOperations: ALL_OPERATIONS } : {}
        return { ...described(group), ...operations }
      }
      if (version < TELLS_ERRORS) return { ...none, errorCode: errorCodes.NONE, groupId }
      const errorMessage = `Group ${groupId} not found.`
      return { ...none, errorCode: errorCodes.GROUP_ID_NOT_FOUND, errorMessage, groupId }
    }),
  }
}

function described(group: Group): Described {
  const stable = group.state === 'Stable'
  return {
    errorCode: errorCodes.NONE,
    groupId: group.id,
    groupState: group.state,
    protocolType: group.protocolType ?? '',
    protocolData: (stable && group.protocolName) || '',
    members: [...group.members.values()].map(member => ({
      memberId: member.id,
      groupInstanceId: member.identity.instanceId,
      clientId: member.identity.clientId,
      clientHost: member.identity.clientHost,
      memberMetadata: stable ? member.metadata(group.protocolName) : NO_ASSIGNMENT,
      memberAssignment: stable ? member.assignment : NO_ASSIGNMENT,
    })),
  }
}

export function listGroups(
  groups: Groups,
  { statesFilter, typesFilter }: RequestOf<'ListGroups'>,
  { broker }: RequestContext,
): ResponseOf<'ListGroups'> {
  const states = statesFilter.map(state => state.trim().toLowerCase())
  const types = typesFilter.map(type => type.toLowerCase())
  const wanted = groups
    .at(broker)
    .filter(({ state }) => states.length === 0 || states.includes(state.toLowerCase()))
    .filter(() => types.length === 0 || types.includes('classic'))
  return {
    errorCode: errorCodes.NONE,
    groups: wanted.map(({ id, protocolType, state }) => ({
      groupId: id,
      protocolType: protocolType ?? '',
      groupState: state,
      groupType: 'classic',
    })),
  }
}

export function deleteGroups(
  groups: Groups,
  { groupsNames }: RequestOf<'DeleteGroups'>,
  { broker }: RequestContext,
): ResponseOf<'DeleteGroups'> {
  return {
    throttleTimeMs: 0,
    results: groupsNames.map(groupId => ({ groupId, errorCode: deleteGroup(groups, groupId, broker) })),
  }
}

function deleteGroup(groups: Groups, groupId: string, broker: number): number {
  const notHere = groups.check(groupId, broker)
  if (notHere !== errorCodes.NONE) return notHere
  const group = groups.get(groupId)
  if (group === undefined) return errorCodes.GROUP_ID_NOT_FOUND
  if (group.state !== 'Empty') return errorCodes.NON_EMPTY_GROUP
  groups.delete(group)
  return errorCodes.NONE
}
