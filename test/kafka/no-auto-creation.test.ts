import { describe, expect, it } from 'vitest'
import { BrokerError, type Kafka } from '../../src/index.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka } from '../support/kafka.ts'
import { ownCluster } from './support/own.ts'

needsKafka()

/** Does not wait long for what will not come. */
const hasty = { retry: { max: 1, backoffMs: 10 } }

/** Sends to a topic and reads from it; gives what comes of both. */
async function useTopic(kafka: Kafka, topic: string): Promise<[sending: Error, reading: Error]> {
  const reader = kafka.consumer().consumePartition(topic, 0, { from: 'oldest' })
  return Promise.all([failure(kafka.producer().send({ topic, value: 'x' })), failure(reader.batches().next())])
}

describe('a broker that creates no topics', () => {
  const cluster = ownCluster({ config: { 'auto.create.topics.enable': 'false' } })

  it('has no topic that nobody created, and a producer finds it once somebody did', async () => {
    const kafka = newKafka({ brokers: cluster().bootstrap, metadata: hasty })
    for (const error of await useTopic(kafka, 'no-such-topic')) {
      expect(error).toBeInstanceOf(BrokerError)
      expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      expect(error.message).toContain('"no-such-topic"')
    }
    const producer = kafka.producer()
    expect(await failure(producer.send({ topic: 'late', value: 'early' }))).toBeInstanceOf(BrokerError)
    await kafka.admin().createTopics([{ name: 'late' }])
    expect(await producer.send({ topic: 'late', value: 'now' })).toMatchObject({ offset: 0n })
  })
})
