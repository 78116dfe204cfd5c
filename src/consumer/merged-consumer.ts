import { BatchIterator, MessageIterator } from './iterators.ts'
import type { Message, TopicPartition } from './message.ts'
import type { MessageBatch } from './message-batch.ts'
import type { Lane, Outlet } from './outlet.ts'
import type { PausedAhead } from './paused-ahead.ts'
import { byPartition, highWatermarkOf, lagOf, positionOf } from './progress.ts'

/** What a merged consumer knows of its partitions, and can do with them. */
export interface MergedControls<K, V> {
  /** Of the partitions that were found so far. */
  readonly lanes: readonly Lane<K, V>[]
  readonly ahead: PausedAhead
  readonly isReadCommitted: boolean
  /** Pauses or resumes; undefined for all, those too that are found later. */
  turn(partitions: readonly TopicPartition[] | undefined, isPaused: boolean): void
}

/** What is behind the public interface of that name, whose description says what it does. */
export class MergedConsumer<K = Buffer, V = Buffer> implements AsyncIterable<Message<K, V>>, AsyncDisposable {
  readonly #outlet: Outlet<K, V>
  readonly #controls: MergedControls<K, V>

  /** @internal */
  constructor(outlet: Outlet<K, V>, controls: MergedControls<K, V>) {
    this.#outlet = outlet
    this.#controls = controls
  }

  /** By topic and partition: the offset after the last message, or the last batch, that was handed out, as far as it is known. */
  positions(): Map<string, Map<number, bigint>> {
    return byPartition(this.#controls.lanes, positionOf)
  }

  /** By topic and partition: the offset after the last message that is on all in-sync replicas, as of the last fetch. */
  highWatermarks(): Map<string, Map<number, bigint>> {
    return byPartition(this.#controls.lanes, highWatermarkOf)
  }

  /** How many offsets there are to the ends of all partitions, as of the last fetch of each; undefined until that of all of them. */
  get lag(): bigint | undefined {
    const { lanes, ahead, isReadCommitted } = this.#controls
    if (ahead.isAwaiting) return undefined
    let sum = 0n
    for (const lane of lanes) {
      const lag = lagOf(lane, isReadCommitted)
      if (lag === undefined) return undefined
      sum += lag
    }
    return sum
  }

  /** Whether all partitions are paused, those too that are being looked up. */
  get isPaused(): boolean {
    const { lanes, ahead } = this.#controls
    return lanes.every(({ feed }) => feed.isPaused) && (ahead.isAllPaused || (lanes.length > 0 && !ahead.isAwaiting))
  }

  /**
   * From now on nothing of these partitions is handed out, nor fetched, until {@link resume}; by default of all, those too that are
   * added to the topics later. The iteration goes on with the others, or waits. Partitions of a topic that is still being looked up
   * may be named: they begin paused.
   *
   * @throws {@link ConfigurationError} for a partition that it does not read · {@link ClosedError} when it has ended.
   */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#outlet.checkOpen()
    this.#controls.turn(partitions, true)
  }

  /** Ends a {@link pause}, by default of all. Throws as that does. */
  resume(partitions?: readonly TopicPartition[]): void {
    this.#outlet.checkOpen()
    this.#controls.turn(partitions, false)
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
