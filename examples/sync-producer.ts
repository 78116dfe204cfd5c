/**
 * Sends messages and waits until Kafka has them: what sarama calls a SyncProducer.
 *
 *     npx tsx scripts/with-kafka.ts examples/sync-producer.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/sync-producer.ts    a Kafka that runs already
 */
import { Kafka, ProducerErrors } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'sync-producer' })

const topic = `sync-producer-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 6 }])
if (created?.error) throw created.error

const producer = kafka.producer()

// One message. The promise resolves when all in-sync replicas have it, and tells where it is.
const first = await producer.send({ topic, key: 'alice', value: 'order 1' })
console.log(`alice's order 1 is in partition ${first.partition} at offset ${first.offset}`)

// Many messages in one call. Equal keys meet in one partition, in the order of the list.
const orders = [
  { topic, key: 'alice', value: 'order 2' },
  { topic, key: 'bob', value: 'order 3' },
  { topic, key: 'alice', value: 'order 4', headers: { coupon: 'SPRING' } },
]
for (const [i, { partition, offset }] of (await producer.sendAll(orders)).entries()) {
  console.log(`${orders[i]!.key}'s ${orders[i]!.value} is in partition ${partition} at offset ${offset}`)
}

// Each message has an outcome of its own: the one that is too large does not keep the other from being sent.
try {
  await producer.sendAll([
    { topic, key: 'carol', value: 'order 5' },
    { topic, key: 'dave', value: 'x'.repeat(2_000_000) },
  ])
} catch (error) {
  if (!(error instanceof ProducerErrors)) throw error
  for (const { message, error: reason } of error.errors) {
    console.log(`${message.key}'s order was not sent: ${reason instanceof Error ? reason.name : reason}`)
  }
}

const { delivered, batches } = producer.stats()
console.log(`${delivered} messages were written, in ${batches} batches`)

await kafka.close()
