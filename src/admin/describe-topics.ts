import { errorCodes } from '../errors/broker-codes.ts'
import { ProtocolError, UnsupportedVersionError } from '../errors/client-errors.ts'
import type { Response } from '../protocol/api.ts'
import { DescribeTopicPartitions } from '../protocol/messages/describe-topic-partitions.ts'
import { Metadata } from '../protocol/messages/metadata.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { bool } from '../util/options.ts'
import { type AclOperation, authorizedOperations } from './authorized-operations.ts'
import { type AdminCall, type AdminContext, failureOf, inCall } from './call.ts'
import { type AdminCallOptions, partitionName } from './check.ts'
import { isTopicId, type TopicName, topicNames } from './topic-names.ts'
import type { TopicOutcome } from './topics.ts'

/** A topic of the cluster. */
export interface TopicListing {
  readonly name: string
  /** Absent before Kafka 2.8. */
  readonly topicId?: string
  /** Whether it is one of Kafka's own, such as `__consumer_offsets`. */
  readonly isInternal: boolean
}

export interface ListTopicsOptions extends AdminCallOptions {
  /** Those of Kafka's own as well. Default false. */
  readonly listInternal?: boolean | undefined
}

export interface DescribeTopicsOptions extends AdminCallOptions {
  /** Tell what this client may do with each topic (KIP-430). Default false. */
  readonly includeAuthorizedOperations?: boolean | undefined
}

/** One partition of a topic. Brokers go by their node ids. */
export interface PartitionDescription {
  readonly partition: number
  /** -1 while there is none. */
  readonly leader: number
  /** How often it has had a new leader; -1 where the broker does not tell. */
  readonly leaderEpoch: number
  /** All that have a replica, the preferred leader first. */
  readonly replicas: readonly number[]
  /** The replicas in sync. */
  readonly isr: readonly number[]
  /** Those whose broker or disk is down. */
  readonly offlineReplicas: readonly number[]
  /** Not in sync, and yet with all that was acknowledged (KIP-966). Absent where the broker does not tell. */
  readonly eligibleLeaderReplicas?: readonly number[]
  /** Those that were eligible last. Absent where the broker does not tell. */
  readonly lastKnownElr?: readonly number[]
}

/** A topic with its partitions; without them where it has an error. */
export interface TopicDescription extends TopicOutcome {
  readonly topicId?: string
  readonly isInternal?: boolean
  /** By number. */
  readonly partitions?: readonly PartitionDescription[]
  readonly authorizedOperations?: readonly AclOperation[]
}

type PartitionAnswer =
  | Response<typeof Metadata>['topics'][number]['partitions'][number]
  | Response<typeof DescribeTopicPartitions>['topics'][number]['partitions'][number]

interface TopicAnswer {
  readonly errorCode: number
  readonly name: string | null
  readonly topicId: string
  readonly isInternal: boolean
  readonly partitions: readonly PartitionAnswer[]
  readonly topicAuthorizedOperations: number
}

