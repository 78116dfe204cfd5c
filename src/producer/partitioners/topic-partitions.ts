import type { Snapshot, TopicSnapshot } from '../../cluster/snapshot.ts'
import type { PartitionerCluster } from './partitioner.ts'

interface Lists {
  readonly all: readonly number[]
  readonly writable: readonly number[]
}

const listsOf = new WeakMap<TopicSnapshot, Lists>()

/** The partition numbers of a topic, made once a snapshot. They are frozen, since users' partitioners get them. */
function lists(topic: TopicSnapshot): Lists {
  const known = listsOf.get(topic)
  if (known !== undefined) return known
  const all = Object.freeze(topic.partitions.map(({ partition }) => partition))
  const writable = Object.freeze(topic.partitions.filter(({ leader }) => leader >= 0).map(p => p.partition))
  const made = { all, writable }
  listsOf.set(topic, made)
  return made
}

/** The partitions among which messages without a key are spread: those with a leader. */
export function candidates(topic: TopicSnapshot): readonly number[] {
  const { all, writable } = lists(topic)
  // Without any leader every partition is as good as another: the batch waits for one.
  return writable.length > 0 ? writable : all
}

/** One of the {@link candidates}, each as likely as the others. */
export function randomCandidate(topic: TopicSnapshot, random: () => number): number {
  const among = candidates(topic)
  return among[Math.floor(random() * among.length)]!
}

export function isWritable(topic: TopicSnapshot, partition: number): boolean {
  return (topic.partitions[partition]?.leader ?? -1) >= 0
}

/** The newest snapshot as users' partitioners see it. */
export function clusterView(snapshot: () => Snapshot): PartitionerCluster {
  const find = (topic: string) => snapshot().topics.get(topic)
  const listsOfNamed = (name: string) => {
    const topic = find(name)
    return topic === undefined ? nothing : lists(topic)
  }
  return Object.freeze({
    partitions: (topic: string) => listsOfNamed(topic).all,
    writablePartitions: (topic: string) => listsOfNamed(topic).writable,
    leader: (topic: string, partition: number) => find(topic)?.partitions[partition]?.leader ?? -1,
  })
}

const nothing: Lists = { all: Object.freeze([]), writable: Object.freeze([]) }
