import type { RecordBatch } from '../records/record-batch.ts'
import { type InspectArguments, inspectCustom } from '../util/inspected.ts'
import { FetchedMessage } from './fetched-message.ts'
import type { Message, TopicPartition } from './message.ts'
import { inspectedBatch, type Portionable } from './message-batch.ts'

/** A batch as it was fetched: messages are made when they are asked for. */
export class FetchedBatch implements Portionable<Buffer, Buffer> {
  readonly topic: string
  readonly partition: number
  readonly highWatermark: bigint
  readonly #records: RecordBatch
  /** The index in `#records` of the first message that was asked for. */
  readonly #from: number

  /** The records must have been loaded. */
  constructor({ topic, partition }: TopicPartition, records: RecordBatch, from: number, highWatermark: bigint) {
    this.topic = topic
    this.partition = partition
    this.highWatermark = highWatermark
    this.#records = records
    this.#from = from
  }

  get size(): number {
    return this.#records.count - this.#from
  }

  get firstOffset(): bigint {
    return this.#records.offsetAt(this.#from)
  }

  get lastOffset(): bigint {
    return this.#records.offsetAt(this.#records.count - 1)
  }

  get nextOffset(): bigint {
    return this.#records.nextOffset
  }

  get sizeBytes(): number {
    return this.#records.sizeBytes
  }

  at(index: number): Message | undefined {
    const i = index < 0 ? this.size + index : index
    return i >= 0 && i < this.size ? this.messageAt(i) : undefined
  }

  messageAt(index: number): Message {
    return new FetchedMessage(this.#records, this.#from + index, this)
  }

  without(count: number): FetchedBatch {
    return new FetchedBatch(this, this.#records, this.#from + count, this.highWatermark)
  }

  [Symbol.iterator](): IterableIterator<Message> {
    return this.#records.read(FetchedMessage, this, this.#from)
  }

  [inspectCustom](...how: InspectArguments): string {
    return inspectedBatch(this, how)
  }
}
