import { errorCodes } from '../errors/broker-codes.ts'
import { BrokerError, brokerError } from '../errors/broker-error.ts'
import { ProtocolError, UnsupportedVersionError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Response } from '../protocol/api.ts'
import { ConsumerProtocolAssignment } from '../protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../protocol/embedded/consumer-protocol-subscription.ts'
import { decodeMessage } from '../protocol/embedded/message.ts'
import { ConsumerGroupDescribe } from '../protocol/messages/consumer-group-describe.ts'
import { DescribeGroups } from '../protocol/messages/describe-groups.ts'
import { bool } from '../util/options.ts'
import { type AclOperation, authorizedOperations } from './authorized-operations.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, names } from './check.ts'
import type { GroupOutcome } from './groups.ts'
import { atCoordinators } from './locate.ts'
import { scatter } from './scatter.ts'

/** Partitions of a topic. */
export interface AssignedPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

/** A member of a group. */
export interface MemberDescription {
  readonly memberId: string
  /** The name that makes a member static (KIP-345). */
  readonly groupInstanceId?: string
  readonly clientId: string
  /** The address of the member, as the broker sees it. */
  readonly clientHost: string
  readonly rackId?: string
  /** The topics that it wants to read. Absent where it does not say so in the way of consumers. */
  readonly subscribedTopics?: readonly string[]
  /** The pattern of the topics that it wants to read, of a group of the type `consumer`. */
  readonly subscribedTopicRegex?: string
  /** What it reads. Absent where the group is not one of consumers. */
  readonly assignment?: readonly AssignedPartitions[]
  /** What it is to read as soon as others have let go of it, in a group of the type `consumer`. */
  readonly targetAssignment?: readonly AssignedPartitions[]
  /** In a group of the type `consumer`. */
  readonly memberEpoch?: number
}

/** A consumer group. Where it has an error nothing is told but its id. */
export interface GroupDescription extends GroupOutcome {
  /** Whether it is of the protocol of KIP-848, or of the one before. */
  readonly type?: 'classic' | 'consumer'
  /** `Stable`, `Empty`, `Assigning`, …, as brokers call it. */
  readonly state?: string
  /** `consumer`, `connect`, …; empty where offsets were committed without members. */
  readonly protocolType?: string
  /** What decides who reads what; empty while the group has none. */
  readonly assignor?: string
  /** The node id of the broker that coordinates it. */
  readonly coordinator?: number
  readonly members?: readonly MemberDescription[]
  /** Counts the changes of a group of the type `consumer`. */
  readonly groupEpoch?: number
  /** The group epoch that its assignment was made for. */
  readonly assignmentEpoch?: number
  readonly authorizedOperations?: readonly AclOperation[]
}

export interface DescribeGroupsOptions extends AdminCallOptions {
  /** Tell what this client may do with each group (KIP-430). Default false. */
  readonly includeAuthorizedOperations?: boolean | undefined
}

type ClassicGroup = Response<typeof DescribeGroups>['groups'][number]
type ConsumerGroup = Response<typeof ConsumerGroupDescribe>['groups'][number]
type Described = Omit<GroupDescription, 'groupId' | 'error'>

export function describeGroups(
  context: AdminContext,
  given: readonly string[],
  options: DescribeGroupsOptions,
): Promise<GroupDescription[]> {
  const table = { includeAuthorizedOperations: bool(false) }
  return inCall(context, table, options, async (call, { includeAuthorizedOperations }) =>
    groupDescriptions(call, names(given, 'groupIds'), includeAuthorizedOperations),
  )
}

/** Describes groups as {@link describeGroups} does: first as groups of KIP-848, then those that are none as classic ones. */
export async function groupDescriptions(
  call: AdminCall,
  groups: readonly string[],
  withOperations: boolean,
): Promise<GroupDescription[]> {
  const outcomes = await asConsumerGroups(call, groups, withOperations)
  const others = groups.filter((_, i) => isOther(outcomes[i]!))
  const classic = await asClassicGroups(call, others, withOperations)
  for (const [i, groupId] of others.entries()) outcomes[groups.indexOf(groupId)] = classic[i]!
  return groups.map((groupId, i) => outcome({ groupId }, outcomes[i]!))
}

/** Whether the broker has no such group of KIP-848, or does not know of any. */
function isOther(outcome: unknown): boolean {
  if (outcome instanceof UnsupportedVersionError) return true
  const { GROUP_ID_NOT_FOUND, UNSUPPORTED_VERSION } = errorCodes
  return (
    outcome instanceof BrokerError && [GROUP_ID_NOT_FOUND, UNSUPPORTED_VERSION].includes(outcome.brokerCode as never)
  )
}

