import { gzipSync } from 'node:zlib'
import crc32 from 'crc-32'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import type { RecordBatch } from '../../../src/records/record-batch.ts'
import { random } from './compression/samples.ts'
import { bytes, decodeAll, decodeOne, problemOf } from './support.ts'

interface Legacy {
  readonly magic: 0 | 1
  readonly offset: bigint
  readonly attributes?: number
  readonly timestamp?: bigint
  readonly key?: string | null
  readonly value?: string | Buffer | null
}

/** A message of magic 0 or 1, by the description of the format. */
function message({ magic, offset, attributes = 0, timestamp = -1n, key = null, value = null }: Legacy): Buffer {
  const time = Buffer.alloc(magic === 0 ? 0 : 8)
  if (magic === 1) time.writeBigInt64BE(timestamp)
  const content = Buffer.concat([Buffer.from([magic, attributes]), time, field(key), field(value)])
  const head = Buffer.alloc(16)
  head.writeBigInt64BE(offset)
  head.writeInt32BE(content.length + 4, 8)
  head.writeInt32BE(crc32.buf(content), 12)
  return Buffer.concat([head, content])
}

function field(data: string | Buffer | null): Buffer {
  const length = Buffer.alloc(4, 0xff)
  if (data === null) return length
  const value = Buffer.from(data as string)
  length.writeInt32BE(value.length)
  return Buffer.concat([length, value])
}

function gzipped(outer: Omit<Legacy, 'value'>, ...inner: Buffer[]): Buffer {
  return message({ ...outer, attributes: (outer.attributes ?? 0) | 1, value: gzipSync(Buffer.concat(inner)) })
}

function rows(batches: readonly RecordBatch[]): unknown[] {
  return batches.flatMap(batch =>
    Array.from(batch, ({ offset, timestamp, key, value }) => [
      offset,
      timestamp,
      key?.toString() ?? null,
      value?.toString() ?? null,
    ]),
  )
}

/** As kept by a broker of Kafka 0.10; the CRC was computed by zlib. */
const golden = bytes(`
  0000000000000064  ; offset 100
  00000023          ; 35 bytes follow
  cb826e19          ; CRC-32 of all that follows
  01                ; magic 1
  00                ; attributes: no compression, create time
  0000018bcfe56800  ; 1,700,000,000,000
  00000005 6b65792030  ; key 'key 0'
  00000008 76616c756520302020  ; value
`).subarray(0, 47)

