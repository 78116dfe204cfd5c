/**
 * Reads one partition: from its start, from a place of your choice, and by the clock. What sarama calls a PartitionConsumer.
 *
 *     npx tsx scripts/with-kafka.ts examples/partition-consumer.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/partition-consumer.ts    a Kafka that runs already
 */
import { Kafka, type Message } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'partition-consumer' })

const topic = `partition-consumer-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

// Ten orders, one a second.
const producer = kafka.producer()
const start = Date.now() - 60_000
const people = ['alice', 'bob', 'carol']
await producer.sendAll(
  Array.from({ length: 10 }, (_, i) => {
    return { topic, key: people[i % people.length], value: `order ${i}`, timestamp: start + i * 1_000 }
  }),
)

const consumer = kafka.consumer()

// Message by message. Leaving the loop closes the partition consumer; without the `break` it would wait for more.
for await (const message of consumer.consumePartition(topic, 0, { from: 'oldest' })) {
  console.log(`offset ${message.offset}: ${message.key} = ${message.value}`)
  if (message.offset === 2n) break
}

// Batch by batch: the inner loop awaits nothing, which is much cheaper. Here until the end that the log has just now:
// it has messages and no transactions, so a batch comes that reaches its end. (examples/all-partitions.ts has a way for any log.)
let read = 0
for await (const batch of consumer.consumePartition(topic, 0, { from: 3n }).batches()) {
  for (const message of batch) read += message.value === null ? 0 : 1
  if (batch.nextOffset >= batch.highWatermark) break
}
console.log(`read ${read} more`)

// From a moment on, and then from somewhere else. `position` and `lag` tell how far it is.
const orders = consumer.consumePartition(topic, 0, { from: new Date(start + 7_000) })
const iterator = orders[Symbol.asyncIterator]()
const next = async (): Promise<Message> => (await iterator.next()).value!
console.log(`seven seconds later: ${(await next()).value}, and ${orders.lag} to go`)
orders.seek(1n)
console.log(`after the seek: ${(await next()).value}, and the next one is at offset ${orders.position}`)

// Keys and values are views of the memory that was fetched. What is to be kept for long is copied, so that the rest can be freed.
const kept = (await next()).copy()
await orders.close()
console.log(
  `kept: ${JSON.stringify({ offset: String(kept.offset), key: String(kept.key), value: String(kept.value) })}`,
)

await kafka.close()
