/**
 * Shows where partitioners send the same messages, and how to write one.
 *
 *     npx tsx scripts/with-kafka.ts examples/partitioners.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/partitioners.ts    a Kafka that runs already
 */
import {
  consistentCrc,
  customHash,
  defaultPartitioner,
  hash,
  Kafka,
  manual,
  murmur2,
  type Partitioner,
  type PartitionerFunction,
  random,
  referenceHash,
  roundRobin,
  sticky,
} from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'partitioners' })

const topic = `partitioners-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 6 }])
if (created?.error) throw created.error

/** Sends a message for each key, and tells the partitions in which they ended. */
async function show(name: string, partitioner: Partitioner, keys: readonly (string | null)[]) {
  const producer = kafka.producer({ partitioner })
  const written = await producer.sendAll(keys.map(key => ({ topic, key, value: name })))
  console.log(`${name}: ${written.map(({ partition }, i) => `${keys[i] ?? '-'} ${partition}`).join(', ')}`)
  await producer.close()
}

// By key. Each agrees with the clients that are named, so that producers in several languages can share a topic.
const people = ['alice', 'bob', 'carol', 'dave', 'erin']
await show('Java, and samsa by default', defaultPartitioner(), people)
await show("sarama's hash partitioner", hash(), people)
await show("sarama's reference hash partitioner", referenceHash(), people)
await show("librdkafka's default", consistentCrc(), people)
await show(
  'a hash of your own',
  customHash(key => key[0] ?? 0),
  people,
)

// Without keys. By default messages stay together while they fill a batch, as with sticky(); these are spread at once.
const keyless = Array.from({ length: 8 }, () => null)
await show('round robin', roundRobin(), keyless)
await show('at random', random(), keyless)
await show('together, anywhere', sticky(), keyless)

// A partitioner of your own is a function, and may hand over to another one: partition 0 is kept for one customer.
const others = murmur2()
const aliceApart: PartitionerFunction = (message, cluster) => {
  if (message.key === 'alice') return 0
  return 1 + others.partition(message, cluster.partitions(message.topic).length - 1)
}
await show('partition 0 for alice alone', aliceApart, people)

// A message that names its partition goes there, whatever the partitioner. With manual() every message must name one.
const producer = kafka.producer({ partitioner: manual() })
const { partition } = await producer.send({ topic, partition: 5, key: 'alice', value: 'named' })
console.log(`named by the message: alice ${partition}`)

await kafka.close()
