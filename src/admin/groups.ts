import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { DeleteGroups } from '../protocol/messages/delete-groups.ts'
import { ListGroups } from '../protocol/messages/list-groups.ts'
import { type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, isText, listOf, names } from './check.ts'
import { atBrokers, atCoordinators, liveBrokers } from './locate.ts'
import { scatter } from './scatter.ts'

/** A group of the cluster. */
export interface GroupListing {
  readonly groupId: string
  /** `consumer`, `connect`, `share` …; empty where offsets were committed without members. */
  readonly protocolType: string
  /** `Stable`, `Empty`, …, as brokers call it; empty before Kafka 2.6. */
  readonly state: string
  /** `classic`, `consumer`, `share` or `streams`, as brokers call it; empty before Kafka 3.8. */
  readonly type: string
  /** The node id of the broker that coordinates it. */
  readonly coordinator: number
}

export interface ListGroupsOptions extends AdminCallOptions {
  /** Only groups in one of these states, such as `Stable` (KIP-518). */
  readonly states?: readonly string[] | undefined
  /** Only groups of one of these types, such as `consumer` (KIP-848). */
  readonly types?: readonly string[] | undefined
}

/** What became of a group. */
export interface GroupOutcome {
  readonly groupId: string
  readonly error?: KafkaError
}

export function listGroups(context: AdminContext, options: ListGroupsOptions): Promise<GroupListing[]> {
  const table = { states: listOf<string>(isText), types: listOf<string>(isText) }
  return inCall(context, table, options, async (call, { states = [], types = [] }) => {
    const body = {
      ...(states.length === 0 ? {} : { statesFilter: states }),
      ...(types.length === 0 ? {} : { typesFilter: types }),
    }
    const ask = async (broker: Broker) => {
      const answer = await call.request(broker, ListGroups, body)
      const groups = answer.groups.map(({ groupId, protocolType, groupState, groupType }) => {
        return { groupId, protocolType, state: groupState, type: groupType, coordinator: broker.nodeId }
      })
      return [failureOf(`listing the groups of ${broker.label}`, answer) ?? groups]
    }
    const lists = await scatter(call, await liveBrokers(call), { locate: atBrokers(call, id => id), ask })
    return merged(lists).sort((a, b) => (a.groupId < b.groupId ? -1 : 1))
  })
}

export function deleteGroups(
  context: AdminContext,
  given: readonly string[],
  options: AdminCallOptions,
): Promise<GroupOutcome[]> {
  return inCall(context, {}, options, async call => {
    const groups = names(given, 'groupIds')
    const outcomes = await scatter(call, groups, {
      locate: atCoordinators(call, 'group', groupId => groupId),
      ask: async (broker, theirs) => {
        const { results } = await call.request(broker, DeleteGroups, { groupsNames: theirs })
        return theirs.map(groupId => {
          const result = results.find(each => each.groupId === groupId)
          return failureOf(`deleting group "${groupId}" on ${broker.label}`, result) ?? {}
        })
      },
    })
    return groups.map((groupId, i) => outcome({ groupId }, outcomes[i]!))
  })
}

/**
 * What all brokers listed. A list without one of them would pass for complete, so the failure of any is that of the call.
 */
export function merged<T>(lists: readonly (readonly T[] | KafkaError)[]): T[] {
  return lists.flatMap(list => {
    if (list instanceof KafkaError) throw list
    return list
  })
}