export function listTopics(context: AdminContext, options: ListTopicsOptions): Promise<TopicListing[]> {
  return inCall(context, { listInternal: bool(false) }, options, async (call, { listInternal }) => {
    const { topics } = await metadata(call, null, false)
    return topics
      .filter(({ isInternal }) => listInternal || !isInternal)
      .map(({ name, topicId, isInternal }) => ({ name: name ?? '', ...idOf(topicId), isInternal }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  })
}

export function describeTopics(
  context: AdminContext,
  given: readonly TopicName[],
  options: DescribeTopicsOptions,
): Promise<TopicDescription[]> {
  const table = { includeAuthorizedOperations: bool(false) }
  return inCall(context, table, options, async (call, { includeAuthorizedOperations: withOperations }) => {
    const topics = topicNames(given, 'topics')
    const names = topics.filter(topic => typeof topic === 'string')
    const ids = topics.filter(isTopicId)
    const [byName, byId] = await Promise.all([
      names.length === 0 ? [] : inPages(call, names).catch(error => orMetadata(error, call, names, withOperations)),
      ids.length === 0 ? [] : metadata(call, ids, withOperations).then(({ topics }) => topics),
    ])
    return topics.map(topic => {
      const found = isTopicId(topic)
        ? byId.find(({ topicId }) => topicId === topic.topicId)
        : byName.find(({ name }) => name === topic)
      const base = isTopicId(topic) ? { name: found?.name ?? '', topicId: topic.topicId } : { name: topic }
      const shown = isTopicId(topic) ? `with the id ${topic.topicId}` : `"${topic}"`
      const error = failureOf(`describing topic ${shown}`, found)
      return error === undefined ? { ...base, ...description(found!, withOperations) } : { ...base, error }
    })
  })
}

/** Where the next page begins. */
interface Cursor {
  readonly topicName: string
  readonly partitionIndex: number
}

/** Asks for a page after the other, since a topic may have more partitions than go into one. */
async function inPages(call: AdminCall, names: readonly string[]): Promise<TopicAnswer[]> {
  const topics = new Map<string, TopicAnswer & { readonly partitions: PartitionAnswer[] }>()
  // The broker goes through the topics in the order of their names.
  const asked = [...names].sort().map(name => ({ name }))
  let cursor: Cursor | null = null
  do {
    const body = { topics: asked, cursor }
    const answer: Response<typeof DescribeTopicPartitions> = await call.ask(DescribeTopicPartitions, body, {
      any: true,
    })
    for (const topic of answer.topics) {
      const known = topics.get(topic.name ?? '')
      if (known === undefined) topics.set(topic.name ?? '', topic)
      else known.partitions.push(...topic.partitions)
    }
    const next: Cursor | null = answer.nextCursor
    if (cursor !== null && next !== null && !isAfter(next, cursor)) {
      const where = partitionName({ topic: next.topicName, partition: next.partitionIndex })
      throw new ProtocolError(`DescribeTopicPartitions is to go on at ${where}, where it has been already`)
    }
    cursor = next
  } while (cursor !== null)
  return [...topics.values()]
}

function isAfter(next: Cursor, cursor: Cursor): boolean {
  if (next.topicName === cursor.topicName) return next.partitionIndex > cursor.partitionIndex
  return next.topicName > cursor.topicName
}

/** Brokers before Kafka 3.8 tell less, all at once. */
async function orMetadata(
  error: unknown,
  call: AdminCall,
  names: readonly string[],
  withOperations: boolean,
): Promise<TopicAnswer[]> {
  if (!(error instanceof UnsupportedVersionError)) throw error
  return (await metadata(call, names, withOperations)).topics
}

function metadata(
  call: AdminCall,
  topics: readonly TopicName[] | null,
  withOperations: boolean,
): Promise<Response<typeof Metadata>> {
  const asked = topics?.map(topic => (isTopicId(topic) ? { name: null, topicId: topic.topicId } : { name: topic }))
  const body = (version: number) => {
    // Earlier versions have the field for the id, and brokers that do not look at it.
    if (version < 12 && topics?.some(isTopicId)) {
      throw new UnsupportedVersionError('Metadata', 'topics go by their ids from Kafka 3.1 on only', 'topics.topicId')
    }
    return {
      // In version 0 an empty list means all topics.
      topics: asked ?? (version === 0 ? [] : null),
      ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
      ...(withOperations ? { includeTopicAuthorizedOperations: true } : {}),
    }
  }
  return call.ask(Metadata, body, { any: true })
}

function description(topic: TopicAnswer, withOperations: boolean): Omit<TopicDescription, 'name'> {
  const { topicId, isInternal, partitions, topicAuthorizedOperations: bits } = topic
  return {
    ...idOf(topicId),
    isInternal,
    partitions: [...partitions].sort((a, b) => a.partitionIndex - b.partitionIndex).map(partitionDescription),
    ...(withOperations ? authorizedOperations(bits) : {}),
  }
}

function partitionDescription(partition: PartitionAnswer): PartitionDescription {
  const { partitionIndex, errorCode, leaderId, leaderEpoch, replicaNodes, isrNodes, offlineReplicas } = partition
  const elr = 'eligibleLeaderReplicas' in partition ? partition : { eligibleLeaderReplicas: null, lastKnownElr: null }
  return {
    partition: partitionIndex,
    leader: errorCode === errorCodes.LEADER_NOT_AVAILABLE ? -1 : leaderId,
    leaderEpoch,
    replicas: replicaNodes,
    isr: isrNodes,
    offlineReplicas,
    ...(elr.eligibleLeaderReplicas === null ? {} : { eligibleLeaderReplicas: elr.eligibleLeaderReplicas }),
    ...(elr.lastKnownElr === null ? {} : { lastKnownElr: elr.lastKnownElr }),
  }
}

function idOf(topicId: string): { readonly topicId?: string } {
  return topicId === ZERO_UUID ? {} : { topicId }
}
