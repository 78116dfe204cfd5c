import { describe, expect, it } from 'vitest'
import {
  ConfigurationError,
  type Encoder,
  int32,
  json,
  ProducerErrors,
  SerializationError,
  type Serializer,
} from '../../../src/index.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import type { Peer } from '../../support/peer.ts'
import { nextProduce } from './support.ts'

/** Takes the next batch; gives its keys and values. */
async function written(peer: Peer) {
  const { sent, answer } = await nextProduce(peer)
  answer({ [sent[0]!.where]: { offset: 0n } })
  return [...decodeRecordBatches(sent[0]!.bytes)].flatMap(batch => Array.from(batch, ({ key, value }) => [key, value]))
}

async function start() {
  const { peers, kafka } = await startPeers({ leaders: { a: [1] } })
  return { peer: peers[0]!, kafka }
}

describe('serializers', () => {
  it('make the bytes of keys and values; null and nothing stay null', async () => {
    const { peer, kafka } = await start()
    const producer = kafka.producer({ key: int32(), value: json<{ n: number } | string>() })
    const sending = producer.sendAll([
      { topic: 'a', key: 258, value: { n: 1 } },
      { topic: 'a', key: -1, value: 'text' },
      { topic: 'a', key: null, value: null },
      { topic: 'a' },
    ])
    expect(await written(peer)).toEqual([
      [Buffer.from([0, 0, 1, 2]), Buffer.from('{"n":1}')],
      [Buffer.from([255, 255, 255, 255]), Buffer.from('"text"')],
      [null, null],
      [null, null],
    ])
    await sending
  })

  it('are told the topic and whether it is the key', async () => {
    const { peer, kafka } = await start()
    const telling: Serializer<string> = {
      serialize: (data, { topic, isKey }) => `${data} is ${isKey ? 'the key' : 'the value'} in ${topic}`,
    }
    const sending = kafka.producer({ key: telling, value: telling }).send({ topic: 'a', key: 'k', value: 'v' })
    expect(await written(peer)).toEqual([[Buffer.from('k is the key in a'), Buffer.from('v is the value in a')]])
    await sending
  })

  it('choose partitions by the bytes that they make of keys', async () => {
    const { peers, kafka } = await startPeers({ leaders: { a: [1, 1, 1, 1, 1, 1, 1] } })
    const text: Serializer<{ id: string }> = { serialize: ({ id }) => id }
    const sending = [
      kafka.producer({ key: text }).send({ topic: 'a', key: { id: 'some key' } }),
      kafka.producer().send({ topic: 'a', key: 'some key' }),
    ]
    for (const _ of sending) await written(peers[0]!)
    const [one, other] = await Promise.all(sending)
    expect(one!.partition).toBe(other!.partition)
  })

  it('that throw fail their message, of which nothing is sent; the producer goes on', async () => {
    const { peer, kafka } = await start()
    const bug = new Error('a bug of the user')
    const picky: Serializer<string> = {
      serialize(data) {
        if (data === 'bad') throw bug
        return data
      },
    }
    const producer = kafka.producer({ value: picky })
    const sending = producer.send({ topic: 'a', value: 'x' })
    const error = await failure(producer.send({ topic: 'a', value: 'bad' }))
    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ topic: 'a', isKey: false, cause: bug })
    expect(error.message).toContain('a bug of the user')
    expect(() => producer.enqueue({ topic: 'a', value: 'bad' })).toThrow(SerializationError)
    const both = failure(producer.sendAll(['bad', 'y'].map(value => ({ topic: 'a', value }))))
    expect(await written(peer)).toEqual([
      [null, Buffer.from('x')],
      [null, Buffer.from('y')],
    ])
    await sending
    const problems = await both
    expect(problems).toBeInstanceOf(ProducerErrors)
    expect((problems as ProducerErrors).errors).toEqual([
      { message: { topic: 'a', value: 'bad' }, error: expect.any(SerializationError) },
    ])
  })

  it('of samsa say what they cannot take', async () => {
    const { kafka } = await start()
    const error = await failure(kafka.producer({ key: int32() }).send({ topic: 'a', key: 2 ** 31 }))
    expect(error).toMatchObject({ code: 'SERIALIZATION', topic: 'a', isKey: true })
  })

  it('that are none are refused', async () => {
    const { kafka } = await start()
    expect(() => kafka.producer({ value: json as never })).toThrow(ConfigurationError)
    expect(() => kafka.producer({ value: json as never })).toThrow(
      'producer.value: must be a serializer such as json()',
    )
  })
})

describe('an Encoder', () => {
  const encoder = (made: unknown): Encoder => ({ encode: () => made as string })

  it('makes the bytes of a key, a value or a header when it is sent', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sending = producer().send({
      topic: 'a',
      key: encoder('k'),
      value: encoder(Buffer.from('v')),
      headers: { h: [encoder('1'), null], other: encoder('') },
    })
    const { sent, answer } = await nextProduce(peers[0]!)
    answer({ 'a-0': { offset: 0n } })
    const [record] = [...decodeRecordBatches(sent[0]!.bytes)].flatMap(batch => [...batch])
    expect([record!.key, record!.value]).toEqual([Buffer.from('k'), Buffer.from('v')])
    expect([...record!.headers]).toEqual([
      ['h', Buffer.from('1')],
      ['h', null],
      ['other', Buffer.alloc(0)],
    ])
    await sending
  })

  it('that makes no bytes is refused, naming the field', async () => {
    const { producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    const error = await failure(
      sender.send({ topic: 'a', key: encoder(5), value: encoder(null), headers: { h: encoder({}) } }),
    )
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems).toEqual([
      { option: 'message.key', problem: 'its encode() must make a string or a Uint8Array, not 5' },
      { option: 'message.value', problem: 'its encode() must make a string or a Uint8Array, not null' },
      { option: 'message.headers.h', problem: 'its encode() must make a string or a Uint8Array, not an object' },
    ])
  })

  it('that throws fails its message with what it threw', async () => {
    const { producer } = await startPeers({ leaders: { a: [1] } })
    const bug = new Error('a bug of the user')
    const value: Encoder = {
      encode() {
        throw bug
      },
    }
    expect(await failure(producer().send({ topic: 'a', value }))).toBe(bug)
    expect(() => producer().enqueue({ topic: 'a', value })).toThrow(bug)
  })
})
