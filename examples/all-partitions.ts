/**
 * Reads all partitions of a topic as one, remembers where it was in each, and goes on from there.
 *
 *     npx tsx scripts/with-kafka.ts examples/all-partitions.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/all-partitions.ts    a Kafka that runs already
 */
import { json, Kafka, string } from 'samsa'

interface Order {
  readonly cents: number
}

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'all-partitions' })

const topic = `all-partitions-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 3 }])
if (created?.error) throw created.error

const producer = kafka.producer({ key: string(), value: json<Order>() })
const people = ['alice', 'bob', 'carol', 'dave', 'erin']
const send = (cents: number) => producer.sendAll(people.map(key => ({ topic, key, value: { cents } })))
await send(100)
await send(250)

// Deserializers give messages their types: `message.key` is text, `message.value` an Order.
const consumer = kafka.consumer({ key: string(), value: json<Order>() })

// A batch of each partition in turn: within a partition the order is that of the log, among partitions there is none.
const orders = consumer.consume(topic, { from: 'oldest' })

// Until nothing is left to be read, be a partition empty or not. A service would leave this out, and read for ever.
const atEnd = setInterval(() => orders.lag === 0n && orders.close(), 50)
const totals = new Map<string, number>()
for await (const batch of orders.batches()) {
  for (const { key, value } of batch) totals.set(key!, (totals.get(key!) ?? 0) + value!.cents)
}
clearInterval(atEnd)
// What a consumer group would commit, you may keep where you like, best together with what the messages have led to.
const positions = orders.positions().get(topic)!
for (const person of people) console.log(`${person} has spent ${totals.get(person)} cents`)

// Later, in another process perhaps: each partition from its own position.
await send(1)
const starts = [...positions].map(([partition, from]) => ({ topic, partition, from }))
let left = people.length
for await (const { key, value } of consumer.consume(starts)) {
  totals.set(key!, (totals.get(key!) ?? 0) + value!.cents)
  if (--left === 0) break
}
for (const person of people) console.log(`${person} has now spent ${totals.get(person)} cents`)

await kafka.close()
