import type { TimestampType } from '../records/batch-header.ts'
import type { RecordBatchInfo } from '../records/batch-info.ts'
import type { RecordHeaders } from '../records/headers.ts'
import { type RecordJson, recordToJson } from '../records/record.ts'
import type { RecordBatch } from '../records/record-batch.ts'

/** Where a message comes from. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A message as JSON: the offset as a string, the bytes as UTF-8 text. */
export interface MessageJson extends RecordJson, TopicPartition {}

/**
 * A message that was read. `key` and `value` are views of the memory that it was fetched into, made anew each time they are
 * asked for: take each into a variable when it is needed twice, and copy (`Buffer.from(value)`) what is to be kept for
 * long, since a view keeps all that came with it in memory.
 */
export class Message implements TopicPartition {
  // Not a KafkaRecord, though it has the same properties: a derived class takes five times as long to construct.
  readonly #batch: RecordBatch
  readonly #index: number
  readonly #from: TopicPartition

  /** @internal */
  constructor(batch: RecordBatch, index: number, from: TopicPartition) {
    this.#batch = batch
    this.#index = index
    this.#from = from
  }

  get topic(): string {
    return this.#from.topic
  }

  get partition(): number {
    return this.#from.partition
  }

  get offset(): bigint {
    return this.#batch.offsetAt(this.#index)
  }

  /** Milliseconds since 1970; -1 where there is none. */
  get timestamp(): number {
    return this.#batch.timestampAt(this.#index)
  }

  /** Whether the producer or the broker set the timestamp. */
  get timestampType(): TimestampType {
    return this.#batch.timestampType
  }

  get key(): Buffer | null {
    return this.#batch.keyAt(this.#index)
  }

  /** Null is a tombstone; an empty value is an empty Buffer. */
  get value(): Buffer | null {
    return this.#batch.valueAt(this.#index)
  }

  get headers(): RecordHeaders {
    return this.#batch.headersAt(this.#index)
  }

  /** The epoch of the leader that the message was appended by; -1 where that is not known. */
  get leaderEpoch(): number {
    return this.#batch.partitionLeaderEpoch
  }

  /** What is known of the batch that it came in. */
  get batch(): RecordBatchInfo {
    return this.#batch
  }

  /** For logs: the offset as a string, since JSON has no bigint; key, value and header values as UTF-8 text. */
  toJSON(): MessageJson {
    return { topic: this.topic, partition: this.partition, ...recordToJson(this) }
  }
}
