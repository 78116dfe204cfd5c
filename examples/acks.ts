/**
 * Shows what the three kinds of acknowledgement wait for, and what each of them promises.
 *
 *     npx tsx scripts/with-kafka.ts examples/acks.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/acks.ts    a Kafka that runs already
 */
import { ConfigurationError, Kafka, KafkaError } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'acks' })

const topic = `acks-${Date.now()}`
const [created] = await kafka
  .admin()
  .createTopics([{ name: topic, partitions: 3, configs: { 'max.message.bytes': '1000' } }])
if (created?.error) throw created.error

// 0: nobody is waited for. The message may be lost on its way, and where it ended is not known: the offset is -1.
const nobody = kafka.producer({ acks: 0 })
const sent = await nobody.send({ topic, partition: 0, value: 'a temperature' })
console.log(`acks 0: it is on its way, at offset ${sent.offset}`)

// 1: the leader of the partition has it. It is lost if that broker dies before the others have fetched it.
const leader = kafka.producer({ acks: 1 })
const written = await leader.send({ topic, partition: 1, value: 'a page view' })
console.log(`acks 1: the leader has it at offset ${written.offset}`)

// -1, the default: all replicas that are in sync have it, and retries duplicate nothing, as the producer is idempotent. How many
// these have to be at least says the topic's `min.insync.replicas`, which only acks -1 asks for: 2 of 3 replicas is common.
const all = kafka.producer({ acks: -1 })
const kept = await all.send({ topic, partition: 2, value: 'a payment' })
console.log(`acks -1: all in-sync replicas have it at offset ${kept.offset}`)

// Failures too are told only to those who wait. This message is larger than the topic takes.
const large = { topic, partition: 0, value: 'x'.repeat(2_000) }
await nobody.send(large)
console.log('acks 0: nothing is known to be wrong')
for (const producer of [leader, all]) {
  try {
    await producer.send(large)
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error
    console.log(`${producer === leader ? 'acks 1' : 'acks -1'}: ${error.code}`)
  }
}

// Without duplicates takes acks -1.
try {
  kafka.producer({ acks: 1, idempotent: true })
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  console.log(error.message)
}

await kafka.close()
