import type { TimestampType } from './batch-header.ts'
import type { RecordBatchInfo } from './batch-info.ts'
import type { RecordHeaders } from './headers.ts'

/**
 * Single fields of the records of a batch, each by the record's index from 0 to the count - 1, without an object a record.
 * The index is not checked.
 */
export interface RecordFields extends RecordBatchInfo {
  offsetAt(index: number): bigint
  timestampAt(index: number): number
  keyAt(index: number): Buffer | null
  valueAt(index: number): Buffer | null
  headersAt(index: number): RecordHeaders
}

/**
 * One record of a batch. It holds nothing but its place in the batch: every property is read when asked for. `key` and
 * `value` are views of the batch's memory, made anew each time; take each into a variable when it is needed twice, and
 * copy what is to be kept for long, since a view keeps the whole response that it came with in memory.
 *
 * Layers that know more (a topic and a partition) have a class of their own, see `RecordBatch.read`.
 */
export class KafkaRecord {
  readonly #batch: RecordFields
  readonly #index: number

  constructor(batch: RecordFields, index: number) {
    this.#batch = batch
    this.#index = index
  }

  /** What is known of the batch that it came in. */
  get batch(): RecordBatchInfo {
    return this.#batch
  }

  get offset(): bigint {
    return this.#batch.offsetAt(this.#index)
  }

  /** Milliseconds since 1970; -1 for none. Beyond 2^53 it is the nearest number. */
  get timestamp(): number {
    return this.#batch.timestampAt(this.#index)
  }

  get timestampType(): TimestampType {
    return this.#batch.timestampType
  }

  /** The epoch of the leader that the record was appended by; -1 where that is not known. */
  get leaderEpoch(): number {
    return this.#batch.partitionLeaderEpoch
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

  /** For logs: the offset as a string, since JSON has no bigint; key, value and header values as UTF-8 text. */
  toJSON(): RecordJson {
    return recordToJson(this)
  }
}

/** What {@link KafkaRecord.toJSON} gives. */
export interface RecordJson {
  offset: string
  timestamp: number
  key: string | null
  value: string | null
  headers: [name: string, value: string | null][]
}

/** What everything that has a record's properties is as JSON. */
export function recordToJson({
  offset,
  timestamp,
  key,
  value,
  headers,
}: Pick<KafkaRecord, 'offset' | 'timestamp' | 'key' | 'value' | 'headers'>): RecordJson {
  return {
    offset: String(offset),
    timestamp,
    key: key?.toString() ?? null,
    value: value?.toString() ?? null,
    headers: headers.toJSON(),
  }
}
