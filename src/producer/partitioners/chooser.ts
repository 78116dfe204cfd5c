import type { TopicSnapshot } from '../../cluster/snapshot.ts'
import type { PartitionerMessage } from './partitioner.ts'

/** Chooses the partitions of one producer's messages to one topic. */
export interface TopicChooser {
  /** The partition of a message that names none. */
  choose(key: string | Uint8Array | null, message: PartitionerMessage, topic: TopicSnapshot): number
  /** Where it is there it must be told the size of each message that it has just placed, before it places the next. */
  readonly onAppended?: ((bytes: number) => void) | undefined
}

/** What a producer knows of its queues for one topic. */
export interface TopicLoad {
  /** The batches of a partition that are not on their way yet, the open one included. */
  queuedBatches(partition: number): number
  /** Whether the last of them still takes messages. */
  isFilling(partition: number): boolean
}

/** Makes the chooser for one topic. `random` is like `Math.random`. */
export type MakeChooser = (load: TopicLoad, random: () => number) => TopicChooser
