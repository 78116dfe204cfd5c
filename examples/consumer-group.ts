/**
 * Reads a topic as a member of a group, with the parts that users of sarama know: Setup, ConsumeClaim, Cleanup and ResetOffset.
 * Ctrl-C ends it in good order. Members that name the same group share the partitions (examples/assignors.ts shows how).
 *
 *     npx tsx scripts/with-kafka.ts examples/consumer-group.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/consumer-group.ts    a Kafka that runs already
 */
import { cooperativeSticky, Kafka, string } from 'samsa'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'consumer-group' })

const topic = `consumer-group-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 3 }])
if (created?.error) throw created.error
const producer = kafka.producer()
await producer.sendAll(Array.from({ length: 30 }, (_, i) => ({ topic, partition: i % 3, value: `order ${i}` })))

const group = kafka.consumerGroup(`billing-${Date.now()}`, {
  value: string(),
  offsets: { initial: 'oldest' },
  group: { rebalance: { strategies: [cooperativeSticky()] } },
})

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())
let processed = 0

await group.consume(
  [topic],
  {
    setup(session) {
      console.log(`generation ${session.generationId}: I have`, session.claims)
      // The first five messages of partition 0 are of no interest.
      session.resetOffset(topic, 0, 5n)
    },
    async consumeClaim(session, claim) {
      console.log(`${claim.topic}-${claim.partition} begins at ${claim.initialOffset}`)
      for await (const message of claim) {
        console.log(`${message.partition} ${message.offset} ${message.value}`)
        session.markMessage(message)
        // A service would leave this out, and read for ever.
        if (++processed === 25) stop.abort()
      }
    },
    cleanup() {
      console.log('what was marked is committed after this')
    },
  },
  { signal: stop.signal },
)
await kafka.close()
console.log(`processed ${processed} messages`)
