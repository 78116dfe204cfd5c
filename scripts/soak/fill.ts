/** Fills the partitions of a topic, in a process of its own, so that its memory does not count for who reads them. */
import { Kafka } from '../../src/index.ts'

const [brokers, topic, partitions, megabytes] = process.argv.slice(2) as [string, string, string, string]
const value = Buffer.alloc(1024, 'x')
await using kafka = new Kafka({ brokers })
const producer = kafka.producer({ maxMessageBytes: 256 << 10 })
const count = Number(megabytes) * 1024
for (let i = 0; i < count; ) {
  if (producer.enqueue({ topic, partition: i % Number(partitions), value })) i++
  else await producer.ready()
}
await producer.flush()
