import { KafkaRecord, type RecordJson } from '../records/record.ts'
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
export class Message extends KafkaRecord implements TopicPartition {
  readonly #from: TopicPartition

  /** @internal */
  constructor(batch: RecordBatch, index: number, from: TopicPartition) {
    super(batch, index)
    this.#from = from
  }

  get topic(): string {
    return this.#from.topic
  }

  get partition(): number {
    return this.#from.partition
  }

  override toJSON(): MessageJson {
    return { topic: this.topic, partition: this.partition, ...super.toJSON() }
  }
}
