import type { Message, TopicPartition } from '../../consumer/message.ts'
import type { MessageBatch } from '../../consumer/message-batch.ts'
import { PlainMessage } from '../../consumer/plain-message.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import { decodeRecordBatches } from '../../records/batch-decoder.ts'
import { encodeRecordBatch } from '../../records/encode-record-batch.ts'
import type { RecordData } from '../../records/record-data.ts'

/** A message for who reads from a mock. */
export interface YieldedMessage<K, V> {
  /** Default null. */
  readonly key?: K | null
  /** Default null, a tombstone. */
  readonly value?: V | null
  readonly headers?: Iterable<readonly [name: string, value: RecordData]>
  /** Milliseconds since 1970. Default: now. */
  readonly timestamp?: number
  /** Default: the one after the message before. There may be gaps, but no way back. */
  readonly offset?: bigint
}

/** Messages of one partition, as one batch from `nextOffset` on. */
export function batchOf<K, V>(
  { topic, partition }: TopicPartition,
  given: readonly YieldedMessage<K, V>[],
  nextOffset: bigint,
): Message<K, V>[] {
  const { offset = nextOffset } = given[0]!
  if (offset < nextOffset) {
    const problem = `must be at least ${nextOffset} in ${topic}-${partition}, not ${offset}`
    throw new ConfigurationError([{ option: 'message.offset', problem }])
  }
  const now = Date.now()
  // Values may be anything; the rest is what a broker would have sent.
  const records = given.map(({ headers, timestamp = now, offset }) => ({
    timestamp,
    ...(headers !== undefined && { headers }),
    ...(offset !== undefined && { offset }),
  }))
  const [batch] = decodeRecordBatches(encodeRecordBatch(records, { baseOffset: offset }))
  return Array.from(batch!, ({ offset, timestamp, timestampType, headers, leaderEpoch }, i) => {
    const { key = null, value = null } = given[i]!
    const origin = { topic, partition, offset, timestamp, timestampType, headers, leaderEpoch, batch: batch! }
    return new PlainMessage(origin, key, value)
  })
}

/** Messages that are handed out together. */
export class YieldedBatch<K, V> implements MessageBatch<K, V> {
  readonly topic: string
  readonly partition: number
  readonly size: number
  readonly firstOffset: bigint
  readonly lastOffset: bigint
  readonly nextOffset: bigint
  readonly highWatermark: bigint
  readonly sizeBytes: number
  readonly #messages: readonly Message<K, V>[]

  constructor(messages: readonly Message<K, V>[], highWatermark: bigint) {
    const [first, last] = [messages[0]!, messages.at(-1)!]
    this.#messages = messages
    this.topic = first.topic
    this.partition = first.partition
    this.size = messages.length
    this.firstOffset = first.offset
    this.lastOffset = last.offset
    this.nextOffset = last.offset + 1n
    this.highWatermark = highWatermark
    this.sizeBytes = first.batch.sizeBytes
  }

  at(index: number): Message<K, V> | undefined {
    return this.#messages.at(index)
  }

  [Symbol.iterator](): IterableIterator<Message<K, V>> {
    return this.#messages[Symbol.iterator]()
  }
}
