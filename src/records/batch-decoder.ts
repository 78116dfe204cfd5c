import { ProtocolError } from '../errors/client-errors.ts'
import { asBuffer, bufferView } from '../util/buffer-view.ts'
import * as at from './batch-header.ts'
import { codecById } from './compression/registry.ts'
import { crc32c } from './crc32c.ts'
import { type DecompressionBudget, readLegacyBatch } from './legacy-batch.ts'
import { RecordBatch } from './record-batch.ts'

/** Options of {@link decodeRecordBatches}. */
export interface DecodeRecordBatchesOptions {
  /** Whether each batch's CRC is verified, before the batch is handed out. Default true. */
  readonly checkCrcs?: boolean
  /**
   * What the records of one batch may become by decompression, in bytes; and all messages of formats v0 and v1 together, which
   * are decompressed as iteration reaches them. Default 256 MiB.
   */
  readonly maxDecompressedBytes?: number
}

const DEFAULT_MAX_DECOMPRESSED_BYTES = 256 * 1024 * 1024
/** Positions in a batch are held in 32 bits. */
const MAX_DECOMPRESSED_BYTES = 2 ** 31 - 1
/** What a message in format v0 has at least after its offset and length; nothing stored can be shorter. */
const MIN_BYTES = 14

/**
 * The record batches in `bytes`, one after the other, such as a fetch response has for a partition. It is lazy: a batch's
 * header and CRC are checked when iteration reaches it, its records are decompressed and checked when they are first
 * read. Batches are views of `bytes`, which must not change.
 *
 * A last batch of which not all bytes are there, as brokers cut off at a response's limit, ends iteration silently. Empty
 * batches are given too, since they move the offset on; and control batches, see {@link RecordBatch.isControl}.
 *
 * Messages of formats v0 and v1, from logs older than Kafka 0.11, are given as batches too. Those are decompressed when iteration
 * reaches them, and what is not compressed is gathered into one batch as far as possible.
 *
 * Iterating throws ProtocolError for a header that cannot be, and for a CRC that does not match.
 */
export function decodeRecordBatches(
  bytes: Uint8Array,
  options: DecodeRecordBatchesOptions = {},
): Iterable<RecordBatch> {
  const buffer = asBuffer(bytes)
  const checkCrcs = options.checkCrcs ?? true
  const maxDecompressedBytes = Math.min(
    options.maxDecompressedBytes ?? DEFAULT_MAX_DECOMPRESSED_BYTES,
    MAX_DECOMPRESSED_BYTES,
  )
  return { [Symbol.iterator]: () => new BatchIterator(buffer, checkCrcs, maxDecompressedBytes) }
}

class BatchIterator implements IterableIterator<RecordBatch> {
  readonly #bytes: Buffer
  readonly #checkCrcs: boolean
  readonly #maxDecompressedBytes: number
  readonly #legacyBudget: DecompressionBudget
  #position = 0

  constructor(bytes: Buffer, checkCrcs: boolean, maxDecompressedBytes: number) {
    this.#bytes = bytes
    this.#checkCrcs = checkCrcs
    this.#maxDecompressedBytes = maxDecompressedBytes
    this.#legacyBudget = { leftBytes: maxDecompressedBytes }
  }

  next(): IteratorResult<RecordBatch, undefined> {
    const start = this.#position
    if (magicAt(this.#bytes, start) < 2) return this.#nextLegacy(start)
    const sizeBytes = wholeBatchSize(this.#bytes, start)
    if (sizeBytes === 0) return { done: true, value: undefined }
    checkHeader(this.#bytes, start)
    if (this.#checkCrcs) checkCrc(this.#bytes, start, sizeBytes)
    this.#position = start + sizeBytes
    return { done: false, value: new RecordBatch(this.#bytes, start, sizeBytes, this.#maxDecompressedBytes) }
  }

  #nextLegacy(start: number): IteratorResult<RecordBatch, undefined> {
    const value = readLegacyBatch(this.#bytes, start, this.#checkCrcs, this.#legacyBudget)
    if (value === undefined) return { done: true, value }
    this.#position = start + value.sizeBytes
    return { done: false, value }
  }

  [Symbol.iterator](): this {
    return this
  }
}

/** The version of the message format at `start`; 2 when it is not there. */
function magicAt(bytes: Buffer, start: number): number {
  return bytes.length - start > at.MAGIC ? bytes[start + at.MAGIC]! : 2
}

/** The size of the batch at `start`, or 0 when not all of it is there. */
function wholeBatchSize(bytes: Buffer, start: number): number {
  const left = bytes.length - start
  if (left <= at.MAGIC) return 0
  const length = bytes.readInt32BE(start + at.BATCH_LENGTH)
  if (length < MIN_BYTES) throw badBatch(bytes, start, `its length of ${length} bytes is impossible`)
  const magic = bytes.readInt8(start + at.MAGIC)
  if (magic !== 2) throw badBatch(bytes, start, `message format v${magic} does not exist`)
  const sizeBytes = at.LOG_OVERHEAD + length
  if (sizeBytes < at.RECORDS) {
    throw badBatch(bytes, start, `its length of ${length} bytes is less than its header takes`)
  }
  return sizeBytes > left ? 0 : sizeBytes
}

function checkHeader(bytes: Buffer, start: number): void {
  const codec = bytes.readInt16BE(start + at.ATTRIBUTES) & at.CODEC_MASK
  if (codecById(codec) === undefined) throw badBatch(bytes, start, `compression codec ${codec} does not exist`)
  const count = bytes.readInt32BE(start + at.RECORD_COUNT)
  if (count < 0) throw badBatch(bytes, start, `it announces ${count} records`)
  // A consumer goes on after the last offset, so a negative delta could have it read the same batch for ever.
  const lastOffsetDelta = bytes.readInt32BE(start + at.LAST_OFFSET_DELTA)
  if (lastOffsetDelta < 0) throw badBatch(bytes, start, `its last offset delta is ${lastOffsetDelta}`)
}

function checkCrc(bytes: Buffer, start: number, sizeBytes: number): void {
  const from = start + at.ATTRIBUTES
  const actual = crc32c(bufferView(bytes.buffer, bytes.byteOffset + from, sizeBytes - at.ATTRIBUTES))
  const expected = bytes.readInt32BE(start + at.CRC)
  if (actual !== expected) {
    throw badBatch(bytes, start, `its CRC-32C is ${hex(actual)} where ${hex(expected)} is expected: it is damaged`)
  }
}

function hex(crc: number): string {
  return `0x${(crc >>> 0).toString(16).padStart(8, '0')}`
}

function badBatch(bytes: Buffer, start: number, problem: string): ProtocolError {
  return new ProtocolError(`record batch at offset ${bytes.readBigInt64BE(start)}: ${problem}`)
}
