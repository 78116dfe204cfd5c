import { type CoordinatorKind, findCoordinators } from '../cluster/coordinators.ts'
import { noSuchBroker } from '../cluster/route.ts'
import { partitionsHint } from '../cluster/topic-name.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { AdminCall } from './call.ts'
import { partitionName } from './check.ts'

interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Where to find the leaders of partitions, as the cluster says now. No topic is created. */
export function atLeaders({ client, signal }: AdminCall) {
  return async (partitions: readonly TopicPartition[]): Promise<(Broker | KafkaError)[]> => {
    const topics = await client.topics([...new Set(partitions.map(({ topic }) => topic))], signal)
    const byName = new Map(topics.map(topic => [topic.name, topic]))
    return partitions.map(each => {
      const what = partitionName(each)
      const topic = byName.get(each.topic)
      const found = topic?.partitions.find(({ partitionIndex }) => partitionIndex === each.partition)
      if (found === undefined) {
        const count = topic?.partitions.length ?? 0
        const hint = count === 0 ? '' : `: ${partitionsHint(each.topic, count)}`
        return brokerError(topic?.errorCode || errorCodes.UNKNOWN_TOPIC_OR_PARTITION, `${what}${hint}`)
      }
      const { leaderId, errorCode } = found
      const broker = client.brokers.get(leaderId)
      if (broker !== undefined) return broker
      const who = leaderId < 0 ? '' : ` (its leader, node ${leaderId}, is not among the live brokers)`
      return brokerError(errorCode || errorCodes.LEADER_NOT_AVAILABLE, `${what}${who}`)
    })
  }
}

/** Where to find the coordinators of groups or transactional ids. */
export function atCoordinators<Item>(
  { client, signal }: AdminCall,
  kind: CoordinatorKind,
  key: (item: Item) => string,
) {
  return (items: readonly Item[]): Promise<(Broker | KafkaError)[]> =>
    findCoordinators(client, kind, items.map(key), signal)
}

/** Where to find brokers by their node ids. */
export function atBrokers<Item>({ client }: AdminCall, id: (item: Item) => number) {
  return async (items: readonly Item[]): Promise<(Broker | KafkaError)[]> =>
    items.map(item => client.brokers.get(id(item)) ?? noSuchBroker(client, id(item)))
}

/** The node ids of all live brokers. */
export async function liveBrokers({ client, signal }: AdminCall): Promise<number[]> {
  const { brokers } = await client.metadata.ready(signal)
  return [...brokers.keys()].sort((a, b) => a - b)
}

/** Partitions by topic, in the form that most requests have them in. */
export function byTopic<P extends TopicPartition, T>(
  partitions: readonly P[],
  each: (partition: P) => T,
): { name: string; partitions: T[] }[] {
  const topics = new Map<string, T[]>()
  for (const partition of partitions) {
    const list = topics.get(partition.topic) ?? []
    topics.set(partition.topic, list)
    list.push(each(partition))
  }
  return Array.from(topics, ([name, partitions]) => ({ name, partitions }))
}

/** Finds what an answer says of a partition. */
export function partitionIndex<P>(
  topics: readonly {
    readonly name: string
    readonly partitions: readonly (P & { readonly partitionIndex: number })[]
  }[],
): (partition: TopicPartition) => (P & { readonly partitionIndex: number }) | undefined {
  const found = new Map(
    topics.flatMap(({ name: topic, partitions }) =>
      partitions.map(each => [partitionName({ topic, partition: each.partitionIndex }), each] as const),
    ),
  )
  return partition => found.get(partitionName(partition))
}
