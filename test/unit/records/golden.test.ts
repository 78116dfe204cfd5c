import { describe, expect, test } from 'vitest'
import { BatchEncoder } from '../../../src/records/batch-encoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { bytes, decodeOne } from './support.ts'

/** Put together by hand from the description of message format v2; the CRCs come from a bitwise CRC-32C elsewhere. */
const threeRecords = bytes(`
  0000000000000000  ; base offset 0
  00000055          ; 85 bytes follow
  ffffffff          ; partition leader epoch -1
  02                ; magic
  41d8cf0e          ; CRC-32C of all that follows
  0000              ; attributes: no compression, create time
  00000002          ; last offset delta
  00000000000003e8  ; base timestamp 1,000
  00000001000003e8  ; max timestamp 1,000 + 2^32
  ffffffffffffffff  ; producer id -1
  ffff              ; producer epoch -1
  ffffffff          ; base sequence -1
  00000003          ; 3 records

  10                ; a record of 8 bytes (zigzag: twice that)
  00                ; attributes
  00                ; timestamp delta 0
  00                ; offset delta 0
  02 6b             ; key 'k'
  02 76             ; value 'v'
  00                ; no headers

  1e                ; 15 bytes
  00                ; attributes
  13                ; timestamp delta -10 (zigzag: 2 * 10 - 1)
  02                ; offset delta 1
  01                ; null key (zigzag of -1)
  00                ; empty value
  06                ; 3 headers
  02 68 02 78       ; h = 'x'
  02 68 01          ; h = null
  00 00             ; '' = ''

  14                ; 10 bytes
  00                ; attributes
  80 80 80 80 20    ; timestamp delta 2^32: bit 33 after zigzag
  04                ; offset delta 2
  00                ; empty key
  01                ; null value
  00                ; no headers
`)

const appendedByTheBroker = bytes(`
  0000010000000000  ; base offset 2^40
  00000039          ; 57 bytes follow
  00000005          ; partition leader epoch 5
  02                ; magic
  82fc6b5a          ; CRC-32C
  0018              ; attributes: log-append time (bit 3), transactional (bit 4)
  00000006          ; last offset delta: compaction took records around the one
  0000000000000064  ; base timestamp 100
  00000000000003e7  ; max timestamp 999
  0000000000000539  ; producer id 1,337
  0007              ; producer epoch 7
  7fffffff          ; base sequence 2^31 - 1
  00000001          ; 1 record

  0e                ; a record of 7 bytes
  00                ; attributes
  00                ; timestamp delta
  04                ; offset delta 2
  01                ; null key
  02 76             ; value 'v'
  00                ; no headers
`)

const headers = [
  ['h', 'x'],
  ['h', null],
  ['', ''],
] as const

describe('three records with all there is to tell apart', () => {
  test('are encoded byte for byte', () => {
    const encoder = new BatchEncoder()
    encoder.append(1000, 'k', Buffer.from('v'), null)
    encoder.append(990, null, '', headers)
    encoder.append(1000 + 2 ** 32, '', null, [])
    expect(encoder.count).toBe(3)
    expect(encoder.sizeBytes).toBe(97)
    expect(encoder.baseTimestamp).toBe(1000)
    expect(encoder.maxTimestamp).toBe(1000 + 2 ** 32)
    expect(encoder.close().toString('hex')).toBe(threeRecords.toString('hex'))
  })

  test('are decoded', () => {
    const batch = decodeOne(threeRecords)
    expect(batch).toMatchObject({
      baseOffset: 0n,
      lastOffset: 2n,
      nextOffset: 3n,
      count: 3,
      sizeBytes: 97,
      codec: 'none',
      timestampType: 'create',
      maxTimestamp: 1000 + 2 ** 32,
      deleteHorizonMs: undefined,
      producerId: -1n,
      producerEpoch: -1,
      baseSequence: -1,
      partitionLeaderEpoch: -1,
      isTransactional: false,
      isControl: false,
    })
    const records = Array.from(batch)
    expect(records.map(record => record.offset)).toEqual([0n, 1n, 2n])
    expect(records.map(record => record.timestamp)).toEqual([1000, 990, 1000 + 2 ** 32])
    expect(records.map(record => record.key)).toEqual([Buffer.from('k'), null, Buffer.alloc(0)])
    expect(records.map(record => record.value)).toEqual([Buffer.from('v'), Buffer.alloc(0), null])
    expect(records.map(record => record.headers.size)).toEqual([0, 3, 0])
    expect(Array.from(records[1]!.headers)).toEqual([
      ['h', Buffer.from('x')],
      ['h', null],
      ['', Buffer.alloc(0)],
    ])
  })
})

describe('a compacted batch of a transaction, with the time of the broker', () => {
  test('is encoded byte for byte', () => {
    const batch = encodeRecordBatch([{ value: 'v', timestamp: 100, offset: 2n ** 40n + 2n }], {
      baseOffset: 2n ** 40n,
      lastOffset: 2n ** 40n + 6n,
      partitionLeaderEpoch: 5,
      timestampType: 'log-append',
      maxTimestamp: 999,
      transactional: true,
      producerId: 1337n,
      producerEpoch: 7,
      baseSequence: 2 ** 31 - 1,
    })
    expect(batch.toString('hex')).toBe(appendedByTheBroker.toString('hex'))
  })

  test('is decoded', () => {
    const batch = decodeOne(appendedByTheBroker)
    expect(batch).toMatchObject({
      baseOffset: 2n ** 40n,
      lastOffset: 2n ** 40n + 6n,
      nextOffset: 2n ** 40n + 7n,
      count: 1,
      timestampType: 'log-append',
      maxTimestamp: 999,
      producerId: 1337n,
      producerEpoch: 7,
      baseSequence: 2 ** 31 - 1,
      partitionLeaderEpoch: 5,
      isTransactional: true,
    })
    const [record] = batch
    expect(record).toMatchObject({
      offset: 2n ** 40n + 2n,
      timestamp: 999,
      timestampType: 'log-append',
      leaderEpoch: 5,
    })
    expect(record!.key).toBeNull()
    expect(record!.value).toEqual(Buffer.from('v'))
  })
})
