import type { Client } from '../../cluster/client.ts'
import type { BrokerNode } from '../../cluster/snapshot.ts'
import type { TopicPartition } from '../../consumer/message.ts'
import { brokerError } from '../../errors/broker-error.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import { mayHeal } from '../../errors/kafka-error.ts'
import type { Response } from '../../protocol/api.ts'
import { ConsumerProtocolAssignment } from '../../protocol/embedded/consumer-protocol-assignment.ts'
import { encodeMessage } from '../../protocol/embedded/message.ts'
import type { JoinGroup } from '../../protocol/messages/join-group.ts'
import { byId, compare } from '../assignors/members.ts'
import type {
  BalanceStrategy,
  GroupPlan,
  PlanMember,
  PlanPartition,
  PlanTopic,
  TopicPartitions,
} from '../assignors/strategy.ts'
import { planMember } from './subscription.ts'

/** What the leader sends to the coordinator, and what it was made for. */
export interface Planned {
  readonly assignments: readonly { readonly memberId: string; readonly assignment: Buffer }[]
  readonly topics: PlannedTopics
}

/** The partitions of each topic that any member subscribes to; none of one that was not there. */
export type PlannedTopics = ReadonlyMap<string, readonly PlanPartition[]>

/** All versions are alike, and this one is known to everybody. */
const ASSIGNMENT_VERSION = 0

/**
 * Makes the plan of the leader for all members, as the topics are now: none where all keep what they have, as a static leader was
 * started anew, which only has to know what to look for from now on (KIP-814).
 */
export async function planFor(
  client: Client,
  strategy: BalanceStrategy,
  joined: Response<typeof JoinGroup>,
  signal: AbortSignal,
): Promise<Planned> {
  const members = joined.members
    .map(each =>
      planMember(each, error => {
        const fields = { memberId: each.memberId, error: error.message }
        client.logger.warn(
          'a member of the group sent a subscription that cannot be read; it gets no partitions',
          fields,
        )
      }),
    )
    .sort(byId)
  const names = [...new Set(members.flatMap(({ topics }) => topics))].sort(compare)
  const topics = await planTopics(client, names, signal)
  return {
    assignments: joined.skipAssignment ? [] : assignmentsBy(strategy, members, topics),
    topics: new Map(names.map(name => [name, topics.find(({ topic }) => topic === name)?.partitions ?? []])),
  }
}

function assignmentsBy(
  strategy: BalanceStrategy,
  members: readonly PlanMember[],
  topics: readonly PlanTopic[],
): Planned['assignments'] {
  const plan = strategy.plan(members, topics)
  checkPlan(strategy, plan, members, topics)
  return members.map(({ memberId }) => {
    const partitions = plan.get(memberId) ?? []
    // Some clients cannot read an assignment without any.
    const userData = strategy.assignmentUserData?.(memberId, partitions) ?? new Uint8Array(0)
    const body = {
      assignedPartitions: byTopic(partitions),
      userData: Buffer.from(userData),
    }
    return { memberId, assignment: encodeMessage(ConsumerProtocolAssignment, ASSIGNMENT_VERSION, body) }
  })
}

/** Partitions, as lists for each topic. */
export function byTopic(partitions: readonly TopicPartition[]): { topic: string; partitions: number[] }[] {
  const lists = new Map<string, number[]>()
  for (const { topic, partition } of partitions) {
    const known = lists.get(topic)
    if (known === undefined) lists.set(topic, [partition])
    else known.push(partition)
  }
  return [...lists].map(([topic, partitions]) => ({ topic, partitions }))
}

/** The other way round. */
export function flat(lists: readonly TopicPartitions[]): TopicPartition[] {
  return lists.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition })))
}

/** Those of some partitions that are not among others. */
export function without(some: readonly TopicPartition[], others: readonly TopicPartition[]): TopicPartition[] {
  const nameOf = ({ topic, partition }: TopicPartition) => `${topic}-${partition}`
  const names = new Set(others.map(nameOf))
  return some.filter(each => !names.has(nameOf(each)))
}

/** Those topics that are there. */
async function planTopics(client: Client, names: readonly string[], signal: AbortSignal): Promise<PlanTopic[]> {
  if (names.length === 0) return []
  const { brokers } = client.metadata.snapshot
  const answers = await client.topics(names, signal)
  for (const { name, errorCode } of answers) {
    const error = errorCode === 0 ? undefined : brokerError(errorCode, `topic "${name}"`)
    // Else nobody would ever read it, and nobody would know.
    if (error !== undefined && !mayHeal(error)) throw error
  }
  return answers
    .filter(({ errorCode }) => errorCode === 0)
    .map(({ name, partitions }) => ({
      topic: name ?? '',
      partitions: partitions
        .map(({ partitionIndex, replicaNodes }) => ({
          partition: partitionIndex,
          racks: racksOf(replicaNodes, brokers),
        }))
        .sort((a, b) => a.partition - b.partition),
    }))
    .sort((a, b) => compare(a.topic, b.topic))
}

/** The racks of brokers, as far as they have one. */
export function racksOf(nodeIds: readonly number[], brokers: ReadonlyMap<number, BrokerNode>): string[] {
  return nodeIds.map(id => brokers.get(id)?.rack ?? null).filter(rack => rack !== null)
}

/** Strategies may be users' own: what they get wrong would be read twice, or by nobody. */
function checkPlan(
  { name }: BalanceStrategy,
  plan: GroupPlan,
  members: readonly PlanMember[],
  topics: readonly PlanTopic[],
): void {
  const refuse = (problem: string): never => {
    const option = 'consumer.group.rebalance.strategies'
    throw new ConfigurationError([{ option, problem: `the plan of the strategy "${name}" ${problem}` }])
  }
  const wishes = new Map(members.map(({ memberId, topics }) => [memberId, new Set(topics)]))
  const free = new Set(topics.flatMap(({ topic, partitions }) => partitions.map(each => `${topic}-${each.partition}`)))
  for (const [memberId, partitions] of plan) {
    const wish = wishes.get(memberId) ?? refuse(`names ${memberId}, which is no member of the group`)
    for (const { topic, partition } of partitions) {
      const what = `${topic}-${partition}`
      if (!wish.has(topic)) refuse(`gives ${what} to ${memberId}, which does not subscribe to the topic`)
      if (!free.delete(what)) refuse(`gives ${what} to ${memberId}, but it does not exist, or is given twice`)
    }
  }
}
