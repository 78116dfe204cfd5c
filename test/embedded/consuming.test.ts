import { describe, expect, it } from 'vitest'
import { BrokerError, ClosedError, type Kafka, type KafkaConfig } from '../../src/index.ts'
import { keepForEver } from '../kafka/support/plain.ts'
import { readBatches, readMessages, valuesOf } from '../kafka/support/read.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

/** A topic with three batches: offsets 0 to 9, 10 to 19 and 20 to 29, with the value and the time of their offset. */
async function threeBatches(hooks: KafkaConfig['hooks'] = {}) {
  const kafka = newKafka({ hooks, logger: silent })
  const topic = await newTopic(kafka, keepForEver)
  const producer = kafka.producer()
  const time = 1_700_000_000_000
  for (const first of [0, 10, 20]) {
    const offsets = Array.from({ length: 10 }, (_, i) => first + i)
    await producer.sendAll(offsets.map(offset => ({ topic, value: `${offset}`, timestamp: time + offset })))
  }
  return { kafka, topic, producer, time }
}

/** Deletes a topic and makes another one of its name; resolves when the brokers have heard of that. */
async function makeAnew(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  const describe = async () => (await admin.describeTopics([topic]))[0]
  const before = await describe()
  await admin.deleteTopics([topic])
  await admin.createTopics([{ name: topic }])
  for (;;) {
    const now = await describe()
    if (now?.topicId !== before?.topicId && now?.partitions?.every(({ leader }) => leader >= 0)) return
  }
}

const silent = { debug() {}, info() {}, warn() {}, error() {} }

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `${from + i}`)

describe('reading begins', () => {
  it("with the first message, from 'oldest'", async () => {
    const { kafka, topic } = await threeBatches()
    const read = await readMessages(kafka, topic, 29n)
    expect(read.map(({ offset }) => offset)).toEqual(Array.from({ length: 30 }, (_, i) => BigInt(i)))
    expect(valuesOf(read)).toEqual(numbers(0, 30))
  })

  it.each(['newest', undefined] as const)('with the next message that is written, from %s', async from => {
    const { kafka, topic, producer } = await threeBatches()
    const partition = kafka.consumer({ maxWaitMs: 100 }).consumePartition(topic, 0, from ? { from } : {})
    const reading = partition[Symbol.asyncIterator]().next()
    // There is no sign of the start but the first empty answer.
    while (partition.highWatermark === undefined) await producer.send({ topic: await newTopic(kafka), value: 'x' })
    expect([partition.position, partition.highWatermark]).toEqual([30n, 30n])
    await producer.send({ topic, value: 'later' })
    expect((await reading).value?.toJSON()).toMatchObject({ offset: '30', value: 'later' })
  })

  it('at consumer.offsets.initial where the call does not say', async () => {
    const { kafka, topic } = await threeBatches()
    const consumer = kafka.consumer({ offsets: { initial: 'oldest' } })
    const first = await consumer.consumePartition(topic, 0)[Symbol.asyncIterator]().next()
    expect(first.value?.offset).toBe(0n)
  })

  it.each([0n, 1n, 9n, 10n, 15n, 29n])('at the very offset, from %s', async from => {
    const { kafka, topic } = await threeBatches()
    expect(valuesOf(await readMessages(kafka, topic, 29n, { from }))).toEqual(numbers(Number(from), 30))
    const [batch] = await readBatches(kafka, topic, from, { from })
    expect([batch?.firstOffset, batch?.at(0)?.offset]).toEqual([from, from])
    expect(batch?.size).toBe(10 - (Number(from) % 10))
  })

  it('with the message to be written next, from the offset after the last', async () => {
    const { kafka, topic, producer } = await threeBatches()
    const reading = kafka.consumer().consumePartition(topic, 0, { from: 30n })[Symbol.asyncIterator]().next()
    await producer.send({ topic, value: 'later' })
    expect((await reading).value?.offset).toBe(30n)
  })

  it.each([
    [-1_000_000, 0n],
    [0, 0n],
    [4, 4n],
    [10, 10n],
    [29, 29n],
  ])('at the first message that is not older, from the date of the first and %i ms', async (ms, offset) => {
    const { kafka, topic, time } = await threeBatches()
    const read = await readMessages(kafka, topic, offset, { from: new Date(time + ms) })
    expect(read.map(message => message.offset)).toEqual([offset])
  })

  it('with the next message that is written, from a date later than all', async () => {
    const { kafka, topic, producer, time } = await threeBatches()
    const partition = kafka.consumer({ maxWaitMs: 100 }).consumePartition(topic, 0, { from: new Date(time + 30) })
    const reading = partition[Symbol.asyncIterator]().next()
    while (partition.highWatermark === undefined) await producer.send({ topic: await newTopic(kafka), value: 'x' })
    expect(partition.position).toBe(30n)
    await producer.send({ topic, value: 'later' })
    expect((await reading).value?.offset).toBe(30n)
  })

  it('at the end that is nearest, from an offset that does not exist, which is told', async () => {
    const resets: unknown[] = []
    const { kafka, topic, producer } = await threeBatches({ onOffsetReset: event => resets.push(event) })
    const reading = kafka.consumer().consumePartition(topic, 0, { from: 31n })[Symbol.asyncIterator]().next()
    while (resets.length === 0) await producer.send({ topic: await newTopic(kafka), value: 'x' })
    expect(resets).toEqual([{ topic, partition: 0, from: 31n, to: 30n, reason: 'out-of-range' }])
    await producer.send({ topic, value: 'later' })
    expect((await reading).value?.offset).toBe(30n)
  })

  it("nowhere, from an offset that does not exist, with offsets.reset 'fail': the error names it", async () => {
    const { kafka, topic } = await threeBatches()
    const consumer = kafka.consumer({ offsets: { reset: 'fail' } })
    const reader = consumer.consumePartition(topic, 0, { from: 31n })[Symbol.asyncIterator]()
    const error = await failure(reader.next())
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect(error.message).toContain(`${topic}-0 at offset 31`)
    // It is said once; then the iteration has ended.
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })
})

