// Closes while a fetch waits at the broker and a reader for it, and then has nothing left to do: it has to end by itself.
import { Kafka } from '../../../src/index.ts'

const [brokers = '', topic = '', other = ''] = process.argv.slice(2)
const kafka = new Kafka({ brokers, consumer: { maxWaitMs: 30_000 }, producer: { compression: 'gzip' } })
const producer = kafka.producer()
await producer.send({ topic, value: 'first' })
const reader = kafka.consumer().consumePartition(topic, 0, { from: 'oldest' }).batches()
await reader.next()
const next = reader.next()
// Another round trip to the broker, so that the next fetch is there by now.
await producer.send({ topic: other, value: 'x' })
await kafka.close()
console.log(JSON.stringify(await next))
