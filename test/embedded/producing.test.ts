import { describe, expect, it } from 'vitest'
import type { Kafka, ProducerMessage, RecordMetadata } from '../../src/index.ts'
import { readBatches, readMessages, valuesOf } from '../kafka/support/read.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

/** Sends `count` messages with `parallel` of them on their way at any time; gives what was sent with its outcome. */
async function sendInParallel(kafka: Kafka, name: string, count: number, parallel: number, topic: string) {
  const producer = kafka.producer()
  const sent: { call: number; value: string; metadata: RecordMetadata }[] = []
  let calls = 0
  const worker = async () => {
    while (calls < count) {
      const call = calls++
      const value = `${name} ${call} `.padEnd(100, '.')
      const metadata = await producer.send({ topic, partition: call % 3, value })
      sent.push({ call, value, metadata })
    }
  }
  await Promise.all(Array.from({ length: parallel }, worker))
  return sent
}

it('keeps the order of the calls within each partition, and each message gets an offset of its own', async () => {
  const [left, right] = [newKafka(), newKafka()]
  const topic = await newTopic(left, { partitions: 3 })
  const sent = await Promise.all([
    sendInParallel(left, 'left', 500, 50, topic),
    sendInParallel(right, 'right', 500, 50, topic),
  ])
  const all = sent.flat()
  expect(all).toHaveLength(1000)
  for (const partition of [0, 1, 2]) {
    const here = all.filter(({ metadata }) => metadata.partition === partition)
    const byOffset = here.sort((a, b) => Number(a.metadata.offset - b.metadata.offset))
    expect(byOffset.map(({ metadata }) => metadata.offset)).toEqual(here.map((_, i) => BigInt(i)))
    const read = await readMessages(left, topic, BigInt(here.length - 1), { partition })
    expect(valuesOf(read)).toEqual(byOffset.map(({ value }) => value))
    for (const name of ['left', 'right']) {
      const calls = byOffset.filter(({ value }) => value.startsWith(name)).map(({ call }) => call)
      expect(calls).toEqual(calls.toSorted((a, b) => a - b))
    }
  }
})

describe('messages of one turn of the event loop', () => {
  it('leave as one batch a partition, whether or not the topic was known', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { partitions: 2 })
    const producer = kafka.producer()
    const messages = Array.from({ length: 20 }, (_, i) => ({ topic, partition: i % 2, value: `${i}` }))
    for (const round of [0n, 1n]) {
      const sent = await Promise.all(messages.map(message => producer.send(message)))
      expect(sent.map(({ offset }) => offset)).toEqual(messages.map((_, i) => round * 10n + BigInt(i >> 1)))
    }
    for (const partition of [0, 1]) {
      const batches = await readBatches(kafka, topic, 19n, { partition })
      expect(batches.map(({ size }) => size)).toEqual([10, 10])
    }
  })

  it('go to one partition where they have no key, and to another one later', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { partitions: 3 })
    const producer = kafka.producer()
    const seen = new Set<number>()
    for (let round = 0; round < 30; round++) {
      // Together more than the 16 KiB that stay with one partition.
      const sent = await Promise.all(['a', 'b', 'c'].map(value => producer.send({ topic, value: value.repeat(6_000) })))
      const partitions = new Set(sent.map(({ partition }) => partition))
      expect(partitions.size).toBe(1)
      for (const partition of partitions) seen.add(partition)
    }
    expect(seen.size).toBeGreaterThan(1)
  })

  it('are split over batches of at most producer.maxMessageBytes', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ maxMessageBytes: 1000 })
    const messages = Array.from({ length: 10 }, (_, i) => ({ topic, value: `${i}`.repeat(300) }))
    await producer.sendAll(messages)
    const batches = await readBatches(kafka, topic, 9n)
    expect(batches.map(({ size }) => size)).toEqual([3, 3, 3, 1])
    for (const { sizeBytes } of batches) expect(sizeBytes).toBeLessThanOrEqual(1000)
    expect(valuesOf(batches.flatMap(batch => [...batch]))).toEqual(messages.map(({ value }) => value))
  })
})

describe('acks', () => {
  it.each([1, -1] as const)('%i tells where each message is', async acks => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ acks })
    const sent = await producer.sendAll(['a', 'b', 'c'].map(value => ({ topic, value })))
    expect(sent.map(({ partition, offset }) => [partition, offset])).toEqual([
      [0, 0n],
      [0, 1n],
      [0, 2n],
    ])
    expect(valuesOf(await readMessages(kafka, topic, 2n))).toEqual(['a', 'b', 'c'])
  })

  it('0 asks for no answer: the offset is -1, and the messages arrive in order', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ acks: 0 })
    const values = Array.from({ length: 100 }, (_, i) => `${i}`)
    for (const value of values) {
      const { partition, offset } = await producer.send({ topic, value })
      expect([partition, offset]).toEqual([0, -1n])
    }
    expect(valuesOf(await readMessages(kafka, topic, 99n))).toEqual(values)
  })
})

describe('timestamps', () => {
  it('are the time of the call where the message has none', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const before = Date.now()
    const { timestamp } = await kafka.producer().send({ topic, value: 'now' })
    expect(timestamp).toBeGreaterThanOrEqual(before)
    expect(timestamp).toBeLessThanOrEqual(Date.now())
    const [message] = await readMessages(kafka, topic, 0n)
    expect([message?.timestamp, message?.timestampType]).toEqual([timestamp, 'create'])
  })

  it("are the broker's in a topic with log-append time", async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { configs: { 'message.timestamp.type': 'LogAppendTime' } })
    const sent = await kafka.producer().sendAll([
      { topic, value: 'a', timestamp: 1 },
      { topic, value: 'b', timestamp: 2 },
    ])
    const read = await readMessages(kafka, topic, 1n)
    expect(read.map(({ timestampType }) => timestampType)).toEqual(['log-append', 'log-append'])
    expect(read.map(({ timestamp }) => timestamp)).toEqual(sent.map(({ timestamp }) => timestamp))
    expect(sent[0]?.timestamp).toBeGreaterThan(2)
  })
})

it('creates a topic by sending to it, where the broker allows that', async () => {
  const kafka = newKafka()
  const topic = `${await newTopic(kafka)}-by-sending`
  expect(await kafka.producer().send({ topic, value: 'first' })).toMatchObject({ topic, offset: 0n })
  expect(valuesOf(await readMessages(kafka, topic, 0n))).toEqual(['first'])
})

it('sends bytes, texts and nothing as they were at the call, in messages of any shape', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  const messages: ProducerMessage[] = [
    { topic, key: Buffer.from('buffer'), value: new Uint8Array([1, 2, 3]).subarray(1) },
    { topic, headers: { one: 'a', many: ['b', null, Buffer.from('c')] } },
    { topic, key: undefined, value: undefined, headers: new Map([['m', 'v']]), partition: undefined },
  ]
  await kafka.producer().sendAll(messages)
  const read = await readMessages(kafka, topic, 2n)
  expect(read.map(message => [message.key, message.value, [...message.headers]])).toEqual([
    [Buffer.from('buffer'), Buffer.from([2, 3]), []],
    [
      null,
      null,
      [
        ['one', Buffer.from('a')],
        ['many', Buffer.from('b')],
        ['many', null],
        ['many', Buffer.from('c')],
      ],
    ],
    [null, null, [['m', Buffer.from('v')]]],
  ])
})