describe('batches', () => {
  it('come as they were written, and tell where reading goes on', async () => {
    const { kafka, topic } = await threeBatches()
    const batches = await readBatches(kafka, topic, 29n)
    expect(
      batches.map(batch => ({
        where: [batch.topic, batch.partition],
        size: batch.size,
        offsets: [batch.firstOffset, batch.lastOffset, batch.nextOffset],
        values: valuesOf(batch),
        ends: [batch.at(0)?.offset, batch.at(-1)?.offset, batch.at(batch.size), batch.at(-batch.size - 1)],
        highWatermark: batch.highWatermark,
      })),
    ).toEqual(
      [0, 10, 20].map(first => ({
        where: [topic, 0],
        size: 10,
        offsets: [first, first + 9, first + 10].map(BigInt),
        values: numbers(first, first + 10),
        ends: [BigInt(first), BigInt(first + 9), undefined, undefined],
        highWatermark: 30n,
      })),
    )
  })

  it('larger than consumer.fetch.defaultBytes and maxBytes come all the same', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    const values = ['a', 'b'.repeat(500_000), 'c', 'd'.repeat(700_000), 'e']
    for (const value of values) await producer.send({ topic, value })
    const fetch = { defaultBytes: 1000, maxBytes: 2000 }
    const read: unknown[] = []
    for await (const { value, offset } of kafka.consumer({ fetch }).consumePartition(topic, 0, { from: 'oldest' })) {
      read.push(value?.toString())
      if (offset === 4n) break
    }
    expect(read).toEqual(values)
  })
})

