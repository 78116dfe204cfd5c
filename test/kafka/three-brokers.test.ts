import { expect, it } from 'vitest'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { ownCluster } from './support/own.ts'
import { LONG_MS, quickToNotice, quiet } from './support/restarts.ts'
import { Reading, Traffic } from './support/traffic.ts'

needsKafka()

const cluster = ownCluster({ brokers: 3, config: quickToNotice })

it('when the leader of a partition is killed, nothing acknowledged is lost or reordered, and reading goes on', {
  timeout: LONG_MS,
}, async () => {
  const kafka = newKafka({ brokers: cluster().bootstrap, metadata: { retry: { max: Infinity } }, logger: quiet })
  // Each broker leads one of the partitions; the first is the one to be killed.
  const replicaAssignment = [
    [1, 2, 3],
    [2, 3, 1],
    [3, 1, 2],
  ]
  const topic = await newTopic(kafka, { replicaAssignment, partitions: undefined })
  const consumer = kafka.consumer()
  const readings = [0, 1, 2].map(partition => new Reading(consumer, topic, partition))
  const traffic = new Traffic(kafka, topic, 3)
  await traffic.acknowledged.more(600)

  await cluster().broker(1).kill()
  // Another broker leads now: what comes after is acknowledged and read there.
  await traffic.acknowledged.more(600)
  await readings[0]!.count.more(100)

  await cluster().broker(1).start()
  await traffic.acknowledged.more(600)
  await traffic.stop()
  await traffic.check()
  const producer = kafka.producer()
  for (const [partition, reading] of readings.entries()) {
    const { offset } = await producer.send({ topic, partition, value: 'last' })
    await reading.upTo(offset)
    expect(reading.messages.length).toBeGreaterThan(100)
  }
})
