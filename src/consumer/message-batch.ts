import type { RecordBatch } from '../records/record-batch.ts'
import { Message, type TopicPartition } from './message.ts'

/**
 * Messages that were written together. Iterating over them is synchronous, which costs a small part of what an await a
 * message does.
 */
export class MessageBatch implements Iterable<Message>, TopicPartition {
  readonly topic: string
  readonly partition: number
  /** The offset after the last message that consumers may see, when this was fetched. */
  readonly highWatermark: bigint
  readonly #records: RecordBatch
  /** The index in `#records` of the first message that was asked for. */
  readonly #from: number

  /** @internal Loads the records: throws ProtocolError when they are damaged. */
  constructor({ topic, partition }: TopicPartition, records: RecordBatch, startOffset: bigint, highWatermark: bigint) {
    this.topic = topic
    this.partition = partition
    this.highWatermark = highWatermark
    this.#records = records
    this.#from = records.indexOf(startOffset)
  }

  /** The number of messages; offsets may have gaps. */
  get size(): number {
    return this.#records.count - this.#from
  }

  /** The offset of the first message. */
  get firstOffset(): bigint {
    return this.#records.offsetAt(this.#from)
  }

  /** The offset of the last message. */
  get lastOffset(): bigint {
    return this.#records.offsetAt(this.#records.count - 1)
  }

  /** Where reading goes on after this batch: what to commit once it is processed. */
  get nextOffset(): bigint {
    return this.#records.nextOffset
  }

  /** The size of the batch as it was fetched, before decompression. */
  get sizeBytes(): number {
    return this.#records.sizeBytes
  }

  /** The message at an index, from the end where that is negative; undefined where there is none. */
  at(index: number): Message | undefined {
    const i = index < 0 ? this.size + index : index
    return i >= 0 && i < this.size ? new Message(this.#records, this.#from + i, this) : undefined
  }

  [Symbol.iterator](): IterableIterator<Message> {
    return this.#records.read(Message, this, this.#from)
  }
}
