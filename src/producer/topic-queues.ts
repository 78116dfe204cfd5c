import type { TopicSnapshot } from '../cluster/snapshot.ts'
import type { Batch, BatchQueue } from './batch.ts'
import { PartitionQueue } from './partition-queue.ts'
import type { TopicChooser, TopicLoad } from './partitioners/chooser.ts'

/** What the producer has of one topic. */
export class TopicQueues implements TopicLoad {
  readonly name: string
  /** The newest view of it; undefined while it is not known. */
  snapshot: TopicSnapshot | undefined
  readonly chooser: TopicChooser
  readonly #queues: BatchQueue[] = []

  constructor(name: string, makeChooser: (load: TopicLoad) => TopicChooser) {
    this.name = name
    this.chooser = makeChooser(this)
  }

  queue(partition: number): BatchQueue {
    const known = this.#queues[partition]
    if (known !== undefined) return known
    const queue = new PartitionQueue<Batch>(this.name, partition)
    this.#queues[partition] = queue
    return queue
  }

  /** All that were asked for so far. */
  get queues(): BatchQueue[] {
    return Object.values(this.#queues)
  }

  queuedBatches(partition: number): number {
    return this.#queues[partition]?.batches.size ?? 0
  }

  isFilling(partition: number): boolean {
    return this.#queues[partition]?.open !== undefined
  }
}