describe('messages that are not compressed', () => {
  test('by golden bytes', () => {
    const batch = decodeOne(golden)
    expect(batch).toMatchObject({
      magic: 1,
      baseOffset: 100n,
      lastOffset: 100n,
      nextOffset: 101n,
      count: 1,
      sizeBytes: 47,
      codec: 'none',
      timestampType: 'create',
      maxTimestamp: 1_700_000_000_000,
      isControl: false,
      isTransactional: false,
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      partitionLeaderEpoch: -1,
      deleteHorizonMs: undefined,
    })
    expect(rows([batch])).toEqual([[100n, 1_700_000_000_000, 'key 0', 'value 0 ']])
    expect(batch.at(0)!.headers.size).toBe(0)
  })

  test('become one batch as far as they go together', () => {
    const input = Buffer.concat([
      message({ magic: 0, offset: 5n, key: 'a', value: '1' }),
      message({ magic: 0, offset: 6n, key: '', value: null }),
      // Compaction took what was between.
      message({ magic: 0, offset: 1000n, key: null, value: '' }),
      message({ magic: 1, offset: 1001n, timestamp: 77n }),
      message({ magic: 1, offset: 1002n, timestamp: -5n, value: 'v' }),
      message({ magic: 1, offset: 1003n, timestamp: 80n, attributes: 8 }),
      message({ magic: 1, offset: 1004n, timestamp: 80n, attributes: 8 }),
      message({ magic: 1, offset: 1005n, timestamp: 81n, attributes: 8 }),
      message({ magic: 1, offset: 2n ** 40n, timestamp: 81n, attributes: 8 }),
      encodeRecordBatch([{ value: 'new' }], { baseOffset: 2n ** 41n }),
      message({ magic: 0, offset: 2n ** 41n + 1n }),
    ])
    const batches = decodeAll(input)
    expect(batches.map(({ magic, count, timestampType }) => [magic, count, timestampType])).toEqual([
      [0, 3, 'create'],
      [1, 2, 'create'],
      [1, 2, 'log-append'],
      [1, 1, 'log-append'],
      [1, 1, 'log-append'],
      [2, 1, 'create'],
      [0, 1, 'create'],
    ])
    expect(batches.reduce((sum, batch) => sum + batch.sizeBytes, 0)).toBe(input.length)
    expect(batches[0]!.indexOf(7n)).toBe(2)
    expect(batches[1]!.maxTimestamp).toBe(77)
    expect(rows(batches).slice(0, 7)).toEqual([
      [5n, -1, 'a', '1'],
      [6n, -1, '', null],
      [1000n, -1, null, ''],
      [1001n, 77, null, null],
      [1002n, -5, null, 'v'],
      [1003n, 80, null, null],
      [1004n, 80, null, null],
    ])
  })

  test('may have any timestamp, to the nearest number', () => {
    for (const timestamp of [1_700_000_000_000_000_001n, 2n ** 63n - 1n, -(2n ** 63n), -1n, 0n]) {
      const batch = decodeOne(message({ magic: 1, offset: 1n, timestamp }))
      expect(Math.abs(batch.at(0)!.timestamp - Number(timestamp))).toBeLessThanOrEqual(1024)
      const stamped = decodeOne(message({ magic: 1, offset: 1n, timestamp, attributes: 8 }))
      expect(Math.abs(stamped.at(0)!.timestamp - Number(timestamp))).toBeLessThanOrEqual(1024)
    }
  })

  test('a last one that was cut off is left out', () => {
    const input = Buffer.concat([golden, golden])
    input.writeBigInt64BE(101n, 47)
    for (let end = 47; end < input.length; end++) expect(rows(decodeAll(input.subarray(0, end)))).toHaveLength(1)
    for (let end = 0; end < 47; end++) expect(decodeAll(input.subarray(0, end))).toEqual([])
  })

  test('before one that is damaged are given', () => {
    const input = Buffer.concat([message({ magic: 1, offset: 1n }), message({ magic: 1, offset: 2n }), golden])
    input[input.length - 1]! ^= 1
    const seen: bigint[] = []
    expect(() => {
      for (const batch of decodeRecordBatches(input)) for (const record of batch) seen.push(record.offset)
    }).toThrow('record batch at offset 100: its message has the CRC-32')
    expect(seen).toEqual([1n, 2n])
    expect(rows(decodeAll(input, { checkCrcs: false }))).toHaveLength(3)
  })
})

