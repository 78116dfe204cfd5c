import type { TimestampType } from '../records/batch-header.ts'
import type { RecordBatchInfo } from '../records/batch-info.ts'
import { NO_HEADERS, RecordHeaders } from '../records/headers.ts'
import { maxHeadersSize, writeHeaders } from '../records/record-encoding.ts'
import { lengthWidth } from '../records/varint.ts'
import { type InspectArguments, inspectCustom, inspected } from '../util/inspected.ts'
import { type Message, type MessageChanges, type MessageJson, messageToJson } from './message.ts'

/** The most that the number of headers takes. */
const MAX_COUNT_BYTES = 5

/** A message that holds its fields itself: one that was deserialized, or a copy. */
export class PlainMessage<K, V> implements Message<K, V> {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly timestamp: number
  readonly timestampType: TimestampType
  readonly key: K | null
  readonly value: V | null
  readonly headers: RecordHeaders
  readonly leaderEpoch: number
  readonly batch: RecordBatchInfo

  constructor(
    message: Omit<Message<unknown, unknown>, 'key' | 'value' | 'copy' | 'toJSON'>,
    key: K | null,
    value: V | null,
    headers: RecordHeaders = message.headers,
    batch: RecordBatchInfo = message.batch,
  ) {
    this.topic = message.topic
    this.partition = message.partition
    this.offset = message.offset
    this.timestamp = message.timestamp
    this.timestampType = message.timestampType
    this.key = key
    this.value = value
    this.headers = headers
    this.leaderEpoch = message.leaderEpoch
    this.batch = batch
  }

  copy<K2 = K, V2 = V>(changes?: MessageChanges<K2, V2>): Message<K2, V2> {
    return copyOf(this, changes)
  }

  toJSON(): MessageJson<K, V> {
    return messageToJson(this)
  }

  [inspectCustom](...how: InspectArguments): string {
    return inspected('Message', this.toJSON(), how)
  }
}

/** What {@link Message.copy} gives. */
export function copyOf<K, V>(
  message: Message<unknown, unknown>,
  { key, value }: MessageChanges<K, V> = {},
): Message<K, V> {
  return new PlainMessage(
    message,
    key === undefined ? copyData(message.key as K | null) : key,
    value === undefined ? copyData(message.value as V | null) : value,
    copyHeaders(message.headers),
    copyInfo(message.batch),
  )
}

function copyData<T>(data: T): T {
  return data instanceof Uint8Array ? (Buffer.from(data) as Uint8Array as T) : data
}

function copyHeaders(headers: RecordHeaders): RecordHeaders {
  if (headers.size === 0) return NO_HEADERS
  const list = [...headers]
  const bytes = Buffer.allocUnsafe(MAX_COUNT_BYTES + maxHeadersSize(list))
  const end = writeHeaders(bytes, 0, list)
  return new RecordHeaders(bytes.subarray(0, end), lengthWidth(list.length), list.length)
}

function copyInfo(info: RecordBatchInfo): RecordBatchInfo {
  return {
    baseOffset: info.baseOffset,
    lastOffset: info.lastOffset,
    nextOffset: info.nextOffset,
    count: info.count,
    sizeBytes: info.sizeBytes,
    magic: info.magic,
    codec: info.codec,
    timestampType: info.timestampType,
    maxTimestamp: info.maxTimestamp,
    deleteHorizonMs: info.deleteHorizonMs,
    isTransactional: info.isTransactional,
    isControl: info.isControl,
    producerId: info.producerId,
    producerEpoch: info.producerEpoch,
    baseSequence: info.baseSequence,
    partitionLeaderEpoch: info.partitionLeaderEpoch,
  }
}
