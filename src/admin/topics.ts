import type { Client } from '../cluster/client.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { type BrokerError, brokerError } from '../errors/broker-error.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import type { Response } from '../protocol/api.ts'
import { CreateTopics } from '../protocol/messages/create-topics.ts'
import { DeleteTopics } from '../protocol/messages/delete-topics.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { listProblems, objectProblems } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import { retrying } from '../util/retry.ts'
import { eitherSignal } from '../util/wait.ts'

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
  readonly name: string
  /** Absent when all went well. */
  readonly error?: BrokerError
}

/** What became of a topic to be created. What the broker does not tell (before Kafka 2.4) is undefined. */
export interface CreatedTopic extends TopicOutcome {
  readonly topicId?: string
  readonly partitions?: number
  readonly replicationFactor?: number
}

export interface AdminCallOptions {
  /** How long the brokers may work on it, in milliseconds; default `admin.timeoutMs`. */
  readonly timeoutMs?: number | undefined
  /** Drops the wait; the brokers may do it all the same. */
  readonly signal?: AbortSignal | undefined
}

export interface CreateTopicsOptions extends AdminCallOptions {
  /** Only check whether it would work. */
  readonly validateOnly?: boolean | undefined
}

/** What the operations need of their facade. */
export interface AdminContext {
  readonly client: Client
  readonly timeoutMs: number
  readonly retry: RetryPolicy
}

type CreationResult = Response<typeof CreateTopics>['topics'][number]

export async function createTopics(
  context: AdminContext,
  topics: readonly NewTopic[],
  options: CreateTopicsOptions,
): Promise<CreatedTopic[]> {
  checkNewTopics(topics, options)
  const { timeoutMs = context.timeoutMs, validateOnly = false, signal } = options
  const request = { topics: topics.map(creatable), timeoutMs, ...(validateOnly ? { validateOnly } : {}) }
  return onController(context, signal, async (client, signal) => {
    const controller = await client.controller(signal)
    const limits = { signal, timeoutMs: withGrace(context, timeoutMs) }
    const answer = await client.request(controller, CreateTopics, request, limits, 'admin')
    checkController(answer.topics, controller.label)
    return topics.map(({ name }) => {
      const result = answer.topics.find(each => each.name === name)
      const error = failureOf(`creating topic "${name}"`, result)
      return error === undefined ? { name, ...details(result!) } : { name, error }
    })
  })
}

export async function deleteTopics(
  context: AdminContext,
  names: readonly string[],
  options: AdminCallOptions,
): Promise<TopicOutcome[]> {
  refuse([...listProblems(names, 'names'), ...objectProblems(options, 'options', ['timeoutMs', 'signal'])])
  const { timeoutMs = context.timeoutMs, signal } = options
  const body = (version: number) => ({
    ...(version >= 6 ? { topics: names.map(name => ({ name, topicId: ZERO_UUID })) } : { topicNames: names }),
    timeoutMs,
  })
  return onController(context, signal, async (client, signal) => {
    const controller = await client.controller(signal)
    const limits = { signal, timeoutMs: withGrace(context, timeoutMs) }
    const answer = await client.request(controller, DeleteTopics, body, limits, 'admin')
    checkController(answer.responses, controller.label)
    return names.map(name => {
      const result = answer.responses.find(each => each.name === name)
      const error = failureOf(`deleting topic "${name}"`, result)
      return error === undefined ? { name } : { name, error }
    })
  })
}

function details({ topicId, numPartitions, replicationFactor }: CreationResult): Omit<CreatedTopic, 'name'> {
  return {
    ...(topicId === ZERO_UUID ? {} : { topicId }),
    ...(numPartitions < 0 ? {} : { partitions: numPartitions, replicationFactor }),
  }
}

/** What the broker says went wrong with one item; brokers answer in any order, and perhaps not about every item. */
function failureOf(
  what: string,
  result: { readonly errorCode: number; readonly errorMessage: string | null } | undefined,
): BrokerError | undefined {
  if (result === undefined) return brokerError(errorCodes.UNKNOWN_SERVER_ERROR, `${what}, which the answer leaves out`)
  return result.errorCode === 0 ? undefined : brokerError(result.errorCode, what, result.errorMessage)
}

/** Tries again what failed on the way, with a fresh view of who the controller is. */
async function onController<T>(
  { client, retry }: AdminContext,
  user: AbortSignal | undefined,
  call: (client: Client, signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const either = eitherSignal(client.closing, user)
  try {
    // Where no broker is there at all, `metadata.retry` is enough: inside the retries here it would be multiplied by them.
    await client.metadata.ready(either.signal)
    const onRetry = () => client.metadata.refresh().catch(() => {})
    return await retrying(retry, { signal: either.signal, onRetry }, () => call(client, either.signal))
  } finally {
    either.dispose()
  }
}

/** Before KRaft only the controller itself did this; a broker that is it no more says so for every item. */
function checkController(results: readonly { readonly errorCode: number }[], broker: string): void {
  if (results.some(({ errorCode }) => errorCode === errorCodes.NOT_CONTROLLER)) {
    throw brokerError(errorCodes.NOT_CONTROLLER, broker)
  }
}

/** The broker gets the time that it was promised, and then the usual time to answer. */
function withGrace({ client }: AdminContext, timeoutMs: number): number {
  return timeoutMs + client.net.requestTimeoutMs
}

function creatable({ name, partitions = -1, replicationFactor = -1, replicaAssignment = [], configs = {} }: NewTopic) {
  return {
    name,
    numPartitions: partitions,
    replicationFactor,
    assignments: replicaAssignment.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
    configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
  }
}

const TOPIC_FIELDS = ['name', 'partitions', 'replicationFactor', 'replicaAssignment', 'configs']

function checkNewTopics(topics: readonly NewTopic[], options: CreateTopicsOptions): void {
  const problems = objectProblems(options, 'options', ['timeoutMs', 'validateOnly', 'signal'])
  refuse([...problems, ...listProblems(topics, 'topics')])
  refuse(topics.flatMap((topic, i) => newTopicProblems(topic, `topics[${i}]`)))
}

function newTopicProblems(topic: NewTopic, path: string): ConfigurationProblem[] {
  const problems = objectProblems(topic, path, TOPIC_FIELDS)
  if (typeof topic !== 'object' || topic === null) return problems
  const { name, partitions, replicationFactor, replicaAssignment, configs = {} } = topic
  const report = (option: string, problem: string) => problems.push({ option: `${path}.${option}`, problem })
  if (typeof name !== 'string' || name === '') report('name', 'must be the name of a topic')
  const count = 'must be a whole number from 1 on, not'
  if (!isCount(partitions)) report('partitions', `${count} ${describeValue(partitions)}`)
  if (!isCount(replicationFactor)) report('replicationFactor', `${count} ${describeValue(replicationFactor)}`)
  if (replicaAssignment !== undefined && (partitions ?? replicationFactor) !== undefined) {
    report('replicaAssignment', 'says all: leave out partitions and replicationFactor')
  }
  for (const [key, value] of Object.entries(configs)) {
    if (typeof value === 'string' || value === null) continue
    report(`configs[${JSON.stringify(key)}]`, `must be a string or null, not ${describeValue(value)}`)
  }
  return problems
}

function refuse(problems: readonly ConfigurationProblem[]): void {
  if (problems.length > 0) throw new ConfigurationError(problems)
}

function isCount(value: number | undefined): boolean {
  return value === undefined || (Number.isInteger(value) && value >= 1)
}
