import { describe, expect, test } from 'vitest'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { bytes, decodeAll, decodeOne, problemOf, rawBatch, sealed } from './support.ts'

const record = bytes('10 00 00 00 02 6b 02 76 00')
const sound = encodeRecordBatch([{ key: 'k', value: 'v' }], { baseOffset: 41n })

describe('several batches in a row', () => {
  const three = [0n, 10n, 20n].map(baseOffset => encodeRecordBatch([{ value: `${baseOffset}` }, {}], { baseOffset }))
  const all = Buffer.concat(three)

  test('are given one after the other, again and again', () => {
    expect(decodeAll(all).map(batch => batch.baseOffset)).toEqual([0n, 10n, 20n])
    expect(decodeAll(all).map(batch => batch.at(0)!.value!.toString())).toEqual(['0', '10', '20'])
  })

  test('a last one that was cut off is left out, wherever it was cut', () => {
    const whole = three[0]!.length + three[1]!.length
    for (let end = whole; end < all.length; end++) {
      expect(decodeAll(all.subarray(0, end)).map(batch => batch.baseOffset)).toEqual([0n, 10n])
    }
  })

  test('in a plain Uint8Array that does not begin where its memory does', () => {
    const plain = new Uint8Array(all.length + 3)
    plain.set(all, 3)
    const batches = decodeAll(plain.subarray(3))
    expect(batches.map(batch => batch.at(0)!.value)).toEqual(['0', '10', '20'].map(value => Buffer.from(value)))
  })

  test('no bytes have no batches', () => {
    expect(decodeAll(Buffer.alloc(0))).toEqual([])
  })
})

describe('headers of batches', () => {
  test.each([
    ['length', 8, 4, 13, 'record batch at offset 41: its length of 13 bytes is impossible'],
    ['length', 8, 4, -1, 'record batch at offset 41: its length of -1 bytes is impossible'],
    ['length', 8, 4, 48, 'record batch at offset 41: its length of 48 bytes is less than its header takes'],
    ['magic', 16, 1, 3, 'record batch at offset 41: message format v3 does not exist'],
    ['magic', 16, 1, -1, 'record batch at offset 41: message format v-1 does not exist'],
    ['codec', 21, 2, 5, 'record batch at offset 41: compression codec 5 does not exist'],
    ['codec', 21, 2, 7, 'record batch at offset 41: compression codec 7 does not exist'],
    ['count', 57, 4, -1, 'record batch at offset 41: it announces -1 records'],
    ['last offset delta', 23, 4, -1, 'record batch at offset 41: its last offset delta is -1'],
  ])('%s at %d: %d bytes of %d', (_, position, width, value, problem) => {
    const bad = Buffer.from(sound)
    bad.writeIntBE(value, position, width)
    expect(problemOf(sealed(bad))).toBe(problem)
  })

  test('a CRC that does not match is told before anything of the batch is seen', () => {
    const bad = Buffer.from(sound)
    bad.writeUInt32BE(0xdeadbeef, 17)
    const actual = `0x${sound.readUInt32BE(17).toString(16).padStart(8, '0')}`
    expect(() => decodeAll(bad)).toThrow(
      `record batch at offset 41: its CRC-32C is ${actual} where 0xdeadbeef is expected: it is damaged`,
    )
    expect(decodeAll(bad, { checkCrcs: false })).toHaveLength(1)
  })

  test('attributes that mean nothing yet are ignored', () => {
    expect(decodeOne(rawBatch({ records: record, count: 1, attributes: 0x7f80 })).at(0)!.key).toEqual(Buffer.from('k'))
  })
})