function asConsumerGroups(
  call: AdminCall,
  groups: readonly string[],
  withOperations: boolean,
): Promise<(Described | KafkaError)[]> {
  return scatter(call, groups, {
    locate: atCoordinators(call, 'group', groupId => groupId),
    ask: async (broker, theirs) => {
      const body = { groupIds: theirs, includeAuthorizedOperations: withOperations }
      const answer = await call.request(broker, ConsumerGroupDescribe, body)
      return theirs.map(groupId => {
        const group = answer.groups.find(each => each.groupId === groupId)
        const error = failureOf(`describing group "${groupId}" on ${broker.label}`, group)
        return error ?? { ...consumerGroup(group!, withOperations), coordinator: broker.nodeId }
      })
    },
  })
}

function asClassicGroups(
  call: AdminCall,
  groups: readonly string[],
  withOperations: boolean,
): Promise<(Described | KafkaError)[]> {
  return scatter(call, groups, {
    locate: atCoordinators(call, 'group', groupId => groupId),
    ask: async (broker, theirs) => {
      const body = { groups: theirs, ...(withOperations ? { includeAuthorizedOperations: true } : {}) }
      const answer = await call.request(broker, DescribeGroups, body)
      return theirs.map(groupId => {
        const group = answer.groups.find(each => each.groupId === groupId)
        const what = `describing group "${groupId}" on ${broker.label}`
        // Brokers before Kafka 4.0 say that of groups that they do not have.
        if (group?.groupState === 'Dead' && group.errorCode === 0)
          return brokerError(errorCodes.GROUP_ID_NOT_FOUND, what)
        return failureOf(what, group) ?? { ...classicGroup(group!, withOperations), coordinator: broker.nodeId }
      })
    },
  })
}

function consumerGroup(group: ConsumerGroup, withOperations: boolean): Described {
  return {
    type: 'consumer',
    state: group.groupState,
    protocolType: 'consumer',
    assignor: group.assignorName,
    groupEpoch: group.groupEpoch,
    assignmentEpoch: group.assignmentEpoch,
    members: group.members.map(member => ({
      ...identity(member.memberId, member.instanceId, member),
      ...(member.rackId === null ? {} : { rackId: member.rackId }),
      subscribedTopics: member.subscribedTopicNames,
      ...(member.subscribedTopicRegex ? { subscribedTopicRegex: member.subscribedTopicRegex } : {}),
      assignment: topicPartitions(member.assignment),
      targetAssignment: topicPartitions(member.targetAssignment),
      memberEpoch: member.memberEpoch,
    })),
    ...(withOperations ? authorizedOperations(group.authorizedOperations) : {}),
  }
}

function topicPartitions(assignment: ConsumerGroup['members'][number]['assignment']): AssignedPartitions[] {
  return assignment.topicPartitions.map(({ topicName: topic, partitions }) => ({ topic, partitions }))
}

function classicGroup(group: ClassicGroup, withOperations: boolean): Described {
  const isOfConsumers = group.protocolType === 'consumer'
  return {
    type: 'classic',
    state: group.groupState,
    protocolType: group.protocolType,
    assignor: group.protocolData,
    members: group.members.map(member => ({
      ...identity(member.memberId, member.groupInstanceId, member),
      ...(isOfConsumers ? plans(member) : {}),
    })),
    ...(withOperations ? authorizedOperations(group.authorizedOperations) : {}),
  }
}

/** What a classic consumer wants to read, and what it was told to. Brokers do not look at it: it may be anything. */
function plans({ memberMetadata, memberAssignment }: ClassicGroup['members'][number]) {
  return {
    ...orNothing(() => {
      const { topics, rackId } = decodeMessage(ConsumerProtocolSubscription, memberMetadata)
      return { subscribedTopics: topics, ...(rackId === null ? {} : { rackId }) }
    }),
    // Empty while the group rebalances.
    ...orNothing(() => ({
      assignment:
        memberAssignment.length === 0
          ? []
          : decodeMessage(ConsumerProtocolAssignment, memberAssignment).assignedPartitions,
    })),
  }
}

function orNothing<T extends object>(read: () => T): T | Record<string, never> {
  try {
    return read()
  } catch (error) {
    if (error instanceof ProtocolError) return {}
    throw error
  }
}

function identity(
  memberId: string,
  instanceId: string | null,
  { clientId, clientHost }: { readonly clientId: string; readonly clientHost: string },
) {
  return { memberId, ...(instanceId === null ? {} : { groupInstanceId: instanceId }), clientId, clientHost }
}
