import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../src/errors/client-errors.ts'
import { BatchEncoder } from '../../../src/records/batch-encoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import type { RecordData, RecordHeaderList } from '../../../src/records/record-data.ts'
import { decodeOne } from './support.ts'

/** Lengths at which something changes: a varint's width, or how text is written. */
const lengths = [0, 1, 7, 8, 9, 15, 16, 17, 20, 31, 32, 62, 63, 64, 65, 2730, 2731, 8190, 8191, 8192]
const text = [
  ['ASCII', (n: number) => 'x'.repeat(n)],
  ['two bytes', (n: number) => 'é'.repeat(n)],
  ['three bytes', (n: number) => '漢'.repeat(n)],
  ['four bytes', (n: number) => '😀'.repeat(n)],
  ['ASCII with an end that is not', (n: number) => `${'x'.repeat(Math.max(n - 1, 0))}é`],
  ['a lone surrogate', (n: number) => `${'x'.repeat(n)}\ud83d`],
] as const

function encodeOne(key: RecordData, value: RecordData, initialBytes?: number): BatchEncoder {
  const encoder = new BatchEncoder(initialBytes === undefined ? {} : { initialBytes })
  const expected = encoder.sizeWith(5, key, value, [[String(key ?? ''), value]])
  encoder.append(5, key, value, [[String(key ?? ''), value]])
  expect(encoder.sizeBytes).toBe(expected)
  return encoder
}

describe.each(text)('text of %s', (_, make) => {
  test.each(lengths)('%d characters', length => {
    const string = make(length)
    for (const initialBytes of [undefined, 0, 1 << 20]) {
      const [record] = decodeOne(encodeOne(string, string, initialBytes).close())
      const expected = Buffer.from(string)
      expect(record!.key!.equals(expected)).toBe(true)
      expect(record!.value!.equals(expected)).toBe(true)
      expect(record!.headers.get(expected.toString())!.equals(expected)).toBe(true)
    }
  })
})

test.each(lengths)('values of %d bytes', length => {
  const data = new Uint8Array(length).fill(7)
  const [record] = decodeOne(encodeOne(data, data).close())
  expect(record!.key).toEqual(Buffer.from(data))
  expect(record!.value).toEqual(Buffer.from(data))
})

test.each(text)('records of all sizes about where their length gets wider, %s', (_, make) => {
  const encoder = new BatchEncoder()
  const sizes: number[] = []
  for (let size = 10; size < 70; size++) sizes.push(size)
  for (let size = 2700; size < 2740; size++) sizes.push(size)
  for (let size = 8160; size < 8200; size++) sizes.push(size)
  for (const [i, size] of sizes.entries()) {
    const headers: RecordHeaderList | null = i % 3 === 0 ? [['name', make(3)]] : null
    const append = [i * i, i % 2 === 0 ? null : make(4), make(size), headers] as const
    const expected = encoder.sizeWith(...append)
    encoder.append(...append)
    expect(encoder.sizeBytes).toBe(expected)
  }
  const values = Array.from(decodeOne(encoder.close()), record => record.value!.toString())
  expect(values).toEqual(sizes.map(size => Buffer.from(make(size)).toString()))
})

test('many records, with offset deltas of more than a byte', () => {
  const encoder = new BatchEncoder()
  for (let i = 0; i < 20_000; i++) {
    const expected = encoder.sizeWith(i, `${i}`, null, null)
    encoder.append(i, `${i}`, null, null)
    if (encoder.sizeBytes !== expected) throw new Error(`record ${i} makes ${encoder.sizeBytes}, not ${expected}`)
  }
  const batch = decodeOne(encoder.close({ baseOffset: 2n ** 53n - 5n }))
  expect(batch.nextOffset).toBe(2n ** 53n - 5n + 20_000n)
  let i = 0
  for (const record of batch) {
    if (record.offset !== 2n ** 53n - 5n + BigInt(i) || record.key!.toString() !== `${i}`)
      expect(record.toJSON()).toBe(i)
    i++
  }
})

describe('tryAppend', () => {
  test('adds what just fits, and leaves the batch alone otherwise', () => {
    const append = [12, 'ключ', Buffer.from('value'), [['имя', '値']]] as const
    const encoder = new BatchEncoder()
    encoder.append(10, 'k', 'v', null)
    const size = encoder.sizeWith(...append)
    expect(encoder.tryAppend(size - 1, ...append)).toBe(false)
    expect(encoder.count).toBe(1)
    expect(encoder.maxTimestamp).toBe(10)
    expect(encoder.tryAppend(size, ...append)).toBe(true)
    expect(encoder.sizeBytes).toBe(size)
    expect(encoder.maxTimestamp).toBe(12)
    expect(Array.from(decodeOne(encoder.close()), record => record.value!.toString())).toEqual(['v', 'value'])
  })

  test('does not begin with what is much too large', () => {
    const encoder = new BatchEncoder()
    expect(encoder.tryAppend(1000, 1, null, Buffer.alloc(1 << 24), null)).toBe(false)
    expect(encoder.tryAppend(1000, 1, null, 'x'.repeat(1 << 24), null)).toBe(false)
    expect(encoder.count).toBe(0)
    expect(encoder.sizeBytes).toBe(61)
  })

  test.each([
    ['bytes', Buffer.alloc(700)],
    ['text', '漢'.repeat(233)],
  ])('takes no more memory than the limit, %s', (_, value) => {
    const encoder = new BatchEncoder()
    let count = 0
    while (encoder.tryAppend(300_000, 1, null, value, null)) count++
    expect(count).toBeGreaterThan(420)
    const batch = encoder.close()
    expect(decodeOne(batch).count).toBe(count)
    expect(batch.buffer.byteLength).toBe(300_000)
  })

  test('the first record refused does not set the base timestamp', () => {
    const encoder = new BatchEncoder()
    expect(encoder.tryAppend(70, 1, null, 'too long for that', null)).toBe(false)
    encoder.append(1000, null, null, null)
    expect(encoder.baseTimestamp).toBe(1000)
    expect(decodeOne(encoder.close()).at(0)!.timestamp).toBe(1000)
  })
})

