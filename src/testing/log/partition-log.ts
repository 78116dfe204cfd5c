import { decodeRecordBatches } from '../../records/batch-decoder.ts'
import * as at from '../../records/batch-header.ts'
import { controlMarkers, endTransactionRecord } from '../../records/control.ts'
import { crc32c } from '../../records/crc32c.ts'
import { encodeRecordBatch } from '../../records/encode-record-batch.ts'
import type { RecordBatch } from '../../records/record-batch.ts'
import type { EndOfTransaction } from '../store.ts'
import type { AppendedBatch, ProducerBatch } from './appended-batch.ts'
import { LeaderEpochs } from './leader-epochs.ts'
import { ProducerStates } from './producer-states.ts'

/** A record, by its place and its time. */
export interface FoundRecord {
  readonly offset: bigint
  readonly timestamp: number
}

/** How much of a log is kept; Infinity for all. */
export interface Retention {
  readonly bytes: number
  readonly ms: number
}

const NOTHING = Buffer.alloc(0)

/**
 * The log of one partition: batches in memory as they came, with their offsets and leader epochs written into them. Every
 * replica has it at once, so its end is its high watermark as well.
 */
export class PartitionLog {
  readonly epochs = new LeaderEpochs()
  readonly producers = new ProducerStates()
  /** In the order of their offsets, without gaps between them. */
  #batches: AppendedBatch[] = []
  #startOffset = 0n
  #endOffset = 0n
  #sizeBytes = 0

  /** The first offset that can be read. It may be inside a batch. */
  get startOffset(): bigint {
    return this.#startOffset
  }

  /** The offset of the next record: the high watermark. */
  get endOffset(): bigint {
    return this.#endOffset
  }

