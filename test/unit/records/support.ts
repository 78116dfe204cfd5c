import { expect } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { type DecodeRecordBatchesOptions, decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { crc32c } from '../../../src/records/crc32c.ts'
import type { RecordBatch } from '../../../src/records/record-batch.ts'

/** Bytes from hex digits; spaces are free, and what follows a `;` up to the line's end is a comment. */
export function bytes(text: string): Buffer {
  return Buffer.from(text.replaceAll(/;[^\n]*/g, '').replaceAll(/\s/g, ''), 'hex')
}

export interface RawBatch {
  readonly records: Buffer
  readonly count: number
  readonly attributes?: number
  readonly lastOffsetDelta?: number
  readonly baseOffset?: bigint
  readonly baseTimestamp?: bigint
  readonly maxTimestamp?: bigint
}

/** A batch around records that were put together by hand, right or wrong; its CRC is right. */
export function rawBatch(raw: RawBatch): Buffer {
  const batch = Buffer.alloc(61 + raw.records.length)
  batch.writeBigInt64BE(raw.baseOffset ?? 0n, 0)
  batch.writeInt32BE(batch.length - 12, 8)
  batch.writeInt32BE(-1, 12)
  batch.writeInt8(2, 16)
  batch.writeInt16BE(raw.attributes ?? 0, 21)
  batch.writeInt32BE(raw.lastOffsetDelta ?? Math.max(raw.count - 1, 0), 23)
  batch.writeBigInt64BE(raw.baseTimestamp ?? 0n, 27)
  batch.writeBigInt64BE(raw.maxTimestamp ?? 0n, 35)
  batch.writeBigInt64BE(-1n, 43)
  batch.writeInt16BE(-1, 51)
  batch.writeInt32BE(-1, 53)
  batch.writeInt32BE(raw.count, 57)
  raw.records.copy(batch, 61)
  return sealed(batch)
}

/** The batch with its CRC set right, in place. */
export function sealed(batch: Buffer): Buffer {
  batch.writeInt32BE(crc32c(batch.subarray(21)), 17)
  return batch
}

export function decodeAll(input: Uint8Array, options?: DecodeRecordBatchesOptions): RecordBatch[] {
  return Array.from(decodeRecordBatches(input, options))
}

export function decodeOne(input: Uint8Array, options?: DecodeRecordBatchesOptions): RecordBatch {
  const batches = decodeAll(input, options)
  expect(batches).toHaveLength(1)
  return batches[0]!
}

/** The message of the ProtocolError that decoding and reading `input` must end in. */
export function problemOf(input: Uint8Array, options?: DecodeRecordBatchesOptions): string {
  try {
    for (const batch of decodeRecordBatches(input, options)) batch.load()
  } catch (error) {
    expect(error).toBeInstanceOf(ProtocolError)
    return (error as ProtocolError).message
  }
  throw new Error('no error was thrown')
}