describe('timestamps', () => {
  const times = [1000, 0, -1, 2 ** 31 + 1000, 1000 - 2 ** 31, 2 ** 52, -(2 ** 52), 1063, 1064, 936, 935]

  test('may go back, and as far as a number can tell', () => {
    const batch = decodeOne(encodeRecordBatch(times.map(timestamp => ({ timestamp }))))
    expect(Array.from(batch, record => record.timestamp)).toEqual(times)
    expect(batch.maxTimestamp).toBe(2 ** 52)
  })

  test.each([1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])('%d is refused', timestamp => {
    const encoder = new BatchEncoder()
    expect(() => encoder.append(timestamp, null, null, null)).toThrow(ConfigurationError)
    expect(encoder.count).toBe(0)
  })

  test('count from the delete horizon where there is one', () => {
    const batch = decodeOne(encodeRecordBatch([{ timestamp: 3000 }, { timestamp: 4 }], { deleteHorizonMs: 2000 }))
    expect(batch.deleteHorizonMs).toBe(2000)
    expect(Array.from(batch, record => record.timestamp)).toEqual([3000, 4])
  })
})

describe('close', () => {
  test('gives a view of the memory that records were written in', () => {
    const encoder = new BatchEncoder({ initialBytes: 1 << 16 })
    encoder.append(1, null, 'v', null)
    expect(encoder.close().buffer.byteLength).toBeGreaterThanOrEqual(1 << 16)
  })

  test('ends it', () => {
    const encoder = new BatchEncoder()
    encoder.append(1, null, 'v', null)
    encoder.close()
    expect(() => encoder.append(1, null, 'v', null)).toThrow('closed')
    expect(() => encoder.close()).toThrow('closed')
    expect(encoder.count).toBe(1)
  })

  test.each(['none', 'gzip'] as const)('%s', codec => {
    const encoder = new BatchEncoder()
    for (let i = 0; i < 1000; i++) encoder.append(i, `key ${i}`, 'value', null)
    const bytes = encoder.close({ codec, level: codec === 'gzip' ? 9 : undefined })
    if (codec === 'gzip') expect(bytes.length).toBeLessThan(encoder.sizeBytes / 2)
    const batch = decodeOne(bytes)
    expect(batch.codec).toBe(codec)
    expect(batch.sizeBytes).toBe(bytes.length)
    expect(Array.from(batch, record => record.key!.toString())).toEqual(
      Array.from({ length: 1000 }, (_, i) => `key ${i}`),
    )
  })

  test('an empty batch moves the offset on', () => {
    const batch = decodeOne(encodeRecordBatch([], { baseOffset: 7n, lastOffset: 11n, codec: 'gzip' }))
    expect(batch).toMatchObject({ count: 0, baseOffset: 7n, lastOffset: 11n, nextOffset: 12n, maxTimestamp: -1 })
    expect(Array.from(batch)).toEqual([])
  })

  test('a control batch', () => {
    expect(decodeOne(encodeRecordBatch([{ key: Buffer.from([0, 0, 0, 1]) }], { control: true })).isControl).toBe(true)
  })
})

test('offsets of encodeRecordBatch may leave gaps and not go back', () => {
  const batch = decodeOne(encodeRecordBatch([{}, { offset: 13n }, {}], { baseOffset: 10n }))
  expect(Array.from(batch, record => record.offset)).toEqual([10n, 13n, 14n])
  expect(() => encodeRecordBatch([{}, { offset: 0n }])).toThrow('must be at least 1')
})

test('encodeRecordBatch takes records of sizes that differ much, and none', () => {
  const values = Array.from({ length: 1000 }, (_, i) => Buffer.alloc(i === 777 ? 100_000 : i % 16 === 0 ? 0 : 50, i))
  const batch = decodeOne(encodeRecordBatch(values.map(value => ({ value }))))
  expect(Array.from(batch, record => record.value)).toEqual(values)
  expect(decodeOne(encodeRecordBatch(new Set([{ value: 'v' }]))).count).toBe(1)
  expect(decodeOne(encodeRecordBatch([])).count).toBe(0)
})

test('encodeRecordBatch does not take much memory when it looks at the largest records by chance', () => {
  const [large, small] = [Buffer.alloc(100_000), Buffer.alloc(1)]
  const batch = encodeRecordBatch(Array.from({ length: 1024 }, (_, i) => ({ value: i % 256 === 0 ? large : small })))
  expect(batch.length).toBeLessThan(500_000)
  expect(batch.buffer.byteLength).toBeLessThanOrEqual(4 << 20)
})
