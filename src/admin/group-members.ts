import { ConfigurationError, UnsupportedVersionError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { LeaveGroup } from '../protocol/messages/leave-group.ts'
import { describeValue, section, text } from '../util/options.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items } from './check.ts'
import { groupDescriptions } from './describe-groups.ts'

/** A member that is to leave its group: a static one by its name (KIP-345), any other by its id. */
export type MemberToRemove =
  | { readonly groupInstanceId: string; readonly memberId?: undefined }
  | { readonly memberId: string; readonly groupInstanceId?: undefined }

/** What became of a member. */
export interface RemovedMember {
  /** Empty where the member was given by its name. */
  readonly memberId: string
  readonly groupInstanceId?: string
  readonly error?: KafkaError
}

export interface RemoveMembersOptions extends AdminCallOptions {
  /** For the log of the broker (KIP-800). */
  readonly reason?: string | undefined
}

const member = section({ memberId: text(), groupInstanceId: text() }, ({ memberId, groupInstanceId }, report) => {
  if ((memberId === undefined) === (groupInstanceId === undefined)) {
    report('groupInstanceId', 'give this of a static member, or else memberId, and not both')
  }
})

export function removeMembersFromGroup(
  context: AdminContext,
  groupId: string,
  given: readonly MemberToRemove[] | 'all',
  options: RemoveMembersOptions,
): Promise<RemovedMember[]> {
  return inCall(context, { reason: text(undefined, { empty: true }) }, options, async (call, { reason }) => {
    if (typeof groupId !== 'string' || groupId === '') {
      const problem = `must be the id of a group, not ${describeValue(groupId)}`
      throw new ConfigurationError([{ option: 'groupId', problem }])
    }
    const members =
      given === 'all'
        ? await membersOf(call, groupId)
        : items(given, 'members', member, ({ memberId, groupInstanceId }) => groupInstanceId ?? memberId!)
    if (members.length === 0) return []
    const body = (version: number) => {
      if (version < 3) {
        throw new UnsupportedVersionError('LeaveGroup', 'members can be removed from Kafka 2.4 on only', 'members')
      }
      return {
        groupId,
        members: members.map(({ memberId = '', groupInstanceId = null }) => ({
          memberId,
          groupInstanceId,
          ...(reason === undefined ? {} : { reason }),
        })),
      }
    }
    const answer = await call.ask(LeaveGroup, body, { group: groupId })
    throwFailure(`removing members of group "${groupId}"`, answer)
    return members.map(({ memberId = '', groupInstanceId }) => {
      const result = answer.members.find(each =>
        groupInstanceId === undefined ? each.memberId === memberId : each.groupInstanceId === groupInstanceId,
      )
      const base = { memberId, ...(groupInstanceId === undefined ? {} : { groupInstanceId }) }
      const error = failureOf(`removing member "${groupInstanceId ?? memberId}" of group "${groupId}"`, result)
      return error === undefined ? base : { ...base, error }
    })
  })
}

/** All members of a group; static ones by their names, since their ids change. */
async function membersOf(
  call: AdminCall,
  groupId: string,
): Promise<{ readonly memberId?: string; readonly groupInstanceId?: string }[]> {
  const [group] = await groupDescriptions(call, [groupId], false)
  if (group?.error !== undefined) throw group.error
  return (group?.members ?? []).map(({ memberId, groupInstanceId }) =>
    groupInstanceId === undefined ? { memberId } : { groupInstanceId },
  )
}