describe('records that are not sound', () => {
  test.each([
    ['a count too large', 2, '10 00 00 00 02 6b 02 76 00', 'it announces 2 records in 9 bytes'],
    ['a count a bit too large', 2, '1a 00 00 00 02 6b 0c 76 7676767676 00', 'it announces 2 records and has 1'],
    ['a count too small', 1, '0c 00 00 00 00 00 00  0c 00 00 02 00 00 00', '7 bytes follow its 1 records'],
    ['a huge count', 2 ** 31 - 1, '0c 00 00 00 00 00 00', 'it announces 2147483647 records in 7 bytes'],
    [
      'a length one too large',
      1,
      '12 00 00 00 02 6b 02 76 00 00',
      'its record 0 has a length of 9 bytes but fields of 8',
    ],
    ['a length one too small', 1, '0e 00 00 00 02 6b 02 76 00', 'its record 0 has a length of 7 bytes but fields of 8'],
    ['a length beyond the batch', 1, '12 00 00 00 02 6b 02 76 00', 'its record 0 has 9 bytes, of which 8 are there'],
    ['a length of five', 1, '0a 00 00 00 00 00 00', 'its record 0 has an impossible length of 5 bytes'],
    ['a negative length', 1, '0d 00 00 00 00 00 00', 'its record 0 has an impossible length of -7 bytes'],
    ['a length of six bytes', 1, '808080808000 00', 'its record 0 has a varint longer than 5 bytes'],
    [
      'a timestamp of eleven bytes',
      1,
      '20 00 8080808080808080808000 00 00 00 00',
      'its record 0 has a timestamp delta longer',
    ],
    ['an offset of six bytes', 1, '16 00 00 808080808000 00 00 00', 'its record 0 has an offset delta longer'],
    ['a key length of six bytes', 1, '16 00 00 00 808080808000 00 00', 'its record 0 has a varint longer than 5 bytes'],
    ['a key beyond the record', 1, '10 00 00 00 08 6b 02 76 00', 'its record 0 has a varint that runs past the end'],
    ['a key far beyond', 1, '10 00 00 00 40 6b 02 76 00', 'its record 0 has a key of 32 bytes, more than are left'],
    ['a value beyond', 1, '10 00 00 00 02 6b 06 76 00', 'its record 0 has a value of 3 bytes, more than are left'],
    ['a value of 2 GiB', 1, '14 00 00 00 00 feffffff0f 00', 'its record 0 has a value of 2147483647 bytes, more than'],
    ['a negative number of headers', 1, '0c 00 00 00 00 00 01', 'its record 0 has a negative number of headers, -1'],
    ['more headers than there are', 1, '0c 00 00 00 00 00 02', 'its record 0 has a varint that runs past the end'],
    ['a header without a name', 1, '10 00 00 00 00 00 02 01 00', 'its record 0 has a header without a name'],
    ['a header name beyond', 1, '10 00 00 00 00 00 02 04 68', 'its record 0 has a header name of 2 bytes, more than'],
    [
      'a header value beyond',
      1,
      '14 00 00 00 00 00 02 02 68 04 78',
      'its record 0 has a header value of 2 bytes, more',
    ],
    ['no value nor headers', 1, '0c 00 808080808000', 'its record 0 has'],
  ])('%s', (_, count, hex, problem) => {
    const message = problemOf(rawBatch({ records: bytes(hex), count, baseOffset: 9n }))
    expect(message.startsWith(`record batch at offset 9: ${problem}`), message).toBe(true)
  })

  test('do not follow in the next batch', () => {
    // The first batch announces a byte more than its record has; that byte is the next batch's.
    const batch = rawBatch({ records: bytes('12 00 00 00 02 6b 02 76 00'), count: 1 })
    expect(problemOf(Buffer.concat([batch, sound]))).toContain('has 9 bytes, of which 8 are there')
  })

  test('are found before the first record is given', () => {
    const batch = decodeOne(rawBatch({ records: bytes('0c 00 00 00 00 00 00  0c 00 00 02 00 02 00'), count: 2 }))
    expect(() => batch[Symbol.iterator]()).toThrow('its record 1')
    expect(() => batch.at(0)).toThrow('its record 1')
    expect(() => batch.indexOf(0n)).toThrow('its record 1')
    expect(() => batch.keyAt(0)).toThrow('its record 1')
  })
})

describe('records as Java accepts them', () => {
  test('key and value lengths below -1 are null', () => {
    const [first] = decodeOne(rawBatch({ records: bytes('10 00 00 00 03 05 02 00 07'), count: 1 }))
    expect(first!.key).toBeNull()
    expect(first!.value).toBeNull()
    expect(Array.from(first!.headers)).toEqual([['', null]])
  })

  test('attributes of a record', () => {
    expect(decodeOne(rawBatch({ records: bytes('0c ff 00 00 01 01 00'), count: 1 })).at(0)!.value).toBeNull()
  })

  test('varints longer than need be', () => {
    const [first] = decodeOne(
      rawBatch({ records: bytes('b48000 00 8a8000 848000 828000 6b 828000 76 828000 828000 68 828000 78'), count: 1 }),
    )
    expect(first!.toJSON()).toEqual({ offset: '2', timestamp: 5, key: 'k', value: 'v', headers: [['h', 'x']] })
  })
})

