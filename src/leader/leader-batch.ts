import { AbortedTransactions } from '../consumer/aborted.ts'
import { FetchedMessage } from '../consumer/fetched-message.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import type { Response } from '../protocol/api.ts'
import type { Fetch } from '../protocol/messages/fetch.ts'
import { type DecodeRecordBatchesOptions, decodeRecordBatches } from '../records/batch-decoder.ts'

type Fetched = Response<typeof Fetch>['responses'][number]['partitions'][number]

/** All messages that one fetch brought, from the offset on that was asked for. */
export class LeaderBatch implements MessageBatch {
  readonly topic: string
  readonly partition: number
  readonly nextOffset: bigint
  readonly highWatermark: bigint
  readonly sizeBytes: number
  readonly #messages: readonly Message[]

  private constructor({ topic, partition }: TopicPartition, messages: readonly Message[], facts: Facts) {
    this.topic = topic
    this.partition = partition
    this.#messages = messages
    this.nextOffset = facts.nextOffset
    this.highWatermark = facts.highWatermark
    this.sizeBytes = facts.sizeBytes
  }

  /**
   * Reads what a fetch brought.
   *
   * @throws ProtocolError where it is damaged.
   */
  static read(
    from: TopicPartition,
    offset: bigint,
    fetched: Fetched,
    options: DecodeRecordBatchesOptions,
  ): LeaderBatch {
    const { records, highWatermark, abortedTransactions } = fetched
    const aborted = new AbortedTransactions(abortedTransactions ?? [])
    const messages: Message[] = []
    let nextOffset = offset
    for (const batch of decodeRecordBatches(records ?? Buffer.alloc(0), options)) {
      const isHidden = aborted.hides(batch, () => batch)
      // A broker may give a batch that begins before the offset, and one that ends there when it was compacted.
      if (batch.nextOffset <= offset) continue
      nextOffset = batch.nextOffset
      if (isHidden || batch.isControl) continue
      batch.load()
      for (let i = 0; i < batch.count; i++) {
        if (batch.offsetAt(i) >= offset) messages.push(new FetchedMessage(batch, i, from))
      }
    }
    return new LeaderBatch(from, messages, { nextOffset, highWatermark, sizeBytes: records?.length ?? 0 })
  }

  get size(): number {
    return this.#messages.length
  }

  get firstOffset(): bigint {
    return this.#messages[0]!.offset
  }

  get lastOffset(): bigint {
    return this.#messages.at(-1)!.offset
  }

  at(index: number): Message | undefined {
    return this.#messages.at(index)
  }

  [Symbol.iterator](): IterableIterator<Message> {
    return this.#messages[Symbol.iterator]()
  }
}

interface Facts {
  readonly nextOffset: bigint
  readonly highWatermark: bigint
  readonly sizeBytes: number
}
