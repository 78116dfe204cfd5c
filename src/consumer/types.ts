import type { StartOffset } from '../cluster/list-offset.ts'
import type { Message, TopicPartition } from './message.ts'

export interface ConsumePartitionOptions {
  /** Default `consumer.offsets.initial`. */
  readonly from?: StartOffset | undefined
  /** Ends the iteration, as `close()` does. */
  readonly signal?: AbortSignal | undefined
}

/** A partition to read, and from where. */
export interface PartitionStart extends TopicPartition {
  /** Default: what the call says for all. */
  readonly from?: StartOffset | undefined
}

export interface ConsumeOptions {
  /** Where partitions begin that do not say so themselves. Default `consumer.offsets.initial`. */
  readonly from?: StartOffset | undefined
  /** Ends the iteration, as `close()` does. */
  readonly signal?: AbortSignal | undefined
}

/** Sees each message before the user does. */
export interface ConsumerInterceptor<K = Buffer, V = Buffer> {
  /**
   * Answers the message to hand out instead, such as `message.copy({ value })`, or nothing where it may stay as it is. What it
   * throws is logged, and the message is handed out as it was, as Java does.
   */
  // biome-ignore lint/suspicious/noConfusingVoidType: one that only looks at messages need not return anything
  onConsume(message: Message<K, V>): Message<K, V> | void
}

/**
 * What becomes of a message whose key or value a deserializer cannot read. `'throw'` ends the iteration with the
 * {@link DeserializationError}, after the messages before it; `'skip'` leaves the message out. A function decides for each, and
 * can put the message away: it gets the error, and the message with the bytes as they came.
 */
export type OnDeserializationError = 'throw' | 'skip' | ((error: Error, message: Message) => 'throw' | 'skip')
