import type { TimestampType } from '../records/batch-header.ts'
import type { RecordBatchInfo } from '../records/batch-info.ts'
import type { RecordHeaders } from '../records/headers.ts'
import type { RecordBatch } from '../records/record-batch.ts'
import { type InspectArguments, inspectCustom, inspected } from '../util/inspected.ts'
import { type Message, type MessageChanges, type MessageJson, messageToJson, type TopicPartition } from './message.ts'
import { copyOf } from './plain-message.ts'

/** A message as it was fetched: it holds nothing but its place in the batch, every property is read when asked for. */
export class FetchedMessage implements Message {
  // Not a KafkaRecord, though it has the same properties: a derived class takes five times as long to construct.
  readonly #batch: RecordBatch
  readonly #index: number
  readonly #from: TopicPartition

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

  /** As a number, which costs less than a bigint; beyond 2^53 it is not exact. */
  get offsetNumber(): number {
    return this.#batch.offsetNumberAt(this.#index)
  }

  get timestamp(): number {
    return this.#batch.timestampAt(this.#index)
  }

  get timestampType(): TimestampType {
    return this.#batch.timestampType
  }

  get key(): Buffer | null {
    return this.#batch.keyAt(this.#index)
  }

  get value(): Buffer | null {
    return this.#batch.valueAt(this.#index)
  }

  get headers(): RecordHeaders {
    return this.#batch.headersAt(this.#index)
  }

  get leaderEpoch(): number {
    return this.#batch.partitionLeaderEpoch
  }

  get batch(): RecordBatchInfo {
    return this.#batch
  }

  copy<K = Buffer, V = Buffer>(changes?: MessageChanges<K, V>): Message<K, V> {
    return copyOf(this, changes)
  }

  toJSON(): MessageJson {
    return messageToJson<Buffer, Buffer>(this)
  }

  [inspectCustom](...how: InspectArguments): string {
    return inspected('Message', this.toJSON(), how)
  }
}

/** The offset of a message as a number, without a bigint where it needs none; beyond 2^53 it is not exact. */
export function offsetNumber(message: Message<unknown, unknown>): number {
  return message instanceof FetchedMessage ? message.offsetNumber : Number(message.offset)
}
