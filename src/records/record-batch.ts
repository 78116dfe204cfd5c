import { ProtocolError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'
import * as at from './batch-header.ts'
import type { CodecName } from './compression/codec.ts'
import { codecById } from './compression/registry.ts'
import { NO_HEADERS, RecordHeaders } from './headers.ts'
import { readInt64 } from './int64.ts'
import { KafkaRecord, type RecordFields } from './record.ts'
import { INDEX_STRIDE, indexRecords } from './record-index.ts'
import { cursor, readVarint, readVarlong } from './varint.ts'

/**
 * A class whose instances stand for the records of a batch, made from the batch, the record's index, and a context, such as
 * the topic and partition. It had better not extend {@link KafkaRecord} but hold the batch and the index itself, and call
 * the batch's `…At(index)`: the constructor of a derived class takes 15 ns more, five times as long (Node 20 and 24).
 */
export type RecordConstructor<R, C> = new (batch: RecordBatch, index: number, context: C) => R

/**
 * A record batch of format v2, as it came, or older messages in the same layout. Its header is read when asked for; the records are decompressed and indexed, all
 * of them checked, when the first of them is touched ({@link RecordBatch.load}). From then on nothing throws, and any
 * record is reached at once.
 *
 * There are two ways to read it. Iterating (or {@link RecordBatch.read}) gives an object a record. The `…At(index)` methods
 * give single fields, for `index` from 0 to `count - 1`, without any object: those do not check the index.
 */
export class RecordBatch implements RecordFields, Iterable<KafkaRecord> {
  readonly count: number
  readonly sizeBytes: number
  /** Read once: groups ask for it with each message. */
  readonly partitionLeaderEpoch: number
  readonly #bytes: Buffer
  readonly #start: number
  readonly #attributes: number
  readonly #maxDecompressedBytes: number
  readonly #isPlain: boolean
  /** The base offset as a number, from which records' offsets are made by one BigInt each; inexact beyond 2^53. */
  readonly #base: number

  #index: Int32Array | undefined
  /** The decompressed records; those of an uncompressed batch are read where they are. */
  #data: Buffer
  #memory: ArrayBufferLike
  #memoryOffset = 0
  #baseTimestamp = 0
  /** Whether each record's number says its offset, as where compaction has taken nothing out: that costs less than to read it. */
  #isGapless = false

  /**
   * @param start where the batch begins in `bytes`; its length, magic, codec and count must have been checked.
   * @param sizeBytes the size as it came.
   * @param maxDecompressedBytes what its records may become at most.
   * @param isPlain whether they have been decompressed, whatever the codec is.
   */
  constructor(bytes: Buffer, start: number, sizeBytes: number, maxDecompressedBytes: number, isPlain = false) {
    this.#bytes = bytes
    this.#data = bytes
    this.#memory = bytes.buffer
    this.#start = start
    this.#maxDecompressedBytes = maxDecompressedBytes
    this.#isPlain = isPlain
    this.sizeBytes = sizeBytes
    this.partitionLeaderEpoch = bytes.readInt32BE(start + at.PARTITION_LEADER_EPOCH)
    this.count = bytes.readInt32BE(start + at.RECORD_COUNT)
    this.#attributes = bytes.readInt16BE(start + at.ATTRIBUTES)
    this.#base = readInt64(bytes, start + at.BASE_OFFSET)
  }

  get baseOffset(): bigint {
    return this.#offset(0)
  }

  get lastOffset(): bigint {
    return this.#offset(this.#bytes.readInt32BE(this.#start + at.LAST_OFFSET_DELTA))
  }

  get nextOffset(): bigint {
    return this.#offset(this.#bytes.readInt32BE(this.#start + at.LAST_OFFSET_DELTA) + 1)
  }

  get magic(): number {
    return this.#bytes[this.#start + at.MAGIC]!
  }

  get codec(): CodecName {
    return codecById(this.#attributes & at.CODEC_MASK)!.name
  }

  get timestampType(): at.TimestampType {
    return (this.#attributes & at.LOG_APPEND_TIME_BIT) === 0 ? 'create' : 'log-append'
  }

  get isTransactional(): boolean {
    return (this.#attributes & at.TRANSACTIONAL_BIT) !== 0
  }

  get isControl(): boolean {
    return (this.#attributes & at.CONTROL_BIT) !== 0
  }

  get maxTimestamp(): number {
    return readInt64(this.#bytes, this.#start + at.MAX_TIMESTAMP)
  }

  get deleteHorizonMs(): number | undefined {
    if ((this.#attributes & at.DELETE_HORIZON_BIT) === 0) return undefined
    return readInt64(this.#bytes, this.#start + at.BASE_TIMESTAMP)
  }

  get producerId(): bigint {
    return this.#bytes.readBigInt64BE(this.#start + at.PRODUCER_ID)
  }

  get producerEpoch(): number {
    return this.#bytes.readInt16BE(this.#start + at.PRODUCER_EPOCH)
  }

  get baseSequence(): number {
    return this.#bytes.readInt32BE(this.#start + at.BASE_SEQUENCE)
  }

  /**
   * Decompresses, checks and indexes the records, once; everything that touches a record does it too. Calling it first
   * settles early that the batch is sound.
   *
   * @throws ProtocolError when the records are damaged, decompress to more than the limit, or have a codec not supported.
   */
  load(): void {
    if (this.#index === undefined) this.#load()
  }

  /** The record at an index, from the end where that is negative; undefined where there is none. */
  at(index: number): KafkaRecord | undefined {
    const i = index < 0 ? this.count + index : index
    if (!(i >= 0 && i < this.count)) return undefined
    this.load()
    return new KafkaRecord(this, i)
  }

  /** @throws ProtocolError see {@link load}. */
  [Symbol.iterator](): RecordIterator<KafkaRecord, undefined> {
    return this.read(KafkaRecord, undefined)
  }

  /**
   * Iterates over the records as instances of another class, such as one that knows the topic from its context.
   *
   * @param from the index to begin at, see {@link indexOf}.
   * @throws ProtocolError see {@link load}.
   */
  read<R, C>(type: RecordConstructor<R, C>, context: C, from = 0): RecordIterator<R, C> {
    this.load()
    return new RecordIterator(this, type, context, from)
  }

  /** The index of the first record at `offset` or after it; `count` where all come before. */
  indexOf(offset: bigint): number {
    this.load()
    const delta = Number(offset - this.baseOffset)
    if (delta <= 0) return 0
    // Without compaction, and that is nearly always, the delta is the index.
    if (delta < this.count && this.#offsetDelta(delta) === delta) return delta
    let low = 0
    let high = this.count
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#offsetDelta(middle) < delta) low = middle + 1
      else high = middle
    }
    return low
  }

  offsetAt(index: number): bigint {
    this.load()
    return this.#offset(this.#offsetDelta(index))
  }

  /**
   * As {@link offsetAt}, but without a bigint; beyond 2^53 it is not exact. The batch must have been loaded. Groups ask for it with each
   * message, so it is small enough for V8 to make it part of the loop that marks them.
   */
  offsetNumberAt(index: number): number {
    return this.#isGapless ? this.#base + index : this.#base + this.#offsetDelta(index)
  }

  timestampAt(index: number): number {
    if ((this.#attributes & at.LOG_APPEND_TIME_BIT) !== 0) return this.maxTimestamp
    const places = this.#index ?? this.#load()
    return this.#baseTimestamp + readVarlong(this.#data, places[index * INDEX_STRIDE]!)
  }

  keyAt(index: number): Buffer | null {
    const places = this.#index ?? this.#load()
    return this.#view(places[index * INDEX_STRIDE + 1]!)
  }

  valueAt(index: number): Buffer | null {
    const places = this.#index ?? this.#load()
    return this.#view(places[index * INDEX_STRIDE + 2]!)
  }

  headersAt(index: number): RecordHeaders {
    const places = this.#index ?? this.#load()
    const data = this.#data
    const length = readVarint(data, places[index * INDEX_STRIDE + 2]!, data.length)
    const position = length > 0 ? cursor.position + length : cursor.position
    if (data[position] === 0) return NO_HEADERS
    const count = readVarint(data, position, data.length)
    return count === 0 ? NO_HEADERS : new RecordHeaders(data, cursor.position, count)
  }

  #offset(delta: number): bigint {
    const offset = this.#base + delta
    if (Number.isSafeInteger(this.#base) && Number.isSafeInteger(offset)) return BigInt(offset)
    return this.#bytes.readBigInt64BE(this.#start + at.BASE_OFFSET) + BigInt(delta)
  }

  #offsetDelta(index: number): number {
    if (this.#isGapless) return index
    const data = this.#data
    let position = this.#index![index * INDEX_STRIDE]!
    while (data[position++]! >= 0x80);
    const raw = data[position]!
    return raw < 0x80 ? (raw >>> 1) ^ -(raw & 1) : readVarint(data, position, data.length)
  }

  #view(position: number): Buffer | null {
    const data = this.#data
    let length = data[position]!
    if (length < 0x80) {
      position++
      length = (length >>> 1) ^ -(length & 1)
    } else {
      length = readVarint(data, position, data.length)
      position = cursor.position
    }
    return length < 0 ? null : bufferView(this.#memory, this.#memoryOffset + position, length)
  }

  #load(): Int32Array {
    const end = this.#start + at.LOG_OVERHEAD + this.#bytes.readInt32BE(this.#start + at.BATCH_LENGTH)
    const recordsStart = this.#start + at.RECORDS
    try {
      if (this.count === 0) {
        this.#index = new Int32Array(0)
      } else if (this.#isPlain || (this.#attributes & at.CODEC_MASK) === 0) {
        this.#index = indexRecords(this.#bytes, recordsStart, end, this.count)
      } else {
        const codec = codecById(this.#attributes & at.CODEC_MASK)!
        const data = codec.decompress(this.#bytes.subarray(recordsStart, end), this.#maxDecompressedBytes)
        this.#index = indexRecords(data, 0, data.length, this.count)
        this.#data = data
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      throw new ProtocolError(`record batch at offset ${this.baseOffset}: ${error.message}`, { cause: error })
    }
    this.#memory = this.#data.buffer
    this.#memoryOffset = this.#data.byteOffset
    this.#baseTimestamp = readInt64(this.#bytes, this.#start + at.BASE_TIMESTAMP)
    const last = this.count - 1
    this.#isGapless = last >= 0 && this.#offsetDelta(0) === 0 && this.#offsetDelta(last) === last
    return this.#index
  }
}

/** Goes over the records of a batch, making one object for each. */
export class RecordIterator<R, C> implements IterableIterator<R> {
  readonly #batch: RecordBatch
  readonly #type: RecordConstructor<R, C>
  readonly #context: C
  readonly #count: number
  #index: number

  constructor(batch: RecordBatch, type: RecordConstructor<R, C>, context: C, from: number) {
    this.#batch = batch
    this.#type = type
    this.#context = context
    this.#index = from
    this.#count = batch.count
  }

  next(): IteratorResult<R, undefined> {
    // One exit with one literal: V8 then sees that the result object never leaves the loop and does not make it at all,
    // which saves 40 bytes and half of the time.
    const index = this.#index
    const done = index >= this.#count
    let value: R | undefined
    if (!done) {
      this.#index = index + 1
      value = new this.#type(this.#batch, index, this.#context)
    }
    return { done, value } as IteratorResult<R, undefined>
  }

  [Symbol.iterator](): this {
    return this
  }
}
