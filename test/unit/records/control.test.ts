import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../../src/errors/client-errors.ts'
import { controlMarkers, endTransactionRecord } from '../../../src/records/control.ts'
import { encodeRecordBatch, type RecordInit } from '../../../src/records/encode-record-batch.ts'
import { bytes, decodeOne } from './support.ts'

const control = { control: true, transactional: true, producerId: 7n, producerEpoch: 2, baseOffset: 50n } as const

function markersOf(...records: RecordInit[]) {
  return controlMarkers(decodeOne(encodeRecordBatch(records, control)))
}

test.each(['abort', 'commit'] as const)('%s of a transaction', type => {
  const record = endTransactionRecord(type, 2 ** 31 - 1, 1000)
  expect(record.key).toEqual(bytes(`0000 000${type === 'abort' ? 0 : 1}`))
  expect(record.value).toEqual(bytes('0000 7fffffff'))
  expect(markersOf(record)).toEqual([{ type, offset: 50n, coordinatorEpoch: 2 ** 31 - 1 }])
})

test('markers of the broker, and those of versions to come', () => {
  const types = ['leader-change', 'snapshot-header', 'snapshot-footer', 'kraft-version', 'kraft-voters', 'unknown']
  const records = types.map((_, i) => ({ key: Buffer.from([0, 0, 0, i + 2]) }))
  expect(markersOf(...records)).toEqual(types.map((type, i) => ({ type, offset: 50n + BigInt(i) })))
  expect(markersOf({ key: bytes('0001 0001 ffff'), value: bytes('0005 00000009 aabb') })).toEqual([
    { type: 'commit', offset: 50n, coordinatorEpoch: 9 },
  ])
  expect(markersOf({ key: bytes('0000 ffff') })).toEqual([{ type: 'unknown', offset: 50n }])
})

describe('damaged', () => {
  test.each([
    ['key', null, null],
    ['key', '000000', null],
    ['key', 'ffff 0001', '0000 00000001'],
    ['value', '0000 0001', null],
    ['value', '0000 0000', '0000 000000'],
    ['value', '0000 0000', 'ffff 00000001'],
  ])('%s', (part, key, value) => {
    const record = { key: key === null ? null : bytes(key), value: value === null ? null : bytes(value) }
    expect(() => markersOf(record)).toThrow(`the control record at offset 50 has a damaged ${part}`)
    expect(() => markersOf(record)).toThrow(ProtocolError)
  })
})
