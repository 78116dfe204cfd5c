import type { TimestampType } from '../records/batch-header.ts'
import type { RecordBatchInfo } from '../records/batch-info.ts'
import type { RecordHeaders } from '../records/headers.ts'

/** Where a message comes from. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** What a copy of a message has instead of what the message has. */
export interface MessageChanges<K, V> {
  readonly key?: K | null
  readonly value?: V | null
}

/**
 * A message that was read. `K` and `V` are what the consumer's deserializers make of keys and values.
 *
 * Without a deserializer `key` and `value` are views of the memory that the message was fetched into, made anew each time they
 * are asked for: take each into a variable when it is needed twice. They are good for as long as they are held, but a view
 * keeps the whole batch in memory that it came in, or up to 1 MiB of several. Of what is kept for long keep a {@link copy}.
 */
export interface Message<K = Buffer, V = Buffer> extends TopicPartition {
  readonly offset: bigint
  /** Milliseconds since 1970; -1 where there is none. */
  readonly timestamp: number
  /** Whether the producer or the broker set the timestamp. */
  readonly timestampType: TimestampType
  readonly key: K | null
  /** Null is a tombstone; an empty value is an empty Buffer. */
  readonly value: V | null
  readonly headers: RecordHeaders
  /** The epoch of the leader that the message was appended by; -1 where that is not known. */
  readonly leaderEpoch: number
  /** What is known of the batch that it came in. */
  readonly batch: RecordBatchInfo
  /**
   * The message with memory of its own, so that what it was fetched with can be freed: the bytes of key, value and headers are
   * copied, what a deserializer has made is taken over. Optionally with another key or value.
   */
  copy<K2 = K, V2 = V>(changes?: MessageChanges<K2, V2>): Message<K2, V2>
  /** For logs: the offset as a string, since JSON has no bigint; bytes as UTF-8 text. */
  toJSON(): MessageJson<K, V>
}

/** What a key or a value is as JSON: bytes are UTF-8 text, a bigint is a string, the rest is as it is. */
export type JsonOf<T> = T extends Uint8Array | bigint ? string : T

/** A message as JSON: the offset as a string, the bytes as UTF-8 text. */
export interface MessageJson<K = Buffer, V = Buffer> extends TopicPartition {
  offset: string
  timestamp: number
  key: JsonOf<K> | null
  value: JsonOf<V> | null
  headers: [name: string, value: string | null][]
}

/** What {@link Message.toJSON} gives. */
export function messageToJson<K, V>(message: Omit<Message<K, V>, 'toJSON' | 'copy'>): MessageJson<K, V> {
  const { topic, partition, offset, timestamp, key, value, headers } = message
  return {
    topic,
    partition,
    offset: String(offset),
    timestamp,
    key: jsonOf(key),
    value: jsonOf(value),
    headers: headers.toJSON(),
  }
}

function jsonOf<T>(data: T | null): JsonOf<T> | null {
  if (data instanceof Uint8Array) return Buffer.from(data.buffer, data.byteOffset, data.length).toString() as JsonOf<T>
  return (typeof data === 'bigint' ? String(data) : data) as JsonOf<T> | null
}
