/**
 * Creates a topic as kafka-go does it: finds the controller, and asks that broker. It takes one request of Kafka's protocol, sent by
 * hand; `kafka.admin().createTopics()` does the same in one call (examples/create-topics.ts).
 *
 *     npx tsx scripts/with-kafka.ts examples/create-topic-by-controller.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/create-topic-by-controller.ts    a Kafka that runs already
 */
import { BrokerError, Kafka } from 'samsa'
import { apis } from 'samsa/protocol'

const kafka = new Kafka({ brokers: process.env.KAFKA_BROKERS ?? 'localhost:9092', clientId: 'by-controller' })
const { client } = kafka

// Under KRaft this is a broker that passes on to the controller what is meant for it.
const { nodeId, host, port } = await client.controller()
console.log(`broker ${nodeId} at ${host}:${port} takes what is meant for the controller`)

// The fields have the names of Kafka's protocol, and types: the compiler knows which there are.
const name = `by-controller-${Date.now()}`
const topic = { name, numPartitions: 3, replicationFactor: 1, assignments: [], configs: [] }
const { topics } = await client.request(apis.CreateTopics, { topics: [topic] }, { broker: nodeId })

// What the broker refuses is left to the caller: a code, which this error explains.
const check = ({ errorCode, errorMessage }: { errorCode: number; errorMessage: string | null }) => {
  if (errorCode !== 0) throw new BrokerError(errorCode, `creating topic "${name}"`, errorMessage)
}
for (const created of topics) {
  check(created)
  console.log(`created a topic of ${created.numPartitions} partitions`)
}

// Once more, to whichever broker is the controller by then. It is there already.
const again = await client.request(apis.CreateTopics, { topics: [topic] }, { controller: true })
try {
  for (const created of again.topics) check(created)
} catch (error) {
  if (!(error instanceof BrokerError)) throw error
  console.log(`the second time: ${error.code}`)
}

await kafka.close()
