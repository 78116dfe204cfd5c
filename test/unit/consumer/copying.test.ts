import { describe, expect, expectTypeOf, it } from 'vitest'
import { FetchedBatch } from '../../../src/consumer/fetched-batch.ts'
import type { Message } from '../../../src/index.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'

const headers = [
  ['a', 'first'],
  ['b', null],
  ['a', ''],
  ['é'.repeat(100), 'x'.repeat(200)],
] as const

/** A message, and the memory that it was fetched into. */
function fetched() {
  const records = [{ value: 'other' }, { key: 'key', value: 'value', headers, timestamp: 1234 }]
  const memory = encodeRecordBatch(records, { baseOffset: 7n, partitionLeaderEpoch: 3, producerId: 5n })
  const [batch] = decodeRecordBatches(memory)
  batch!.load()
  return { memory, message: new FetchedBatch({ topic: 't', partition: 4 }, batch!, 0, 9n).at(1)! }
}

/** All that a message tells. */
function all({ topic, partition, offset, timestamp, timestampType, key, value, headers, leaderEpoch, batch }: Message) {
  const { baseOffset, lastOffset, nextOffset, count, sizeBytes, codec, producerId, isTransactional } = batch
  const info = { baseOffset, lastOffset, nextOffset, count, sizeBytes, codec, producerId, isTransactional }
  const texts = { key: key?.toString(), value: value?.toString(), headers: headers.toJSON() }
  return { topic, partition, offset, timestamp, timestampType, leaderEpoch, ...texts, info }
}

describe('a copy of a message', () => {
  it('tells the same, and does not need the memory that the message was fetched into', () => {
    const { memory, message } = fetched()
    const before = all(message)
    const json = message.toJSON()
    expect(before).toMatchObject({ offset: 8n, timestamp: 1234, leaderEpoch: 3, key: 'key', value: 'value' })
    const copy = message.copy()
    memory.fill(0)
    expect(all(copy)).toEqual(before)
    expect(copy.toJSON()).toEqual(json)
    expect(all(copy.copy())).toEqual(before)
    expect([copy.headers.get('a'), copy.headers.get('b')]).toEqual([Buffer.alloc(0), null])
  })

  it('of nothing but nulls has nothing but nulls', () => {
    const [batch] = decodeRecordBatches(encodeRecordBatch([{}]))
    batch!.load()
    const copy = new FetchedBatch({ topic: 't', partition: 0 }, batch!, 0, 1n).at(0)!.copy()
    expect([copy.key, copy.value, copy.headers.size]).toEqual([null, null, 0])
  })

  it('may have another key or value, of another type', () => {
    const { message } = fetched()
    const copy = message.copy({ value: { id: 5 } })
    expectTypeOf(copy).toEqualTypeOf<Message<Buffer, { id: number }>>()
    expect([copy.key?.toString(), copy.value]).toEqual(['key', { id: 5 }])
    expect(message.copy({ key: null }).key).toBeNull()
    // What a deserializer has made is taken over.
    expect(copy.copy().value).toBe(copy.value)
  })

  it('as JSON has bytes as text, bigints as strings, and the rest as it is', () => {
    const { message } = fetched()
    expect(message.copy({ key: 5n, value: new Uint8Array([104, 105]) }).toJSON()).toMatchObject({
      key: '5',
      value: 'hi',
    })
    expect(message.copy({ key: 'k', value: [1] }).toJSON()).toMatchObject({ key: 'k', value: [1] })
  })
})
