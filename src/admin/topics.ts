import type { KafkaError } from '../errors/kafka-error.ts'
import type { Response } from '../protocol/api.ts'
import { CreatePartitions } from '../protocol/messages/create-partitions.ts'
import { CreateTopics } from '../protocol/messages/create-topics.ts'
import { DeleteTopics } from '../protocol/messages/delete-topics.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { bool, custom, int, required, section } from '../util/options.ts'
import { type AdminContext, failureOf, inCall } from './call.ts'
import { type AdminCallOptions, items, name } from './check.ts'
import { replicaAssignment } from './replica-assignment.ts'
import { topicConfigs } from './topic-configs.ts'
import { isTopicId, type TopicName, topicNames } from './topic-names.ts'

/** A topic to create. */
export interface NewTopic {
  readonly name: string
  /** By default the brokers' `num.partitions`. */
  readonly partitions?: number | undefined
  /** By default the brokers' `default.replication.factor`. */
  readonly replicationFactor?: number | undefined
  /** The node ids of the replicas of each partition, the preferred leader first; instead of the two counts. */
  readonly replicaAssignment?: readonly (readonly number[])[] | undefined
  /** Configuration of the topic, such as `{ 'retention.ms': '3600000' }`. */
  readonly configs?: Readonly<Record<string, string | null>> | undefined
}

/** What became of one topic. The outcome of each is its own: one that failed does not fail the others. */
export interface TopicOutcome {
  /** Empty where a topic was given by its id, and its name is not known. */
  readonly name: string
  /** Absent when all went well. */
  readonly error?: KafkaError
}

/** What became of a topic to be created. What the broker does not tell (before Kafka 2.4) is undefined. */
export interface CreatedTopic extends TopicOutcome {
  readonly topicId?: string
  readonly partitions?: number
  readonly replicationFactor?: number
}

/** What became of a topic to be deleted. */
export interface DeletedTopic extends TopicOutcome {
  /** Where the broker tells it, or it was given. */
  readonly topicId?: string
}

export interface CreateTopicsOptions extends AdminCallOptions {
  /** Only check whether it would work. */
  readonly validateOnly?: boolean | undefined
}

/** A topic that is to have more partitions. */
export interface NewPartitions {
  readonly name: string
  /** How many partitions it is to have in the end. */
  readonly totalCount: number
  /** The node ids of the replicas of each new partition, the preferred leader first; by default the controller's choice. */
  readonly replicaAssignment?: readonly (readonly number[])[] | undefined
}

const count = int(undefined, { min: 1, max: 2 ** 31 - 1 })
const newTopic = section(
  {
    name,
    partitions: count,
    replicationFactor: int(undefined, { min: 1, max: 2 ** 15 - 1 }),
    replicaAssignment,
    configs: custom<Readonly<Record<string, string | null>> | undefined>(undefined, topicConfigs, 'object'),
  },
  ({ partitions, replicationFactor, replicaAssignment }, report) => {
    if (replicaAssignment === undefined || (partitions ?? replicationFactor) === undefined) return
    report('replicaAssignment', 'says all: leave out partitions and replicationFactor')
  },
)
const newPartitions = { name, totalCount: required(count), replicaAssignment }
const validateOnly = { validateOnly: bool(false) }

export function createTopics(
  context: AdminContext,
  given: readonly NewTopic[],
  options: CreateTopicsOptions,
): Promise<CreatedTopic[]> {
  return inCall(context, validateOnly, options, async (call, { validateOnly }) => {
    const topics = items(given, 'topics', newTopic, ({ name }) => name)
    const body = {
      topics: topics.map(({ name, partitions = -1, replicationFactor = -1, replicaAssignment = [], configs = {} }) => ({
        name,
        numPartitions: partitions,
        replicationFactor,
        assignments: replicaAssignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      })),
      timeoutMs: call.timeoutMs,
      ...(validateOnly ? { validateOnly } : {}),
    }
    const answer = await call.ask(CreateTopics, body, { controller: true })
    return topics.map(({ name }) => {
      const result = answer.topics.find(each => each.name === name)
      const error = failureOf(`creating topic "${name}"`, result)
      return error === undefined ? { name, ...details(result!) } : { name, error }
    })
  })
}

export function deleteTopics(
  context: AdminContext,
  given: readonly TopicName[],
  options: AdminCallOptions,
): Promise<DeletedTopic[]> {
  return inCall(context, {}, options, async call => {
    const topics = topicNames(given, 'names')
    const byId = topics.some(isTopicId)
    const body = (version: number) => ({
      ...(version >= 6 || byId
        ? {
            topics: topics.map(topic =>
              isTopicId(topic) ? { name: null, topicId: topic.topicId } : { name: topic, topicId: ZERO_UUID },
            ),
          }
        : { topicNames: topics as string[] }),
      timeoutMs: call.timeoutMs,
    })
    const { responses } = await call.ask(DeleteTopics, body, { controller: true })
    return topics.map(topic => {
      const result = responses.find(each => (isTopicId(topic) ? each.topicId === topic.topicId : each.name === topic))
      const base = isTopicId(topic) ? { name: result?.name ?? '', topicId: topic.topicId } : { name: topic }
      const shown = isTopicId(topic) ? `with the id ${topic.topicId}` : `"${topic}"`
      const error = failureOf(`deleting topic ${shown}`, result)
      return error === undefined ? { ...base, ...idOf(result!.topicId) } : { ...base, error }
    })
  })
}

export function createPartitions(
  context: AdminContext,
  given: readonly NewPartitions[],
  options: CreateTopicsOptions,
): Promise<TopicOutcome[]> {
  return inCall(context, validateOnly, options, async (call, { validateOnly }) => {
    const topics = items(given, 'topics', newPartitions, ({ name }) => name)
    const body = {
      topics: topics.map(({ name, totalCount, replicaAssignment }) => ({
        name,
        count: totalCount,
        assignments: replicaAssignment?.map(brokerIds => ({ brokerIds })) ?? null,
      })),
      timeoutMs: call.timeoutMs,
      validateOnly,
    }
    const { results } = await call.ask(CreatePartitions, body, { controller: true })
    return topics.map(({ name }) => {
      const result = results.find(each => each.name === name)
      const error = failureOf(`creating partitions of topic "${name}"`, result)
      return error === undefined ? { name } : { name, error }
    })
  })
}

function details(result: Response<typeof CreateTopics>['topics'][number]): Omit<CreatedTopic, 'name'> {
  const { topicId, numPartitions, replicationFactor } = result
  return { ...idOf(topicId), ...(numPartitions < 0 ? {} : { partitions: numPartitions, replicationFactor }) }
}

function idOf(topicId: string): { readonly topicId?: string } {
  return topicId === ZERO_UUID ? {} : { topicId }
}