describe('a batch', () => {
  const batch = decodeOne(
    encodeRecordBatch(
      [{ offset: 100n }, { offset: 101n }, { offset: 105n }, { offset: 300n }].map(init => ({ ...init, value: 'v' })),
      { baseOffset: 98n, lastOffset: 400n },
    ),
  )

  test('finds an offset, or the next one there is', () => {
    const expected: [bigint, number][] = [
      [0n, 0],
      [98n, 0],
      [100n, 0],
      [101n, 1],
      [102n, 2],
      [105n, 2],
      [106n, 3],
      [300n, 3],
      [301n, 4],
      [2n ** 62n, 4],
    ]
    for (const [offset, index] of expected) expect([offset, batch.indexOf(offset)]).toEqual([offset, index])
  })

  test('finds it where it is expected without compaction', () => {
    const dense = decodeOne(
      encodeRecordBatch(
        Array.from({ length: 300 }, () => ({})),
        { baseOffset: 5n },
      ),
    )
    for (let i = 0; i < 300; i++) expect(dense.indexOf(5n + BigInt(i))).toBe(i)
  })

  test('is indexed like an array', () => {
    expect(batch.at(0)!.offset).toBe(100n)
    expect(batch.at(3)!.offset).toBe(300n)
    expect(batch.at(-1)!.offset).toBe(300n)
    expect(batch.at(4)).toBeUndefined()
    expect(batch.at(-5)).toBeUndefined()
    expect(batch.at(Number.NaN)).toBeUndefined()
  })

  test('is read as any class, from any record', () => {
    class Row {
      readonly text: string
      constructor(source: typeof batch, index: number, topic: string) {
        this.text = `${topic} ${source.offsetAt(index)}`
      }
    }
    expect(Array.from(batch.read(Row, 'orders', batch.indexOf(105n)), row => row.text)).toEqual([
      'orders 105',
      'orders 300',
    ])
    expect(Array.from(batch.read(Row, 'orders', 4))).toEqual([])
  })

  test('gives keys and values that are views of the bytes it came in', () => {
    const [first] = decodeOne(sound)
    expect(first!.value!.buffer).toBe(sound.buffer)
    expect(Object.getPrototypeOf(first!.value!)).toBe(Buffer.prototype)
  })

  test('has offsets beyond 2^53, and below 0', () => {
    for (const baseOffset of [2n ** 53n - 1n, 2n ** 62n + 1n, 2n ** 63n - 2n, -1n, -(2n ** 63n)]) {
      const far = decodeOne(encodeRecordBatch([{}, {}], { baseOffset }))
      expect(far.baseOffset).toBe(baseOffset)
      expect(Array.from(far, item => item.offset)).toEqual([baseOffset, baseOffset + 1n])
    }
  })
})

test('a record as JSON', () => {
  const init = {
    key: 'k',
    value: null,
    timestamp: 3,
    headers: [
      ['h', 'é'],
      ['h', null],
    ] as [string, string | null][],
  }
  const [first] = decodeOne(encodeRecordBatch([init], { baseOffset: 2n ** 60n }))
  expect(JSON.stringify(first)).toBe(
    '{"offset":"1152921504606846976","timestamp":3,"key":"k","value":null,"headers":[["h","é"],["h",null]]}',
  )
})

test('headers', () => {
  const headers: [string, string | null][] = [
    ['a', '1'],
    ['b', ''],
    ['a', null],
    ['a', '2'],
  ]
  const [first] = decodeOne(encodeRecordBatch([{ headers, value: 'v' }]))
  const read = first!.headers
  expect(read.size).toBe(4)
  expect(read.get('a')).toEqual(Buffer.from('2'))
  expect(read.get('b')).toEqual(Buffer.alloc(0))
  expect(read.get('c')).toBeUndefined()
  expect(read.has('b')).toBe(true)
  expect(read.has('c')).toBe(false)
  expect(read.getAll('a')).toEqual([Buffer.from('1'), null, Buffer.from('2')])
  expect(read.getAll('c')).toEqual([])
  expect(Array.from(read, ([name]) => name)).toEqual(['a', 'b', 'a', 'a'])
  expect(JSON.stringify(read)).toBe('[["a","1"],["b",""],["a",null],["a","2"]]')
})
