import type { TopicSnapshot } from '../../cluster/snapshot.ts'
import type { MakeChooser, TopicChooser, TopicLoad } from './chooser.ts'
import type { PartitionerMessage, PartitionerObject } from './partitioner.ts'

// Not a property of theirs, so that a copy with changes (`{ ...hash(), requiresConsistency: false }`) goes by the changes.
const makers = new WeakMap<object, MakeChooser>()

/** How a partitioner of samsa's own makes its choosers; undefined for users' own. */
export function builtInMaker(partitioner: object): MakeChooser | undefined {
  return makers.get(partitioner)
}

/** A partitioner of samsa's own: a producer takes its choosers, which know more and cost less; others may call it. */
export function builtIn(
  make: MakeChooser,
  requiresConsistency: NonNullable<PartitionerObject['requiresConsistency']>,
): PartitionerObject {
  const alone = new Map<string, { readonly chooser: TopicChooser; topic: TopicSnapshot }>()
  const partition = (message: PartitionerMessage, partitions: number): number => {
    const { topic: name, key, value } = message
    let known = alone.get(name)
    if (known === undefined) {
      known = { chooser: make(idle, Math.random), topic: writableTopic(name, partitions) }
      alone.set(name, known)
    }
    if (known.topic.partitions.length !== partitions) known.topic = writableTopic(name, partitions)
    const chosen = known.chooser.choose(key, message, known.topic)
    known.chooser.onAppended?.((key?.length ?? 0) + (value?.length ?? 0))
    return chosen
  }
  const partitioner = Object.freeze({ partition, requiresConsistency })
  makers.set(partitioner, make)
  return partitioner
}

/** A partitioner of samsa's own that is something else as well. */
export function withMore<T extends object>(partitioner: PartitionerObject, more: T): PartitionerObject & T {
  const both = Object.freeze({ ...partitioner, ...more })
  makers.set(both, makers.get(partitioner)!)
  return both
}

const idle: TopicLoad = { queuedBatches: () => 0, isFilling: () => false }

/** A topic of which no more is known than how many partitions may be chosen. */
function writableTopic(name: string, count: number): TopicSnapshot {
  const partitions = Array.from({ length: count }, (_, partition) => ({
    partition,
    leader: 0,
    leaderEpoch: -1,
    errorCode: 0,
    replicas: [],
    isr: [],
    offlineReplicas: [],
  }))
  return { name, topicId: '00000000-0000-0000-0000-000000000000', isInternal: false, partitions }
}
