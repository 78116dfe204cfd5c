import { ConfigurationError, MessageTooLargeError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'
import * as at from './batch-header.ts'
import type { Codec, CodecName } from './compression/codec.ts'
import { codecByName } from './compression/registry.ts'
import { crc32c } from './crc32c.ts'
import { writeBigInt64, writeInt64 } from './int64.ts'
import type { RecordData, RecordHeaderList } from './record-data.ts'
import {
  leastHeadersSize,
  maxHeadersSize,
  recordBodySize,
  writeHeaders,
  writeRaw,
  writeText,
} from './record-encoding.ts'
import { lengthWidth, writeLength, writeUnsigned, writeVarlongDifference } from './varint.ts'

/** How {@link BatchEncoder.close} finishes a batch. */
export interface CloseBatchOptions {
  /** Default 'none'. */
  readonly codec?: CodecName
  /** Default: the codec's own. */
  readonly level?: number | undefined
  /** Leave records uncompressed that compression does not make smaller; else they could pass a size limit by it. Default false. */
  readonly onlyIfSmaller?: boolean
  /** Default 0n, as in every produce request: the broker sets it. */
  readonly baseOffset?: bigint
  /** Default -1n: not idempotent. */
  readonly producerId?: bigint
  /** Default -1. */
  readonly producerEpoch?: number
  /** The sequence of the first record. Default -1. */
  readonly baseSequence?: number
  /** Default -1: not known. */
  readonly partitionLeaderEpoch?: number
  /** Default false. */
  readonly transactional?: boolean
  /** Whether the records are markers for clients rather than users' records. Default false. */
  readonly control?: boolean
  /** Default 'create'. A broker that appends with its own time sets {@link maxTimestamp} to it as well. */
  readonly timestampType?: at.TimestampType
  /** Default: the largest timestamp of the records, -1 without any. */
  readonly maxTimestamp?: number
}

/** Where a {@link BatchEncoder} has its memory from. */
export interface BatchMemory {
  /** Memory of at least so many bytes, with whatever in it. */
  take(bytes: number): Buffer<ArrayBuffer>
  /** Takes back what nobody uses any more. */
  give(memory: Buffer<ArrayBuffer>): void
}

/** How a {@link BatchEncoder} begins. */
export interface BatchEncoderOptions {
  /** Default: memory of its own, which is left to garbage collection. */
  readonly memory?: BatchMemory
  /** How much memory to begin with, in bytes; it grows as needed. Best near the size the batch will have. Default 1024. */
  readonly initialBytes?: number
  /** The delete horizon of a compacted log (KIP-534), from which timestamps count then. Default: none. */
  readonly deleteHorizonMs?: number | undefined
}

/** Lengths in the format are int32. */
const MAX_BATCH_BYTES = 2 ** 31 - 1
const NOTHING = Buffer.alloc(0)
/** Up to here memory grows fourfold, beyond by doubling: each step copies, and touches new memory, which costs more. */
const FAST_GROWTH_BYTES = 512 << 10
const LARGEST_SMALL_DELTA = 2 ** 30
const OWN_MEMORY: BatchMemory = { take: bytes => Buffer.allocUnsafe(bytes), give() {} }

/**
 * A record batch of format v2 that is being filled. Records are written straight into its one buffer as they come; header,
 * compression and CRC are done once, when it is closed.
 */
export class BatchEncoder {
  readonly #memory: BatchMemory
  #bytes: Buffer<ArrayBuffer>
  /** What {@link release} gives back when the batch is closed. */
  #sealed = NOTHING
  /** Where the next record goes. */
  #position = at.RECORDS
  #count = 0
  #nextOffsetDelta = 0
  #baseTimestamp: number
  #maxTimestamp = at.NONE
  readonly #hasDeleteHorizon: boolean
  #isClosed = false

  constructor(options: BatchEncoderOptions = {}) {
    this.#memory = options.memory ?? OWN_MEMORY
    this.#bytes = this.#memory.take(Math.max(options.initialBytes ?? 1024, at.RECORDS))
    this.#hasDeleteHorizon = options.deleteHorizonMs !== undefined
    this.#baseTimestamp = options.deleteHorizonMs ?? at.NONE
  }

  /** The number of records so far. */
  get count(): number {
    return this.#count
  }

  /** The size of the whole batch so far, header and uncompressed records. */
  get sizeBytes(): number {
    return this.#position
  }

  /** The memory that it takes, until it is released. */
  get capacityBytes(): number {
    return this.#bytes.length + this.#sealed.length
  }

  /** The timestamp of the first record; -1 before there is one. */
  get baseTimestamp(): number {
    return this.#baseTimestamp
  }

  /** The largest timestamp; -1 before there is a record. */
  get maxTimestamp(): number {
    return this.#maxTimestamp
  }

  /**
   * The exact {@link sizeBytes} that the batch would have with one more record. It measures strings; `tryAppend` decides
   * by a limit without doing so.
   */
  sizeWith(timestamp: number, key: RecordData, value: RecordData, headers: RecordHeaderList | null): number {
    const body = recordBodySize(this.#timestampDelta(timestamp), this.#nextOffsetDelta, key, value, headers)
    return this.#position + lengthWidth(body) + body
  }

  /**
   * Adds a record.
   *
   * @param timestamp milliseconds since 1970, a safe integer; it may be less than that of earlier records.
   * @throws ConfigurationError for another timestamp; MessageTooLargeError where the batch would pass 2 GiB.
   */
  append(timestamp: number, key: RecordData, value: RecordData, headers: RecordHeaderList | null): void {
    if (!this.tryAppend(MAX_BATCH_BYTES, timestamp, key, value, headers)) {
      const size = this.sizeWith(timestamp, key, value, headers)
      throw new MessageTooLargeError(
        `a record batch of ${size} bytes is more than the format can hold (${MAX_BATCH_BYTES})`,
        size,
        MAX_BATCH_BYTES,
      )
    }
  }

  /**
   * Adds a record unless the batch would become larger than `limitBytes` by it, header and uncompressed records; then it
   * answers false, and the batch is as it was. This is the cheapest way to keep a limit, as text is not measured beforehand.
   *
   * @throws ConfigurationError for a timestamp that is not a safe integer.
   */
  tryAppend(
    limitBytes: number,
    timestamp: number,
    key: RecordData,
    value: RecordData,
    headers: RecordHeaderList | null,
  ): boolean {
    if (!Number.isSafeInteger(timestamp)) throw badTimestamp(timestamp)
    const timestampDelta = this.#timestampDelta(timestamp)
    let end: number
    if (headers !== null || typeof key === 'string' || typeof value === 'string' || !isSmall(timestampDelta)) {
      end = this.#write(limitBytes, timestamp, timestampDelta, key, value, headers)
      if (end > limitBytes) return false
    } else {
      // Bytes, whose size is known: it is all in here because V8 puts only so much code into a caller, and each call that
      // remains is felt.
      const zigzagDelta = zigzag(timestampDelta)
      const offsetDelta = this.#nextOffsetDelta
      const keyLength = key === null ? 0 : key.length
      const valueLength = value === null ? 0 : value.length
      const dataSize = lengthWidth(keyLength) + keyLength + lengthWidth(valueLength) + valueLength
      const length = 2 + lengthWidth(zigzagDelta >>> 1) + lengthWidth(offsetDelta) + dataSize
      let position = this.#position
      end = position + lengthWidth(length) + length
      if (end > limitBytes) return false
      if (end > this.#bytes.length) this.#grow(end, limitBytes)

      const bytes = this.#bytes
      position = writeLength(bytes, position, length)
      bytes[position] = 0
      position = writeUnsigned(bytes, position + 1, zigzagDelta)
      position = writeLength(bytes, position, offsetDelta)
      if (key === null) bytes[position++] = 1
      else position = writeRaw(bytes, position, key)
      if (value === null) bytes[position++] = 1
      else position = writeRaw(bytes, position, value)
      bytes[position] = 0
    }

    this.#position = end
    this.#nextOffsetDelta++
    if (this.#count++ === 0) {
      if (!this.#hasDeleteHorizon) this.#baseTimestamp = timestamp
      this.#maxTimestamp = timestamp
    } else if (timestamp > this.#maxTimestamp) {
      this.#maxTimestamp = timestamp
    }
    return true
  }

  /** Leaves out that many offsets before the next record, or at the end, as compaction does. */
  skipOffsets(count: number): void {
    this.#nextOffsetDelta += count
  }

  /**
   * Finishes the batch: writes the header, compresses, computes the CRC. Nothing can be added after that.
   *
   * @returns the batch; without compression a view of the memory that it was written in.
   * @throws ConfigurationError for a codec or a level that there is not, or a codec that cannot be used here; the batch is as
   * it was then.
   */
  close(options: CloseBatchOptions = {}): Buffer {
    const codec = this.#codec(options)
    if (codec.id === 0) return this.#finishPlain(this.#bytes, options)
    return this.#finishCompressed(codec.compress(this.#records(), options.level), codec, this.#bytes, options)
  }

  /**
   * {@link close} off the event loop where the codec can do that, and in place where not: `prefersAsync` tells when it is worth a
   * promise. Nothing can be added from the call on.
   *
   * @throws what {@link close} throws, as a rejection.
   */
  async closeAsync(options: CloseBatchOptions = {}): Promise<Buffer> {
    const codec = this.#codec(options)
    if (codec.compressAsync === undefined) return this.close(options)
    const bytes = this.#bytes
    const records = this.#records()
    this.#seal()
    try {
      return this.#finishCompressed(await codec.compressAsync(records, options.level), codec, bytes, options)
    } catch (error) {
      this.#isClosed = false
      this.#bytes = bytes
      this.#sealed = NOTHING
      throw error
    }
  }

  /** The memory can be used for something else: nobody uses the bytes of this batch any more, be it closed or not. */
  release(): void {
    if (this.#bytes.length > 0) this.#memory.give(this.#bytes)
    if (this.#sealed.length > 0) this.#memory.give(this.#sealed)
    this.#seal()
    this.#sealed = NOTHING
  }

  #codec(options: CloseBatchOptions): Codec {
    if (this.#isClosed) throw new Error('this batch has been closed')
    return codecByName(options.codec ?? 'none')
  }

  #records(): Buffer {
    return view(this.#bytes, at.RECORDS, this.#position - at.RECORDS)
  }

  /** The memory is the batch's from now on: nothing more may be written to it, and `tryAppend` finds no room. */
  #seal(): void {
    this.#isClosed = true
    if (this.#bytes.length > 0) this.#sealed = this.#bytes
    this.#bytes = NOTHING
  }

  #finishPlain(bytes: Buffer, options: CloseBatchOptions): Buffer {
    return this.#finish(view(bytes, 0, this.#position), codecByName('none'), options)
  }

  #finishCompressed(compressed: Buffer, codec: Codec, bytes: Buffer, options: CloseBatchOptions): Buffer {
    const isSmaller = compressed.length < this.#position - at.RECORDS
    if (options.onlyIfSmaller === true && !isSmaller) return this.#finishPlain(bytes, options)
    const batch = this.#finish(withHeader(compressed), codec, options)
    this.release()
    return batch
  }

  /** Writes the header of `batch`, which has the records as they are sent. */
  #finish(batch: Buffer, codec: Codec, options: CloseBatchOptions): Buffer {
    this.#seal()
    let attributes = codec.id
    if (options.timestampType === 'log-append') attributes |= at.LOG_APPEND_TIME_BIT
    if (options.transactional === true) attributes |= at.TRANSACTIONAL_BIT
    if (options.control === true) attributes |= at.CONTROL_BIT
    if (this.#hasDeleteHorizon) attributes |= at.DELETE_HORIZON_BIT

    writeBigInt64(batch, options.baseOffset ?? 0n, at.BASE_OFFSET)
    batch.writeInt32BE(batch.length - at.LOG_OVERHEAD, at.BATCH_LENGTH)
    batch.writeInt32BE(options.partitionLeaderEpoch ?? at.NONE, at.PARTITION_LEADER_EPOCH)
    batch.writeInt8(2, at.MAGIC)
    batch.writeInt16BE(attributes, at.ATTRIBUTES)
    batch.writeInt32BE(Math.max(this.#nextOffsetDelta - 1, 0), at.LAST_OFFSET_DELTA)
    writeInt64(batch, this.#baseTimestamp, at.BASE_TIMESTAMP)
    writeInt64(batch, options.maxTimestamp ?? this.#maxTimestamp, at.MAX_TIMESTAMP)
    writeBigInt64(batch, options.producerId ?? -1n, at.PRODUCER_ID)
    batch.writeInt16BE(options.producerEpoch ?? at.NONE, at.PRODUCER_EPOCH)
    batch.writeInt32BE(options.baseSequence ?? at.NONE, at.BASE_SEQUENCE)
    batch.writeInt32BE(this.#count, at.RECORD_COUNT)
    batch.writeInt32BE(crc32c(view(batch, at.ATTRIBUTES, batch.length - at.ATTRIBUTES)), at.CRC)
    return batch
  }

  #timestampDelta(timestamp: number): number {
    return this.#count === 0 && !this.#hasDeleteHorizon ? 0 : timestamp - this.#baseTimestamp
  }

  /** Writes any record after the others, or as much of one as tells that it would pass the limit; returns where it ends. */
  #write(
    limitBytes: number,
    timestamp: number,
    timestampDelta: number,
    key: RecordData,
    value: RecordData,
    headers: RecordHeaderList | null,
  ): number {
    const units = (key === null ? 0 : key.length) + (value === null ? 0 : value.length)
    const start = this.#position
    // UTF-8 takes at least a byte a UTF-16 unit: what is too large by that is not even begun.
    if (start + units > limitBytes) return Number.POSITIVE_INFINITY

    // Three bytes a unit are the most there can be, and 36 is what all else takes.
    const room = start + 3 * units + 36 + (headers === null ? 0 : maxHeadersSize(headers))
    if (room > this.#bytes.length) {
      // Rare, so that text can be measured here.
      const end = this.sizeWith(timestamp, key, value, headers)
      if (end > limitBytes) return end
      if (end > this.#bytes.length) this.#grow(end, limitBytes)
    }
    const bytes = this.#bytes
    const offsetDelta = this.#nextOffsetDelta

    // The record's length comes first and is known last. Its width is guessed by the least that it can be, as if all text
    // were ASCII, which is mostly right; when it is not, the record is moved by a byte or two.
    const least = 5 + lengthWidth(offsetDelta) + units + (headers === null ? 0 : leastHeadersSize(headers))
    const bodyStart = start + lengthWidth(least)
    bytes[bodyStart] = 0
    let position = isSmall(timestampDelta)
      ? writeUnsigned(bytes, bodyStart + 1, zigzag(timestampDelta))
      : writeVarlongDifference(bytes, bodyStart + 1, timestamp, this.#baseTimestamp)
    position = writeLength(bytes, position, offsetDelta)
    // Bytes by a way of their own: one that takes text as well is slower by 8 ns each.
    if (key === null) bytes[position++] = 1
    else position = typeof key === 'string' ? writeText(bytes, position, key) : writeRaw(bytes, position, key)
    if (value === null) bytes[position++] = 1
    else position = typeof value === 'string' ? writeText(bytes, position, value) : writeRaw(bytes, position, value)
    if (headers === null) bytes[position++] = 0
    else position = writeHeaders(bytes, position, headers)
    return placeRecord(bytes, start, bodyStart, position)
  }

  #grow(needed: number, limitBytes: number): void {
    if (this.#isClosed) throw new Error('this batch has been closed')
    const { length } = this.#bytes
    const wanted = Math.min(length * (length < FAST_GROWTH_BYTES ? 4 : 2), limitBytes)
    const grown = this.#memory.take(Math.max(needed, wanted))
    grown.set(view(this.#bytes, 0, this.#position))
    this.#memory.give(this.#bytes)
    this.#bytes = grown
  }
}

/** Compressed records in memory of their own, with room for the header before them. */
function withHeader(records: Buffer): Buffer {
  const batch = Buffer.allocUnsafe(at.RECORDS + records.length)
  batch.set(records, at.RECORDS)
  return batch
}

/** Writes a record's length before it, and moves the record when that is wider than was guessed; returns where it ends. */
function placeRecord(bytes: Buffer, start: number, bodyStart: number, end: number): number {
  const length = end - bodyStart
  const rightStart = start + lengthWidth(length)
  if (rightStart !== bodyStart) bytes.copyWithin(rightStart, bodyStart, end)
  writeLength(bytes, start, length)
  return rightStart + length
}

/** Whether a timestamp delta is of at most 31 bits, which numbers are faster at; that is 12 days. */
function isSmall(delta: number): boolean {
  return delta < LARGEST_SMALL_DELTA && delta >= -LARGEST_SMALL_DELTA
}

/** A small delta as it is written: the sign in bit 0. */
function zigzag(delta: number): number {
  return ((delta << 1) ^ (delta >> 31)) >>> 0
}

function view(bytes: Buffer, start: number, length: number): Buffer {
  return bufferView(bytes.buffer, bytes.byteOffset + start, length)
}

function badTimestamp(timestamp: number): ConfigurationError {
  return new ConfigurationError([
    { option: 'timestamp', problem: `must be whole milliseconds since 1970, not ${String(timestamp)}` },
  ])
}
