/**
 * Creates topics, sees what became of each, describes them, gives one more partitions and deletes it.
 *
 *     npx tsx scripts/with-kafka.ts examples/create-topics.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/create-topics.ts    a Kafka that runs already
 */
import { Kafka } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'create-topics' })
const admin = kafka.admin()

const suffix = Date.now()
const [orders, customers] = [`orders-${suffix}`, `customers-${suffix}`]

const topics = [
  // A week of orders. What is left out is as the brokers have it: their default.replication.factor here.
  { name: orders, partitions: 6, configs: { 'retention.ms': String(7 * 24 * 3_600_000) } },
  // The newest message of each key.
  { name: customers, partitions: 3, replicationFactor: 1, configs: { 'cleanup.policy': 'compact' } },
  { name: 'orders/paid', partitions: 1 },
]

// Only checks whether it would work. Each topic has an outcome of its own: one that fails keeps no other from being created.
for (const { name, error } of await admin.createTopics(topics, { validateOnly: true })) {
  if (error) console.log(`${name} would fail: ${error.code}`)
}
for (const { name, partitions, error } of await admin.createTopics(topics)) {
  console.log(error ? `${name} failed: ${error.code}` : `created ${name} with ${partitions} partitions`)
}
// Brokers hear of a topic a moment after it was created. Producers and consumers wait for that by themselves.
await kafka.client.refreshMetadata([orders, customers])

for (const { name, partitions = [], error } of await admin.describeTopics([orders, customers, 'nowhere'])) {
  if (error) console.log(`${name}: ${error.code}`)
  else
    console.log(`${name}: ${partitions.length} partitions, ${partitions[0]?.isr.length} in-sync replicas of the first`)
}

const [described] = await admin.describeConfigs([
  { type: 'topic', name: orders, keys: ['retention.ms', 'cleanup.policy'] },
])
for (const { name, value, source } of described?.configs ?? []) console.log(`${name} is ${value}, ${source}`)

// Only ever more, and keys may go to other partitions from then on.
const [grown] = await admin.createPartitions([{ name: orders, totalCount: 12 }])
console.log(grown?.error ? `no more partitions: ${grown.error.message}` : 'there are twelve partitions now')

for (const { name, error } of await admin.deleteTopics([orders, customers])) {
  console.log(error ? `${name} is still there: ${error.message}` : `deleted ${name}`)
}

await kafka.close()
