/**
 * Makes a topic, sends ten messages with keys, reads them back and ends.
 *
 *     npm run quickstart                                  a Kafka cluster inside the process
 *     npm run quickstart -- --kafka                       a real Kafka, started for the occasion
 *     KAFKA_BROKERS=localhost:9092 npm run quickstart     a Kafka that runs already
 */
import { Kafka } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'quickstart' })

const topic = `quickstart-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error
console.log(`created topic ${topic}`)

const producer = kafka.producer()
const people = ['alice', 'bob', 'carol', 'dave', 'erin']
const messages = Array.from({ length: 10 }, (_, i) => ({ topic, key: people[i % people.length], value: `order ${i}` }))
for (const { partition, offset } of await producer.sendAll(messages)) {
  console.log(`sent to partition ${partition} at offset ${offset}`)
}

const consumer = kafka.consumer()
let seen = 0
for await (const message of consumer.consumePartition(topic, 0, { from: 'oldest' })) {
  console.log(`read offset ${message.offset}: ${message.key} = ${message.value}`)
  if (++seen === messages.length) break
}

await kafka.close()