describe('a consumer', () => {
  it('reads several partitions side by side, and none holds up another', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { partitions: 5 })
    const values = numbers(0, 800)
    const producer = kafka.producer({ maxMessageBytes: 1000 })
    await producer.sendAll(values.map((value, i) => ({ topic, partition: i % 4, value: value.padEnd(100) })))
    // So little room that each partition is fetched many times.
    const consumer = kafka.consumer({ fetch: { defaultBytes: 500 }, maxBufferedBytes: 800, maxWaitMs: 5000 })
    const read = async (partition: number) => {
      const read: (string | undefined)[] = []
      for await (const message of consumer.consumePartition(topic, partition, { from: 'oldest' })) {
        read.push(message.value?.toString().trim())
        if (message.offset === 199n) return read
      }
      throw new Error('ended early')
    }
    // Nobody reads this one, and a batch of it takes more than there is room for in all.
    consumer.consumePartition(topic, 3, { from: 'oldest' })
    const empty = consumer.consumePartition(topic, 4, { from: 'oldest' })[Symbol.asyncIterator]().next()
    const partitions = await Promise.all([0, 1, 2].map(read))
    for (const [partition, read] of partitions.entries())
      expect(read).toEqual(values.filter((_, i) => i % 4 === partition))
    await producer.send({ topic, partition: 4, value: 'at last' })
    expect((await empty).value?.toJSON()).toMatchObject({ partition: 4, offset: '0', value: 'at last' })
  })

  it('reads a partition once at a time', async () => {
    const { kafka, topic } = await threeBatches()
    const consumer = kafka.consumer()
    const first = consumer.consumePartition(topic, 0, { from: 'oldest' })
    expect(() => consumer.consumePartition(topic, 0, { from: 5n })).toThrow(`${topic}-0 is being read by this consumer`)
    await first.close()
    const again = await consumer.consumePartition(topic, 0, { from: 5n })[Symbol.asyncIterator]().next()
    expect(again.value?.offset).toBe(5n)
  })

  it('does not wait for the long poll of another', async () => {
    const { kafka, topic, producer } = await threeBatches()
    const idle = await newTopic(kafka)
    await producer.send({ topic: idle, value: 'x' })
    const patient = kafka.consumer({ maxWaitMs: 30_000 }).consumePartition(idle, 0, { from: 'oldest' })
    for await (const _ of patient.batches()) {
      // The next fetch of the idle partition is on its way; this test has ended before it is answered.
      expect(valuesOf(await readMessages(kafka, topic, 29n))).toEqual(numbers(0, 30))
      break
    }
  }, 20_000)

  it('reads the same as another one, of its own Kafka or of the same', async () => {
    const { kafka, topic } = await threeBatches()
    const readers = [kafka.consumer(), kafka.consumer(), newKafka().consumer()]
    const read = readers.map(async consumer => {
      const values: (string | undefined)[] = []
      for await (const message of consumer.consumePartition(topic, 0, { from: 'oldest' })) {
        values.push(message.value?.toString())
        if (message.offset === 29n) return values
      }
      throw new Error('ended early')
    })
    expect(await Promise.all(read)).toEqual(readers.map(() => numbers(0, 30)))
  })

  it('lets go of a partition when the loop is left', async () => {
    const { kafka, topic, producer } = await threeBatches()
    const partition = kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })
    for await (const message of partition) if (message.offset === 3n) break
    await producer.send({ topic, value: 'more' })
    expect(() => partition[Symbol.asyncIterator]()).toThrow(ClosedError)
  })

  it('gets messages that are written while it waits', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    const reader = kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })[Symbol.asyncIterator]()
    for (const value of ['a', 'b', 'c']) {
      const next = reader.next()
      await producer.send({ topic, value })
      expect((await next).value?.value?.toString()).toBe(value)
    }
  })

  it('of a topic that is deleted and made anew goes on at the start of the new one, and tells so', async () => {
    const resets: unknown[] = []
    const { kafka, topic, producer } = await threeBatches({ onOffsetReset: event => resets.push(event) })
    const reader = kafka.consumer({ maxWaitMs: 100 }).consumePartition(topic, 0, { from: 5n }).batches()
    for (const lastOffset of [9n, 19n, 29n]) expect((await reader.next()).value?.lastOffset).toBe(lastOffset)
    const next = reader.next()
    await makeAnew(kafka, topic)
    await producer.send({ topic, value: 'of another topic' })
    const { value: batch } = await next
    expect([batch?.firstOffset, valuesOf(batch!)]).toEqual([0n, ['of another topic']])
    expect(resets).toEqual([{ topic, partition: 0, from: 30n, to: 0n, reason: 'topic-recreated' }])
  })

  it("of a topic that is deleted and made anew gets an error with offsets.reset 'fail'", async () => {
    const { kafka, topic, producer } = await threeBatches()
    const consumer = kafka.consumer({ maxWaitMs: 100, offsets: { reset: 'fail' } })
    const reader = consumer.consumePartition(topic, 0, { from: 5n }).batches()
    for (const offsets of [
      [5n, 9n],
      [10n, 19n],
      [20n, 29n],
    ]) {
      const { value: batch } = await reader.next()
      expect([batch?.firstOffset, batch?.lastOffset]).toEqual(offsets)
    }
    const error = failure(reader.next())
    await makeAnew(kafka, topic)
    for (let i = 0; i < 40; i++) await producer.send({ topic, value: 'of another topic' })
    expect(await error).toBeInstanceOf(BrokerError)
    expect((await error).message).toContain(`${topic}-0 at offset 30`)
  })
})
