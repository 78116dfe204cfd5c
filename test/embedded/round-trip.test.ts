import { expect, it } from 'vitest'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

it('reads back what it wrote', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  const written = await kafka.producer().send({ topic, key: 'alice', value: '42' })
  expect(written).toMatchObject({ topic, partition: 0, offset: 0n })
  for await (const message of kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })) {
    expect(message.toJSON()).toEqual({
      topic,
      partition: 0,
      offset: '0',
      timestamp: written.timestamp,
      key: 'alice',
      value: '42',
      headers: [],
    })
    break
  }
})
