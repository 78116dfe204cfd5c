import { type DecodeRecordBatchesOptions, decodeRecordBatches } from '../records/batch-decoder.ts'
import type { RecordBatch } from '../records/record-batch.ts'
import { Fifo } from '../util/fifo.ts'
import { AnswerMemory } from './answer-memory.ts'

/** A batch as it was fetched, not looked into yet. */
export interface FetchedBytes {
  /** What it lies in, together with others. */
  readonly bytes: Buffer
  readonly start: number
  readonly sizeBytes: number
  /** The first offset of it that was asked for. */
  readonly from: bigint
  /** The epoch of the leader that appended it; -1 where that is not known. */
  readonly leaderEpoch: number
  /** The high watermark that came with it. */
  readonly highWatermark: bigint
}

/** Batches that were fetched and not read yet. */
export class BatchBuffer {
  #batches = new Fifo<FetchedBytes>()
  /** So many of the first ones are not in answers any more, or have these to themselves. */
  #compact = 0
  /** So many of the first ones were there at the last {@link age}. */
  #old = 0
  #sizeBytes = 0

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  get isEmpty(): boolean {
    return this.#batches.size === 0
  }

  push(batch: FetchedBytes): void {
    AnswerMemory.hold(batch.bytes)
    this.#batches.push(batch)
    this.#sizeBytes += batch.sizeBytes
  }

  peek(): FetchedBytes | undefined {
    return this.#batches.peek()
  }

  /** The next batch, in memory that nobody will write to again. */
  shift(): FetchedBytes | undefined {
    const batch = this.#batches.shift()
    if (batch === undefined) return undefined
    this.#sizeBytes -= batch.sizeBytes
    if (this.#compact > 0) this.#compact--
    if (this.#old > 0) this.#old--
    const bytes = AnswerMemory.takeOut(batch.bytes, batch.start, batch.sizeBytes)
    return bytes === undefined ? batch : { ...batch, bytes, start: 0 }
  }

  /** Takes back what is left of the batch that was just taken. */
  unshift(batch: FetchedBytes): void {
    this.#batches.unshift(batch)
    this.#sizeBytes += batch.sizeBytes
    this.#compact = 0
  }

  clear(): void {
    for (const { bytes } of this.#batches) AnswerMemory.release(bytes)
    this.#batches.clear()
    this.#compact = 0
    this.#old = 0
    this.#sizeBytes = 0
  }

  /**
   * To be called now and then. When there is a batch that was there last time already, batches are copied out of the answers that
   * they came in: those hold the batches of other partitions too, and stay in memory as a whole for as long as one of them does.
   */
  age(): void {
    if (this.#old > this.#compact) this.#compactAll()
    this.#old = this.#batches.size
  }

  #compactAll(): void {
    const { size } = this.#batches
    const before = [...this.#batches]
    const shared = new Set(before.slice(this.#compact).filter(isShared))
    this.#compact = size
    if (shared.size === 0) return
    let start = 0
    for (const { sizeBytes } of shared) start += sizeBytes
    const memory = Buffer.allocUnsafeSlow(start)
    start = 0
    this.#batches = new Fifo()
    for (const batch of before) {
      if (!shared.has(batch)) this.#batches.push(batch)
      else {
        batch.bytes.copy(memory, start, batch.start, batch.start + batch.sizeBytes)
        AnswerMemory.release(batch.bytes)
        this.#batches.push({ ...batch, bytes: memory, start })
        start += batch.sizeBytes
      }
    }
  }
}

/** Whether the memory that a batch lies in is mostly that of other partitions. */
function isShared({ bytes }: FetchedBytes): boolean {
  return bytes.length < bytes.buffer.byteLength / 2
}

/**
 * The batch of which `bytes` are all there is.
 *
 * @throws ProtocolError when it is damaged.
 */
export function openBatch(bytes: Buffer, options: DecodeRecordBatchesOptions): RecordBatch {
  return decodeRecordBatches(bytes, options)[Symbol.iterator]().next().value as RecordBatch
}