describe('compressed messages', () => {
  test('of magic 0 have their own offsets', () => {
    const inner = [message({ magic: 0, offset: 7n, value: 'a' }), message({ magic: 0, offset: 9n, value: 'b' })]
    const batch = decodeOne(gzipped({ magic: 0, offset: 9n }, ...inner))
    expect(batch).toMatchObject({ magic: 0, codec: 'gzip', baseOffset: 7n, nextOffset: 10n, count: 2 })
    expect(rows([batch])).toEqual([
      [7n, -1, null, 'a'],
      [9n, -1, null, 'b'],
    ])
  })

  test('of magic 1 have offsets that count to that of the last', () => {
    const inner = [0n, 2n, 3n].map(offset => message({ magic: 1, offset, timestamp: 50n + offset, value: `${offset}` }))
    const batch = decodeOne(gzipped({ magic: 1, offset: 2n ** 53n, timestamp: 53n }, ...inner))
    expect(batch).toMatchObject({ baseOffset: 2n ** 53n - 3n, nextOffset: 2n ** 53n + 1n, maxTimestamp: 53 })
    expect(rows([batch])).toEqual([
      [2n ** 53n - 3n, 50, null, '0'],
      [2n ** 53n - 1n, 52, null, '2'],
      [2n ** 53n, 53, null, '3'],
    ])
  })

  test('with the time of the broker all have that of the outer one', () => {
    const inner = [0n, 1n].map(offset => message({ magic: 1, offset, timestamp: 50n + offset }))
    const batch = decodeOne(gzipped({ magic: 1, offset: 8n, timestamp: 99n, attributes: 8 }, ...inner))
    expect(batch).toMatchObject({ timestampType: 'log-append', maxTimestamp: 99 })
    expect(rows([batch])).toEqual([
      [7n, 99, null, null],
      [8n, 99, null, null],
    ])
  })

  const one = message({ magic: 1, offset: 0n, value: 'v' })
  test.each([
    ['no message is compressed in it', gzipped({ magic: 1, offset: 5n })],
    ['the last message compressed in it is cut off', gzipped({ magic: 1, offset: 5n }, one.subarray(0, -1))],
    [
      'a message of format v0 is compressed in it',
      gzipped({ magic: 1, offset: 5n }, message({ magic: 0, offset: 0n })),
    ],
    ['it is compressed twice', gzipped({ magic: 1, offset: 5n }, gzipped({ magic: 1, offset: 0n }, one))],
    ['offset 0 comes after 0 in it', gzipped({ magic: 1, offset: 5n }, one, one)],
    ['its gzip data is damaged', message({ magic: 1, offset: 5n, attributes: 1, value: 'not gzip' })],
    ['its message is compressed and has no value', message({ magic: 1, offset: 5n, attributes: 1 })],
    ['its message has compression codec 5, which', message({ magic: 1, offset: 5n, attributes: 5, value: 'x' })],
    ['its offsets begin at', gzipped({ magic: 1, offset: 5n }, one, message({ magic: 1, offset: 2n ** 31n }))],
    ['its offsets begin at', gzipped({ magic: 0, offset: 5n }, message({ magic: 0, offset: -(2n ** 63n) }))],
  ])('%s', (problem, input) => {
    expect(problemOf(input)).toMatch(new RegExp(`^record batch at offset 5: ${problem}`))
  })

  test('have their CRCs checked as well', () => {
    const bad = Buffer.from(one)
    bad[bad.length - 1]! ^= 1
    const input = gzipped({ magic: 1, offset: 5n }, bad)
    expect(problemOf(input)).toMatch(/^record batch at offset 5: .* its message has the CRC-32/)
    expect(rows([decodeOne(input, { checkCrcs: false })])).toEqual([[5n, -1, null, 'w']])
  })

  test('share one bound, as they are decompressed when they are reached', () => {
    const bomb = gzipped({ magic: 1, offset: 5n }, message({ magic: 1, offset: 0n, value: Buffer.alloc(1 << 20) }))
    const options = { maxDecompressedBytes: (1 << 20) + 100 }
    expect(decodeOne(bomb, options).count).toBe(1)
    expect(problemOf(Buffer.concat([bomb, bomb]), options)).toContain('decompress to more than')
    expect(problemOf(bomb, { maxDecompressedBytes: 1000 })).toContain('decompress to more than 1000 bytes')
  })
})

describe('messages that are not sound', () => {
  test.each([
    ['its message has an impossible length of 21 bytes', 8, 4, 21],
    ['its message has an impossible length of -1 bytes', 8, 4, -1],
    ['its message has a key of 100 bytes, more than it has', 26, 4, 100],
    ['its message has a value of 7 bytes where 8 are left', 35, 4, 7],
    ['its message has a value of 2147483647 bytes where 8', 35, 4, 2 ** 31 - 1],
    ['its message has a value of -1 bytes where 8', 35, 4, -1],
  ])('%s', (problem, position, width, value) => {
    const bad = Buffer.from(golden)
    bad.writeIntBE(value, position, width)
    expect(problemOf(bad, { checkCrcs: false })).toMatch(`record batch at offset 100: ${problem}`)
  })

  test('end in a ProtocolError, or are read', () => {
    const seed = 424_242
    console.log(`seed of the damage: ${seed}`)
    const next = random(seed)
    const inner = [0n, 1n, 2n].map(offset => message({ magic: 1, offset, timestamp: 5n, key: 'k', value: `${offset}` }))
    const sources = [
      Buffer.concat([golden, ...inner, message({ magic: 0, offset: 7n, value: 'x' })]),
      message({ magic: 1, offset: 9n, attributes: 1, value: gzipSync(Buffer.concat(inner)) }),
      // Stored, so that damage within is met by the reader of messages and not only by gzip.
      message({ magic: 1, offset: 9n, attributes: 1, value: gzipSync(Buffer.concat(inner), { level: 0 }) }),
    ]
    let refused = 0
    for (let round = 0; round < 10_000; round++) {
      const input = Buffer.from(sources[round % sources.length]!)
      for (let changes = next(3); changes >= 0; changes--) input[next(input.length)] = next(2) === 0 ? next(256) : 0xff
      try {
        for (const batch of decodeAll(input.subarray(0, next(8) === 0 ? next(input.length) : input.length), {
          checkCrcs: false,
          maxDecompressedBytes: 1 << 16,
        })) {
          for (const record of batch) record.toJSON()
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1000)
  })
})
