/**
 * Hands messages over without waiting for each, and reads what became of them: what sarama calls an AsyncProducer.
 *
 *     npx tsx scripts/with-kafka.ts examples/async-producer.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/async-producer.ts    a Kafka that runs already
 */
import { Kafka } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'async-producer' })

const topic = `async-producer-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 3 }])
if (created?.error) throw created.error

// So little memory that it is taken now and then. The default is 64 MiB.
const producer = kafka.producer({ maxBufferedBytes: 1 << 20, compression: 'lz4' })

// Sarama's Successes and Errors are one here: a report tells of the messages of a batch, which were written or failed together.
async function readReports() {
  let written = 0
  for await (const { partition, baseOffset, messages, error } of producer.deliveries()) {
    if (error === undefined) {
      written += messages.length
      if (baseOffset === 0n) console.log(`the first batch of partition ${partition} is written`)
    } else {
      // Metadata is not sent: it comes back, and tells which messages these were.
      for (const { metadata } of messages) console.log(`${metadata} failed: ${error}`)
    }
  }
  return written
}
// Before the first message, since reports are made only for a reader, and beside the sending, since what is unread takes memory.
const reading = readReports()

const count = 100_000
let waits = 0
for (let i = 0; i < count; i++) {
  const message = { topic, key: `customer ${i % 1_000}`, value: `order ${i}`, metadata: `order ${i}` }
  // False says that the memory is taken: the message was not accepted, and is offered again when there is room.
  while (!producer.enqueue(message)) {
    waits++
    await producer.ready()
  }
}
console.log(waits > 0 ? 'the memory was taken now and then, and the loop waited' : 'there was room for all at once')

// Nobody waits for this one, so its failure is told by a report too.
while (!producer.enqueue({ topic, partition: 99, value: 'lost', metadata: 'the last order' })) await producer.ready()

// Sends what is left. The reports end when all of them are read.
await producer.close()
console.log(`${await reading} messages were written`)

await kafka.close()
