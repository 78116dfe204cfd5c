import { BatchIterator, MessageIterator } from './iterators.ts'
import type { Message, TopicPartition } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Outlet } from './outlet.ts'

/** What a merged consumer can do with its partitions. */
export interface MergedControls {
  /** Undefined for all, those too that are found later. */
  pause(partitions: readonly TopicPartition[] | undefined): void
  resume(partitions: readonly TopicPartition[] | undefined): void
}

/** What is behind the public interface of that name, whose description says what it does. */
export class MergedConsumer<K = Buffer, V = Buffer> implements AsyncIterable<Message<K, V>>, AsyncDisposable {
  readonly #outlet: Outlet<K, V>
  readonly #controls: MergedControls

  /** @internal */
  constructor(outlet: Outlet<K, V>, controls: MergedControls) {
    this.#outlet = outlet
    this.#controls = controls
  }

  /**
   * From now on nothing of these partitions is handed out, nor fetched, until {@link resume}; by default of all, those too that are
   * added to the topics later. The iteration goes on with the others, or waits.
   *
   * @throws {@link ConfigurationError} for a partition that it does not read.
   */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#controls.pause(partitions)
  }

  /** Ends a {@link pause}, by default of all. Throws as that does. */
  resume(partitions?: readonly TopicPartition[]): void {
    this.#controls.resume(partitions)
  }

  /** Batch by batch. Throws as {@link PartitionConsumer.batches} does, also when the loop of another iterator was left. */
  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    return new BatchIterator(this.#outlet)
  }

  /** Message by message. Throws as {@link MergedConsumer.batches} does. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message<K, V>> {
    return new MessageIterator(this.#outlet)
  }

  /** Ends the iteration and lets go of the partitions. */
  async close(): Promise<void> {
    this.#outlet.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
