import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { random } from './compression/samples.ts'
import { rawBatch, sealed } from './support.ts'

const data = fc.option(
  fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ maxLength: 100 }), fc.uint8Array({ maxLength: 200 })),
)
const records = fc.array(
  fc.record({
    key: data,
    value: data,
    headers: fc.option(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), data), { maxLength: 4 })),
    timestamp: fc.oneof(fc.nat(), fc.integer({ min: -(2 ** 52), max: 2 ** 52 })),
  }),
  { maxLength: 50 },
)
const options = fc.record({
  codec: fc.constantFrom('none', 'gzip', 'snappy', 'lz4', 'zstd'),
  baseOffset: fc.bigInt({ min: 0n, max: 2n ** 62n }),
  producerId: fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.integer({ min: -1, max: 32767 }),
  baseSequence: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
  transactional: fc.boolean(),
  control: fc.boolean(),
})

function buffer(input: string | Uint8Array | null): Buffer | null {
  if (input === null) return null
  return typeof input === 'string' ? Buffer.from(input) : Buffer.from(input)
}

test('what is encoded is decoded', () => {
  fc.assert(
    fc.property(records, options, (inits, close) => {
      const bytes = encodeRecordBatch(inits, close)
      const [batch, ...others] = decodeRecordBatches(bytes)
      expect(others).toEqual([])
      expect(batch).toMatchObject({
        codec: close.codec,
        count: inits.length,
        baseOffset: close.baseOffset,
        producerId: close.producerId,
        producerEpoch: close.producerEpoch,
        baseSequence: close.baseSequence,
        partitionLeaderEpoch: close.partitionLeaderEpoch,
        isTransactional: close.transactional,
        isControl: close.control,
        sizeBytes: bytes.length,
      })
      const decoded = Array.from(batch!, record => ({
        offset: record.offset,
        timestamp: record.timestamp,
        key: record.key,
        value: record.value,
        headers: Array.from(record.headers),
      }))
      const expected = inits.map((init, i) => ({
        offset: close.baseOffset + BigInt(i),
        timestamp: init.timestamp,
        key: buffer(init.key),
        value: buffer(init.value),
        headers: (init.headers ?? []).map(([name, value]) => [name, buffer(value)]),
      }))
      expect(decoded).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

/** Reads all there is to read; returns how many bytes that made. */
function readAll(input: Buffer): number {
  let total = 0
  for (const batch of decodeRecordBatches(input, { checkCrcs: false, maxDecompressedBytes: 1 << 20 })) {
    batch.nextOffset
    batch.indexOf(batch.baseOffset + 3n)
    for (const record of batch) {
      total += (record.key?.length ?? 0) + (record.value?.length ?? 0)
      for (const [name, value] of record.headers) total += name.length + (value?.length ?? 0)
      if (typeof record.offset !== 'bigint' || Number.isNaN(record.timestamp)) throw new Error('not a record')
    }
  }
  return total
}

test('damaged batches end in a ProtocolError, or are read, within bounds', () => {
  const seed = 20_240_817
  console.log(`seed of the damage: ${seed}`)
  const next = random(seed)
  const inits = Array.from({ length: 12 }, (_, i) => ({
    key: i % 3 === 0 ? null : `key ${i}`,
    value: 'x'.repeat(i * 13),
    timestamp: 1_700_000_000_000 + i * 977,
    headers: i % 2 === 0 ? [['a', 'b'] as const, ['c', null] as const] : null,
  }))
  const plain = encodeRecordBatch(inits, { baseOffset: 1000n })
  const sources = [plain, encodeRecordBatch(inits, { codec: 'gzip' }), Buffer.concat([plain, plain])]
  let refused = 0
  for (let round = 0; round < 10_000; round++) {
    const source = sources[next(sources.length)]!
    let input = Buffer.from(source)
    if (next(4) === 0) input = input.subarray(0, next(input.length))
    for (let flips = next(4); flips >= 0 && input.length > 0; flips--) {
      // Mostly in the records: a damaged length of the batch just ends it.
      const at = next(3) === 0 ? next(input.length) : Math.min(61 + next(input.length), input.length - 1)
      input[at] = next(2) === 0 ? next(256) : input[at]! ^ (1 << next(8))
    }
    try {
      if (readAll(input) > 1 << 20) throw new Error('more was read than there may be')
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error })
      refused++
    }
  }
  expect(refused).toBeGreaterThan(3000)
})

test('bytes of any kind in the place of records end in a ProtocolError, or are read', () => {
  const records = fc.uint8Array({ maxLength: 64 })
  fc.assert(
    fc.property(records, fc.integer({ min: 0, max: 4 }), fc.constantFrom(0, 1), (bytes, count, attributes) => {
      const input = rawBatch({ records: Buffer.from(bytes), count, attributes })
      try {
        readAll(input)
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolError)
      }
    }),
    { numRuns: 5000, seed: 7 },
  )
})

test('a count is not believed before the bytes could hold it', () => {
  const input = rawBatch({ records: Buffer.alloc(70), count: 0 })
  const before = process.memoryUsage().arrayBuffers
  for (const count of [11, 2 ** 20, 2 ** 31 - 1]) {
    input.writeInt32BE(count, 57)
    expect(() => readAll(sealed(input))).toThrow(`announces ${count} records in 70 bytes`)
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1 << 20)
})
