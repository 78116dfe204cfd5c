import type { Address } from '../network/address.ts'
import type { Response } from '../protocol/api.ts'
import type { Metadata } from '../protocol/messages/metadata.ts'

export interface BrokerNode extends Address {
  readonly nodeId: number
  readonly rack: string | null
}

export interface PartitionSnapshot {
  readonly partition: number
  /** The node id of the partition leader, -1 while there is none. */
  readonly leader: number
  /** -1 where the broker does not tell. */
  readonly leaderEpoch: number
  readonly errorCode: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
}

export interface TopicSnapshot {
  readonly name: string
  /** The zero UUID where the broker does not tell. */
  readonly topicId: string
  readonly isInternal: boolean
  /** By partition number, without gaps. */
  readonly partitions: readonly PartitionSnapshot[]
}

/** A view of the cluster at one time. It never changes; a refresh makes a new one. */
export interface Snapshot {
  readonly clusterId: string | null
  readonly controllerId: number
  readonly brokers: ReadonlyMap<number, BrokerNode>
  readonly topics: ReadonlyMap<string, TopicSnapshot>
  /** Why the topics that were asked for and are not there are not there: the broker's error codes. */
  readonly topicErrors: ReadonlyMap<string, number>
}

export const emptySnapshot: Snapshot = {
  clusterId: null,
  controllerId: -1,
  brokers: new Map(),
  topics: new Map(),
  topicErrors: new Map(),
}

/**
 * The view after a metadata response: what it tells replaces what was known. Topics that it leaves out stay as they were,
 * unless it was asked for all of them.
 */
export function nextSnapshot(before: Snapshot, answer: Response<typeof Metadata>, ofAllTopics: boolean): Snapshot {
  const brokers = new Map(answer.brokers.map(broker => [broker.nodeId, broker]))
  const topics = new Map(ofAllTopics ? [] : before.topics)
  const topicErrors = new Map(before.topicErrors)
  for (const { name, topicId, isInternal, errorCode, partitions } of answer.topics) {
    if (name === null) continue
    if (errorCode === 0) {
      topics.set(
        name,
        nextTopic(before.topics.get(name), { name, topicId, isInternal, partitions: partitions.map(toPartition) }),
      )
      topicErrors.delete(name)
    } else {
      topics.delete(name)
      topicErrors.set(name, errorCode)
    }
  }
  return { clusterId: answer.clusterId, controllerId: answer.controllerId, brokers, topics, topicErrors }
}

type PartitionAnswer = Response<typeof Metadata>['topics'][number]['partitions'][number]

function toPartition(answer: PartitionAnswer): PartitionSnapshot {
  return {
    partition: answer.partitionIndex,
    leader: answer.leaderId,
    leaderEpoch: answer.leaderEpoch,
    errorCode: answer.errorCode,
    replicas: answer.replicaNodes,
    isr: answer.isrNodes,
    offlineReplicas: answer.offlineReplicas,
  }
}

/** A broker that lags behind must not take us back to an older leader (KIP-320), unless the topic was made anew. */
function nextTopic(before: TopicSnapshot | undefined, after: TopicSnapshot): TopicSnapshot {
  const partitions = [...after.partitions].sort((a, b) => a.partition - b.partition)
  if (before === undefined || before.topicId !== after.topicId) return { ...after, partitions }
  const newest = partitions.map(partition => {
    const known = before.partitions[partition.partition]
    return known !== undefined && known.leaderEpoch > partition.leaderEpoch && partition.leaderEpoch >= 0
      ? known
      : partition
  })
  return { ...after, partitions: newest }
}

/** What a broker that does not lead a partition any more tells of who does (KIP-951). */
export interface LeaderHint {
  readonly topic: string
  readonly partition: number
  /** The node id of the leader. */
  readonly leaderId: number
  readonly leaderEpoch: number
}

/**
 * The view with the leaders of these hints, as far as they are news: a partition that is known, an epoch that is newer than
 * the known one, and a leader whose address is known or among the endpoints. The very same view where nothing is.
 */
export function withLeaders(
  before: Snapshot,
  hints: readonly LeaderHint[],
  endpoints: readonly BrokerNode[],
): Snapshot {
  const brokers = new Map(before.brokers)
  const topics = new Map(before.topics)
  const told = new Map(endpoints.map(endpoint => [endpoint.nodeId, endpoint]))
  let isNews = false
  for (const { topic, partition, leaderId, leaderEpoch } of hints) {
    const known = topics.get(topic)
    const old = known?.partitions[partition]
    // Who tells of a newer epoch knows the address of its leader best.
    const leader = told.get(leaderId) ?? brokers.get(leaderId)
    if (known === undefined || old === undefined || leader === undefined || leaderEpoch <= old.leaderEpoch) continue
    isNews = true
    brokers.set(leaderId, leader)
    topics.set(topic, {
      ...known,
      partitions: known.partitions.with(partition, { ...old, leader: leaderId, leaderEpoch, errorCode: 0 }),
    })
  }
  return isNews ? { ...before, brokers, topics } : before
}

/** The view without some topics. */
export function withoutTopics(before: Snapshot, names: Iterable<string>): Snapshot {
  const topics = new Map(before.topics)
  for (const name of names) topics.delete(name)
  return { ...before, topics }
}
