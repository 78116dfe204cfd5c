import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../../src/errors/client-errors.ts'
import { encodeRecordBatch } from '../../../../src/records/encode-record-batch.ts'
import { bytes, decodeOne, problemOf, rawBatch } from '../support.ts'

const record = bytes('10 00 00 00 02 6b 02 76 00')
const GZIP = 1

describe('gzip', () => {
  test('of several members', () => {
    const records = Buffer.concat([
      gzipSync(record.subarray(0, 4)),
      gzipSync(record.subarray(4, 8)),
      gzipSync(record.subarray(8)),
    ])
    expect(decodeOne(rawBatch({ records, count: 1, attributes: GZIP })).at(0)!.value).toEqual(Buffer.from('v'))
  })

  test('of several members, the last of them tiny', () => {
    const value = Buffer.alloc(1 << 20, 'abc')
    const whole = encodeRecordBatch([{ value }]).subarray(61)
    const records = Buffer.concat([gzipSync(whole.subarray(0, -1)), gzipSync(whole.subarray(-1))])
    expect(
      decodeOne(rawBatch({ records, count: 1, attributes: GZIP }))
        .at(0)!
        .value!.equals(value),
    ).toBe(true)
  })

  test.each([0, 1, 50, 1000, 100_000])('of %d records', count => {
    const batch = decodeOne(
      encodeRecordBatch(
        Array.from({ length: count }, (_, i) => ({ key: `${i}` })),
        { codec: 'gzip' },
      ),
    )
    expect(Array.from(batch, item => Number(item.key))).toEqual(Array.from({ length: count }, (_, i) => i))
  })

  test('is bounded while it decompresses', () => {
    const bomb = encodeRecordBatch([{ value: Buffer.alloc(32 << 20) }], { codec: 'gzip' })
    expect(bomb.length).toBeLessThan(64 << 10)
    expect(problemOf(bomb, { maxDecompressedBytes: 1 << 20 })).toBe(
      'record batch at offset 0: its records decompress to more than 1048576 bytes, the limit of maxDecompressedBatchBytes: ' +
        'raise that option if such batches are expected',
    )
    expect(decodeOne(bomb).at(0)!.value).toHaveLength(32 << 20)
  })

  test('may become just as large as the limit', () => {
    const batch = encodeRecordBatch([{ value: Buffer.alloc(1000) }], { codec: 'gzip' })
    const size = encodeRecordBatch([{ value: Buffer.alloc(1000) }]).length - 61
    expect(decodeOne(batch, { maxDecompressedBytes: size }).at(0)!.value).toHaveLength(1000)
    expect(problemOf(batch, { maxDecompressedBytes: size - 1 })).toContain(`more than ${size - 1} bytes`)
  })

  test.each([
    ['no gzip at all', record],
    ['cut off', gzipSync(record).subarray(0, -5)],
    ['nothing', Buffer.alloc(0)],
    ['a trailer that lies about the size', Buffer.concat([gzipSync(record).subarray(0, -4), bytes('ffffffff')])],
  ])('that is damaged: %s', (_, records) => {
    expect(problemOf(rawBatch({ records, count: 1, attributes: GZIP }))).toMatch(
      /^record batch at offset 0: its gzip data is/,
    )
  })

  test('whose records do not match the count', () => {
    const records = gzipSync(record)
    expect(problemOf(rawBatch({ records, count: 2, attributes: GZIP }))).toContain('announces 2 records in 9 bytes')
    expect(problemOf(rawBatch({ records, count: 2 ** 31 - 1, attributes: GZIP }))).toContain('in 9 bytes')
  })

  test.each([0, 10, 1.5, -1, Number.NaN])('has no level %d', level => {
    expect(() => encodeRecordBatch([{}], { codec: 'gzip', level })).toThrow(ConfigurationError)
  })
})
