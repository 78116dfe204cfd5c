import { describe, expect, it } from 'vitest'
import { BrokerError, ConfigurationError, type Kafka, MessageTooLargeError, ProducerErrors } from '../../src/index.ts'
import { readMessages, valuesOf } from '../kafka/support/read.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic, visibleTopic } from '../support/kafka.ts'

needsKafka()

/** Does not wait long for what will not come. */
const hasty = { retry: { max: 1, backoffMs: 10 } }

/** Sends to a topic and reads from it; gives what comes of both. */
async function useTopic(kafka: Kafka, topic: string): Promise<[sending: Error, reading: Error]> {
  const reader = kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })
  return Promise.all([failure(kafka.producer().send({ topic, value: 'x' })), failure(reader.batches().next())])
}

it('a topic that is not there is an error that names it, for a client that must not create it', async () => {
  const kafka = newKafka({ metadata: { ...hasty, allowAutoTopicCreation: false } })
  for (const error of await useTopic(kafka, 'no-such-topic')) {
    expect(error).toBeInstanceOf(BrokerError)
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION', brokerCode: 3 })
    expect(error.message).toContain('"no-such-topic"')
    expect(error.message).toContain('metadata.allowAutoTopicCreation')
  }
  // It was not created on the way.
  const [sending] = await useTopic(kafka, 'no-such-topic')
  expect(sending).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
})

describe('a partition that is not there', () => {
  it('is an error that names it and tells how many there are', async () => {
    const kafka = newKafka({ metadata: hasty })
    const topic = await visibleTopic(kafka, { partitions: 2 })
    const sending = await failure(kafka.producer().send({ topic, partition: 2, value: 'x' }))
    expect(sending).toBeInstanceOf(ConfigurationError)
    expect(sending.message).toMatch(/message\.partition.*\b2 is out of range.*2 partitions, 0 to 1/)
    const reading = await failure(kafka.consumer().consumePartition(topic, 2, { from: 'oldest' }).batches().next())
    expect(reading).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(reading.message).toContain(`${topic}-2`)
    expect(reading.message).toContain('only partitions 0 to 1')
  })
})

describe('a message that is too large', () => {
  it('for producer.maxMessageBytes is refused with its size and the limit, and nothing of it is sent', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ maxMessageBytes: 1000 })
    const error = await failure(producer.send({ topic, value: 'x'.repeat(5000) }))
    expect(error).toBeInstanceOf(MessageTooLargeError)
    const { sizeBytes, limitBytes } = error as MessageTooLargeError
    expect(limitBytes).toBe(1000)
    expect(sizeBytes).toBeGreaterThan(5000)
    expect(sizeBytes).toBeLessThan(5200)
    for (const part of [`${topic}-0`, String(sizeBytes), '1000', 'producer.maxMessageBytes'])
      expect(error.message).toContain(part)
    // The log is still empty, and the producer well.
    expect(await producer.send({ topic, value: 'y' })).toMatchObject({ offset: 0n })
  })

  it('does not fail the others of its sendAll', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    const large = { topic, value: 'x'.repeat(5000) }
    const messages = [{ topic, value: 'a' }, large, { topic, value: 'b' }]
    const error = await failure(kafka.producer({ maxMessageBytes: 1000 }).sendAll(messages))
    expect(error).toBeInstanceOf(ProducerErrors)
    expect(error.message).toMatch(/^1 of 3 messages/)
    const { errors } = error as ProducerErrors
    expect(errors).toHaveLength(1)
    expect(errors[0]?.message).toBe(large)
    expect(errors[0]?.error).toBeInstanceOf(MessageTooLargeError)
    expect(valuesOf(await readMessages(kafka, topic, 1n))).toEqual(['a', 'b'])
  })

  it('for the topic is refused by the broker, which is told with its partition', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { configs: { 'max.message.bytes': '1000' } })
    const producer = kafka.producer()
    const error = await failure(producer.send({ topic, value: 'x'.repeat(5000) }))
    expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
    expect(error.message).toContain(`${topic}-0`)
    expect(error.message).toContain('max.message.bytes')
    expect(await producer.send({ topic, value: 'y' })).toMatchObject({ offset: 0n })
  })
})

it('an argument that cannot be is refused before anything is sent', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  const producer = kafka.producer()
  const error = await failure(producer.send({ topic, value: { a: 1 } as unknown as string, timestamp: -5 }))
  expect(error).toBeInstanceOf(ConfigurationError)
  expect((error as ConfigurationError).problems.map(({ option }) => option)).toEqual([
    'message.value',
    'message.timestamp',
  ])
  expect(() => kafka.consumer().consumePartition(topic, -1, { from: -5n })).toThrow(ConfigurationError)
  expect(await producer.send({ topic, value: 'fine' })).toMatchObject({ offset: 0n })
})
