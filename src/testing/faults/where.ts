import type { ConfigurationProblem } from '../../errors/client-errors.ts'
import { objectProblems } from '../../util/known-keys.ts'
import type { ApiName, RequestContext } from '../handlers.ts'
import type { AnyRequest } from '../server/exchange.ts'
import { apiProblems, brokerProblems, countProblems, ifGiven, textProblems } from './argument-problems.ts'

/** Which requests a fault befalls. What is left out does not matter. */
export interface Where {
  /** Kafka's name of the API, such as `Produce`, or several. */
  readonly api?: ApiName | readonly ApiName[]
  /** The id of the broker that is asked. */
  readonly broker?: number
  readonly clientId?: string
  /** Only requests that are about the topic, which may be one that is still to come, or about the partition: of that topic, or of any. */
  readonly topic?: string
  readonly partition?: number
  /** How many requests, or partitions in them, it befalls before it is over. Default Infinity. */
  readonly times?: number
}

const KEYS = ['api', 'broker', 'clientId', 'topic', 'partition', 'times']

/** What would choose other requests than it seems to. */
export function whereProblems(where: Where, brokers: Iterable<number>): ConfigurationProblem[] {
  const shapes = objectProblems(where, 'where', KEYS)
  if (shapes.length > 0) return shapes
  const { api = [], broker, clientId, topic, partition, times } = where
  return [
    ...[api].flat().flatMap(name => apiProblems('where.api', name)),
    ...ifGiven(broker, id => brokerProblems('where.broker', id, brokers)),
    ...ifGiven(clientId, id => textProblems('where.clientId', id)),
    ...ifGiven(topic, name => textProblems('where.topic', name)),
    ...ifGiven(partition, index => countProblems('where.partition', index, 0)),
    ...ifGiven(times, count => (count === Infinity ? [] : countProblems('where.times', count, 1))),
  ]
}

/** Whether it is a request of these, whatever it is about. */
export function isAddressed({ api, broker, clientId }: Where, context: RequestContext): boolean {
  const apis = typeof api === 'string' ? [api] : api
  return (
    (apis === undefined || apis.includes(context.api)) &&
    (broker === undefined || broker === context.broker) &&
    (clientId === undefined || clientId === context.clientId)
  )
}

/** Whether the request is about the topic and partition; `topicId` is the id that the topic has. */
export function isAbout({ topic, partition }: Where, request: AnyRequest, topicId: string | undefined): boolean {
  const isAboutAny = topic === undefined && partition === undefined
  return isAboutAny || holds(request, { topic, topicId, partition })
}

interface Wanted {
  readonly topic: string | undefined
  readonly topicId: string | undefined
  readonly partition: number | undefined
}

/** Requests have topics under several names, and some have none but a list of names. */
function holds(value: unknown, wanted: Wanted): boolean {
  if (Array.isArray(value)) return value.some(item => holds(item, wanted))
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return false
  if (wanted.topic === undefined && hasPartition(value, wanted.partition!)) return true
  const { name, topic, topicName, resourceName, topicNames, topicId } = value as Record<string, unknown>
  const isNamed =
    wanted.topic !== undefined &&
    ([name, topic, topicName, resourceName].includes(wanted.topic) || listed(topicNames, wanted.topic))
  if (isNamed || (topicId !== undefined && topicId === wanted.topicId)) {
    return wanted.partition === undefined || hasPartition(value, wanted.partition)
  }
  return Object.values(value).some(item => holds(item, wanted))
}

function listed(names: unknown, topic: string): boolean {
  return Array.isArray(names) && names.includes(topic)
}

function hasPartition(topic: object, wanted: number): boolean {
  return Object.values(topic).some(
    items =>
      Array.isArray(items) &&
      items.some(item => {
        if (typeof item === 'number') return item === wanted
        const { index, partition, partitionIndex } = item as Record<string, unknown>
        return [index, partition, partitionIndex].includes(wanted)
      }),
  )
}
