import { type InspectArguments, inspected } from '../util/inspected.ts'
import type { Message, TopicPartition } from './message.ts'

/**
 * Messages of one partition that were written together. Iterating over them is synchronous, which costs a small part of what an
 * await a message does.
 */
export interface MessageBatch<K = Buffer, V = Buffer> extends Iterable<Message<K, V>>, TopicPartition {
  /** The number of messages; offsets may have gaps. */
  readonly size: number
  /** The offset of the first message. */
  readonly firstOffset: bigint
  /** The offset of the last message. */
  readonly lastOffset: bigint
  /** Where reading goes on after this batch: what to commit once it is processed. */
  readonly nextOffset: bigint
  /** The offset after the last message that consumers may see, when this was fetched. */
  readonly highWatermark: bigint
  /** The size of the batch as it was fetched, before decompression. */
  readonly sizeBytes: number
  /** The message at an index, from the end where that is negative; undefined where there is none. */
  at(index: number): Message<K, V> | undefined
  [Symbol.iterator](): IterableIterator<Message<K, V>>
}

/** A batch as iterators have it: they may hand out a part of it and keep the rest for later. */
export interface Portionable<K, V> extends MessageBatch<K, V> {
  /** The message at an index, which is not checked. */
  messageAt(index: number): Message<K, V>
  /** The batch without its first messages. */
  without(count: number): Portionable<K, V>
}

/** What `console.log` shows of a batch: its messages would be too many. */
export function inspectedBatch(batch: MessageBatch<unknown, unknown>, how: InspectArguments): string {
  const { topic, partition, size, firstOffset, lastOffset, nextOffset, highWatermark, sizeBytes } = batch
  const shown = { topic, partition, size, firstOffset, lastOffset, nextOffset, highWatermark, sizeBytes }
  return inspected('MessageBatch', shown, how)
}
