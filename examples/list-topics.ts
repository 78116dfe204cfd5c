/**
 * Lists the topics of a cluster, and what there is in some of them.
 *
 *     npx tsx scripts/with-kafka.ts examples/list-topics.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/list-topics.ts    a Kafka that runs already
 */
import { Kafka } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'list-topics' })
const admin = kafka.admin()

// Something to be listed.
const prefix = `list-topics-${Date.now()}`
const names = ['a', 'b'].map(letter => `${prefix}-${letter}`)
for (const { error } of await admin.createTopics(names.map((name, i) => ({ name, partitions: i + 1 })))) {
  if (error) throw error
}
await kafka.producer().sendAll(names.map(topic => ({ topic, partition: 0, value: 'a message' })))

// The names, as sarama's client has them, and with those of Kafka's own.
console.log(`there are ${(await kafka.client.topics()).length} topics`)
const all = await admin.listTopics({ listInternal: true })
console.log(`${all.filter(({ isInternal }) => isInternal).length} of them are Kafka's own`)

// Where their partitions are, and from where to where their logs reach: the difference is the number of messages, or a bit more.
const mine = all.map(({ name }) => name).filter(name => name.startsWith(prefix))
for (const { name, partitions = [], error } of await admin.describeTopics(mine)) {
  if (error) throw error
  for (const { partition, leader, replicas } of partitions) {
    const [first, last] = await Promise.all([
      kafka.client.getOffset(name, partition, 'oldest'),
      kafka.client.getOffset(name, partition, 'newest'),
    ])
    const letter = name.slice(-1)
    console.log(`${letter}-${partition}: led by broker ${leader} of ${replicas}, offsets ${first} to ${last}`)
  }
}

await kafka.close()
