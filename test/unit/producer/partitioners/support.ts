import type { TopicSnapshot } from '../../../../src/cluster/snapshot.ts'
import type { TopicLoad } from '../../../../src/producer/partitioners/chooser.ts'
import { chooserFor } from '../../../../src/producer/partitioners/chooser-for.ts'
import type {
  Partitioner,
  PartitionerCluster,
  PartitionerMessage,
} from '../../../../src/producer/partitioners/partitioner.ts'

/** A topic whose partitions have these leaders; -1 for none. */
export function topicOf(leaders: readonly number[], name = 't'): TopicSnapshot {
  const partitions = leaders.map((leader, partition) => ({
    partition,
    leader,
    leaderEpoch: 0,
    errorCode: 0,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
  }))
  return { name, topicId: '00000000-0000-0000-0000-000000000001', isInternal: false, partitions }
}

/** A topic with so many partitions, all writable. */
export const writableTopic = (count: number, name?: string): TopicSnapshot => topicOf(Array(count).fill(1), name)

type Fields = Partial<Omit<PartitionerMessage, 'topic'>>

interface Setting {
  readonly load?: Partial<TopicLoad>
  readonly cluster?: PartitionerCluster
  /** What the random source gives, one after the other, and then again from the start. */
  readonly random?: readonly number[]
}

const unknownCluster: PartitionerCluster = { partitions: () => [], writablePartitions: () => [], leader: () => -1 }

/** A partitioner as a producer uses it: gives the partition of a message, which then counts as so many bytes. */
export function place(partitioner: Partitioner, { load, cluster = unknownCluster, random }: Setting = {}) {
  let calls = 0
  const source = random === undefined ? Math.random : () => random[calls++ % random.length]!
  const chooser = chooserFor(partitioner, { queuedBatches: () => 0, isFilling: () => false, ...load }, cluster, source)
  return (topic: TopicSnapshot, fields: Fields = {}, bytes = 0): number => {
    const message = { topic: topic.name, key: null, value: null, ...fields }
    const partition = chooser.choose(message.key, message, topic)
    chooser.onAppended?.(bytes)
    return partition
  }
}

/** Every partition that comes up when this is asked 1,000 times. */
export const seen = (choose: () => number): number[] =>
  [...new Set(Array.from({ length: 1000 }, choose))].sort((a, b) => a - b)
