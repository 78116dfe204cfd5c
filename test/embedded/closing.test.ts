import { describe, expect, it } from 'vitest'
import { ClosedError, type Kafka } from '../../src/index.ts'
import { runProgram } from '../kafka/support/program.ts'
import { readMessages, valuesOf } from '../kafka/support/read.ts'
import { failure } from '../support/failure.ts'
import { bootstrap, needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

/** Has a reader wait for a message that does not come, with its fetch at the broker for up to 30 seconds. */
async function pollForLong(kafka: Kafka, signal?: AbortSignal) {
  const [topic, other] = [await newTopic(kafka), await newTopic(kafka)]
  const producer = kafka.producer()
  await producer.send({ topic, value: 'first' })
  const consumer = kafka.consumer({ maxWaitMs: 30_000 })
  const partition = consumer.consumePartition(topic, 0, { from: 'oldest', ...(signal ? { signal } : {}) })
  const reader = partition[Symbol.asyncIterator]()
  await reader.next()
  const next = reader.next()
  // Another round trip to the broker, so that the next fetch is there by now.
  await producer.send({ topic: other, value: 'x' })
  return { consumer, partition, next }
}

describe('while a fetch waits at the broker for up to 30 seconds', () => {
  it.each<[string, (kafka: Kafka, polling: Awaited<ReturnType<typeof pollForLong>>) => Promise<unknown>]>([
    ['the Kafka', kafka => kafka.close()],
    ['the consumer', (_, { consumer }) => consumer.close()],
    ['the partition', (_, { partition }) => partition.close()],
  ])('closing %s ends the iteration in less than 500 ms', async (_, close) => {
    const tookMs: number[] = []
    // The shortest of a few counts: a machine with much to do can only make it longer.
    for (let i = 0; i < 3; i++) {
      const kafka = newKafka()
      const polling = await pollForLong(kafka)
      const started = performance.now()
      await close(kafka, polling)
      expect(await polling.next).toEqual({ done: true, value: undefined })
      await kafka.close()
      tookMs.push(performance.now() - started)
    }
    expect(Math.min(...tookMs)).toBeLessThan(500)
  })

  it('aborting its signal just ends the iteration', async () => {
    const kafka = newKafka()
    const abort = new AbortController()
    const { next, partition } = await pollForLong(kafka, abort.signal)
    abort.abort(new Error('enough'))
    expect(await next).toEqual({ done: true, value: undefined })
    for await (const message of partition) expect(message).toBe('nothing more')
  })

  it('a program that closes its Kafka ends by itself, without a word on stderr', async () => {
    const kafka = newKafka()
    const topics = [await newTopic(kafka), await newTopic(kafka)]
    const ended = await runProgram('close-during-long-poll', [bootstrap().join(','), ...topics])
    expect(ended).toEqual({ code: 0, stdout: '{"done":true}\n', stderr: '' })
  })
})

describe('closing', () => {
  it.each<[string, (kafka: Kafka, producer: ReturnType<Kafka['producer']>) => Promise<void>]>([
    ['the Kafka', kafka => kafka.close()],
    ['the producer', (_, producer) => producer.close()],
  ])('%s first sends what was given to be sent', async (_, close) => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    const values = Array.from({ length: 100 }, (_, i) => `${i}`)
    const sending = Promise.all(values.map(value => producer.send({ topic, value })))
    await close(kafka, producer)
    expect((await sending).map(({ offset }) => offset)).toEqual(values.map((_, i) => BigInt(i)))
    expect(valuesOf(await readMessages(newKafka(), topic, 99n))).toEqual(values)
  })

  it('leaves nothing that can still be used, and may be done twice', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const [producer, consumer, admin] = [kafka.producer(), kafka.consumer(), kafka.admin()]
    await producer.close()
    expect(await failure(producer.send({ topic, value: 'late' }))).toBeInstanceOf(ClosedError)
    await consumer.close()
    expect(() => consumer.consumePartition(topic, 0)).toThrow(ClosedError)
    await admin.close()
    expect(await failure(admin.deleteTopics([topic]))).toBeInstanceOf(ClosedError)
    // The others are not affected, until the Kafka itself is closed.
    const second = kafka.producer()
    expect(await second.send({ topic, value: 'in time' })).toMatchObject({ offset: 0n })
    await kafka.close()
    expect(await failure(second.send({ topic, value: 'late' }))).toBeInstanceOf(ClosedError)
    for (const make of [() => kafka.producer(), () => kafka.consumer(), () => kafka.admin()])
      expect(make).toThrow(ClosedError)
    await Promise.all([kafka.close(), producer.close(), second.close(), consumer.close(), admin.close()])
  })

  it('happens by itself at the end of `await using`', async () => {
    const shared = newKafka()
    const topic = await newTopic(shared)
    let sending: Promise<unknown>
    let second: Kafka
    {
      await using kafka = newKafka()
      await using producer = kafka.producer()
      second = kafka
      sending = producer.send({ topic, value: 'x' })
    }
    expect(await sending).toMatchObject({ offset: 0n })
    expect(() => second.producer()).toThrow(ClosedError)
  })

  it('of a Kafka that was never used does nothing', async () => {
    await newKafka({ brokers: '127.0.0.1:1' }).close()
  })
})

describe('an aborted signal', () => {
  it('ends the wait of a send with its reason; the message may be written all the same', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer()
    const abort = new AbortController()
    const sending = failure(producer.send({ topic, value: 'under way' }, { signal: abort.signal }))
    const reason = new Error('enough')
    abort.abort(reason)
    expect(await sending).toBe(reason)
    expect(await failure(producer.send({ topic, value: 'never' }, { signal: abort.signal }))).toBe(reason)
    await producer.send({ topic, value: 'after' })
    expect(valuesOf(await readMessages(kafka, topic, 1n))).toEqual(['under way', 'after'])
  })

  it('given to consumePartition keeps it from starting', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    await kafka.producer().send({ topic, value: 'x' })
    const partition = kafka.consumer().consumePartition(topic, 0, { from: 'oldest', signal: AbortSignal.abort() })
    expect(await partition.batches().next()).toEqual({ done: true, value: undefined })
  })

  it('given to an admin call ends its wait', async () => {
    const reason = new Error('enough')
    const signal = AbortSignal.abort(reason)
    expect(
      await failure(
        newKafka()
          .admin()
          .createTopics([{ name: 'never' }], { signal }),
      ),
    ).toBe(reason)
  })
})