  /** Up to here it is known of each record whether it is committed. */
  get lastStableOffset(): bigint {
    return this.producers.firstOpenOffset ?? this.#endOffset
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get batches(): readonly AppendedBatch[] {
    return this.#batches
  }

  /**
   * Appends the batch, which becomes the log's own and is changed. It must have been checked, with its producer.
   *
   * @param setsTimestamp whether records get the time of appending (KIP-32).
   */
  append(bytes: Buffer, leaderEpoch: number, nowMs: number, setsTimestamp = false): AppendedBatch {
    const baseOffset = this.#endOffset
    const lastOffset = baseOffset + BigInt(bytes.readInt32BE(at.LAST_OFFSET_DELTA))
    bytes.writeBigInt64BE(baseOffset, at.BASE_OFFSET)
    bytes.writeInt32BE(leaderEpoch, at.PARTITION_LEADER_EPOCH)
    if (setsTimestamp) stampTime(bytes, nowMs)
    const maxTimestamp = Number(bytes.readBigInt64BE(at.MAX_TIMESTAMP))
    const batch = { baseOffset, lastOffset, maxTimestamp, appendedAtMs: nowMs, bytes }
    this.#batches.push(batch)
    this.#endOffset = lastOffset + 1n
    this.#sizeBytes += bytes.length
    const producer = producerOf(bytes)
    if (producer !== undefined) this.producers.appended(producer, batch)
    return batch
  }

  /** Appends the marker that ends a transaction. */
  end(end: EndOfTransaction, leaderEpoch: number, nowMs: number): void {
    this.producers.checkEnd(end)
    const { producerId, producerEpoch, committed, coordinatorEpoch } = end
    const marker = endTransactionRecord(committed ? 'commit' : 'abort', coordinatorEpoch, nowMs)
    const bytes = encodeRecordBatch([marker], { control: true, transactional: true, producerId, producerEpoch })
    this.producers.ended(end, this.append(bytes, leaderEpoch, nowMs))
  }

  /**
   * The batches from the one with `offset` on, before `upTo`, and no more than `maxBytes` of them: the last may be cut off
   * anywhere. With `atLeastOne` the first comes whole, however large it is; else nothing comes if it is too large (KIP-74).
   */
  read(offset: bigint, upTo: bigint, maxBytes: number, atLeastOne: boolean): Buffer {
    const parts: Buffer[] = []
    let size = 0
    for (let i = this.#indexOf(offset); i < this.#batches.length; i++) {
      const { baseOffset, bytes } = this.#batches[i]!
      if (baseOffset >= upTo || (size > 0 && size >= maxBytes)) break
      const whole = bytes.length <= maxBytes - size || (size === 0 && atLeastOne)
      if (!whole && size === 0) return NOTHING
      parts.push(whole ? bytes : bytes.subarray(0, maxBytes - size))
      size += bytes.length
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts)
  }

  /** The first record from `timestamp` on whose offset is below `upTo`. */
  firstSince(timestamp: number, upTo: bigint): FoundRecord | undefined {
    for (const batch of this.#batches) {
      if (batch.maxTimestamp < timestamp) continue
      const found = firstIn(batch, record => record.timestamp >= timestamp && record.offset >= this.#startOffset)
      if (found !== undefined) return found.offset < upTo ? found : undefined
    }
    return undefined
  }

  /** The first of the records with the largest timestamp. */
  newest(): FoundRecord | undefined {
    const largest = this.#batches.reduce((max, { maxTimestamp }) => Math.max(max, maxTimestamp), -1)
    return largest < 0 ? undefined : this.firstSince(largest, this.#endOffset)
  }

  /** Deletes the records before `offset`. */
  deleteBefore(offset: bigint): void {
    if (offset <= this.#startOffset) return
    this.#startOffset = offset
    const gone = this.#batches.splice(0, this.#indexOf(offset))
    for (const { bytes } of gone) this.#sizeBytes -= bytes.length
    this.epochs.truncateFromStart(offset)
    this.producers.truncateFromStart(offset)
  }

  /** Deletes old batches as long as there is more than is to be kept. The last one stays, as Kafka's last segment does. */
  retain({ bytes, ms }: Retention, nowMs: number): void {
    let left = this.#sizeBytes
    let index = 0
    for (; index < this.#batches.length - 1; index++) {
      const { appendedAtMs, maxTimestamp, bytes: batch } = this.#batches[index]!
      const ageMs = nowMs - (maxTimestamp < 0 ? appendedAtMs : maxTimestamp)
      if (left - batch.length < bytes && ageMs <= ms) break
      left -= batch.length
    }
    if (index > 0) this.deleteBefore(this.#batches[index]!.baseOffset)
  }

  /** Loses the records from `offset` on and what is in one batch with the first of them. What is known of producers follows from the rest. */
  truncate(offset: bigint): void {
    if (offset >= this.#endOffset) return
    const kept = this.#batches.filter(({ lastOffset }) => lastOffset < offset)
    this.#batches = kept
    this.#endOffset = kept.length === 0 ? this.#startOffset : kept.at(-1)!.lastOffset + 1n
    this.#sizeBytes = kept.reduce((sum, { bytes }) => sum + bytes.length, 0)
    this.epochs.truncateFromEnd(this.#endOffset)
    this.producers.clear()
    for (const batch of kept) this.#recall(batch)
  }

  #recall(batch: AppendedBatch): void {
    const producer = producerOf(batch.bytes)
    if (producer !== undefined) this.producers.appended(producer, batch)
    const decoded = decode(batch)
    if (!decoded.isControl) return
    const { producerId, producerEpoch } = decoded
    for (const marker of controlMarkers(decoded)) {
      if (marker.type !== 'commit' && marker.type !== 'abort') continue
      const { coordinatorEpoch, offset } = marker
      const committed = marker.type === 'commit'
      const { appendedAtMs } = batch
      this.producers.ended(
        { producerId, producerEpoch, coordinatorEpoch, committed },
        { baseOffset: offset, appendedAtMs },
      )
    }
  }

  /** The index of the batch with `offset`, or the one that will have it. */
  #indexOf(offset: bigint): number {
    let low = 0
    let high = this.#batches.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#batches[middle]!.lastOffset < offset) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The batch, to look into it. */
export function decode({ bytes }: AppendedBatch): RecordBatch {
  const [batch] = decodeRecordBatches(bytes, { checkCrcs: false })
  return batch!
}

/** The producer's part of a batch of records; undefined where it is not idempotent, and in control batches. */
export function producerOf(bytes: Buffer): ProducerBatch | undefined {
  const producerId = bytes.readBigInt64BE(at.PRODUCER_ID)
  const attributes = bytes.readInt16BE(at.ATTRIBUTES)
  if (producerId < 0n || (attributes & at.CONTROL_BIT) !== 0) return undefined
  const baseSequence = bytes.readInt32BE(at.BASE_SEQUENCE)
  return {
    producerId,
    producerEpoch: bytes.readInt16BE(at.PRODUCER_EPOCH),
    baseSequence,
    // Sequences go on with 0 after 2^31 - 1.
    lastSequence: (baseSequence + bytes.readInt32BE(at.LAST_OFFSET_DELTA)) & 0x7fffffff,
    isTransactional: (attributes & at.TRANSACTIONAL_BIT) !== 0,
  }
}

function firstIn(batch: AppendedBatch, matches: (record: FoundRecord) => boolean): FoundRecord | undefined {
  const decoded = decode(batch)
  for (let i = 0; i < decoded.count; i++) {
    const record = { offset: decoded.offsetAt(i), timestamp: decoded.timestampAt(i) }
    if (matches(record)) return record
  }
  return undefined
}

function stampTime(bytes: Buffer, nowMs: number): void {
  bytes.writeInt16BE(bytes.readInt16BE(at.ATTRIBUTES) | at.LOG_APPEND_TIME_BIT, at.ATTRIBUTES)
  bytes.writeBigInt64BE(BigInt(nowMs), at.MAX_TIMESTAMP)
  bytes.writeInt32BE(crc32c(bytes.subarray(at.ATTRIBUTES)), at.CRC)
}
