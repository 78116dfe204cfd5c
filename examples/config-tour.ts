/**
 * A tour of the configuration: one typed object in the namespaces of sarama.Config, checked as a whole before anything is connected to.
 *
 *     npx tsx scripts/with-kafka.ts examples/config-tour.ts           a cluster inside the process; with --kafka a real one
 *     KAFKA_BROKERS=localhost:9092 npx tsx examples/config-tour.ts    a Kafka that runs already
 */
import { ConfigurationError, hash, Kafka, type KafkaConfig, range, sticky, string } from 'samsa'

let connections = 0

// Only `brokers` must be given; docs/configuration.md has every option with its default, and its name in sarama and Java.
// Options that end in Ms are milliseconds, those that end in Bytes are bytes.
const config: KafkaConfig = {
  // A list, a text with commas, or a function that promises one of the two and is asked whenever the way in is needed.
  brokers: async () => process.env.KAFKA_BROKERS ?? 'localhost:9092',
  clientId: 'config-tour',
  net: { dialTimeoutMs: 5_000, requestTimeoutMs: 20_000, keepAliveMs: 30_000, maxOpenRequests: 5 },
  metadata: { refreshFrequencyMs: 600_000, retry: { max: 3, backoffMs: 250 } },
  producer: {
    acks: -1,
    compression: 'gzip',
    compressionLevel: 9,
    partitioner: hash(),
    flush: { bytes: 65_536, messages: 500, frequencyMs: 5 },
    // In place of waits that double. Whatever it says, a message fails after `deliveryTimeoutMs`.
    retry: { backoff: attempt => Math.min(1_000, attempt * 50) },
    deliveryTimeoutMs: 60_000,
  },
  consumer: {
    fetch: { minBytes: 1, defaultBytes: 1_048_576 },
    isolationLevel: 'read_committed',
    offsets: { initial: 'oldest', autoCommit: { intervalMs: 5_000 } },
    group: { sessionTimeoutMs: 30_000, rebalance: { strategies: [sticky(), range()] } },
  },
  admin: { timeoutMs: 10_000 },
  // Warnings and errors go to stderr unless told otherwise; pino and console fit as they are.
  logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  // Functions that are told what happens inside, for metrics and traces.
  hooks: { onConnect: () => connections++ },
}

// TLS is `true`, or what Node's tls.connect() takes. A Kafka that nobody uses connects to nothing, so here it is only checked.
const tls = { servername: 'kafka.example.com', minVersion: 'TLSv1.2' } as const
await new Kafka({ ...config, brokers: ['kafka.example.com:9093'], net: { ...config.net, tls } }).close()
console.log('the configuration with TLS is in order')

// The compiler finds most mistakes. In JSON and JavaScript they are found here, all of them at once.
try {
  new Kafka(
    JSON.parse('{ "brokers": [], "producer": { "acks": 2, "compresion": "lz4" }, "admin": { "timeoutMs": 0 } }'),
  )
} catch (error) {
  if (!(error instanceof ConfigurationError)) throw error
  for (const { option, problem } of error.problems) console.log(`${option}: ${problem}`)
}

const kafka = new Kafka(config)
const topic = `config-tour-${Date.now()}`
const [created] = await kafka.admin().createTopics([{ name: topic, partitions: 1 }])
if (created?.error) throw created.error

// What is said here takes precedence, for this producer and this consumer.
const quick = kafka.producer({ acks: 1, flush: { frequencyMs: 0 } })
await quick.send({ topic, value: 'as configured, but for acks' })
for await (const { value } of kafka.consumer({ value: string() }).consumePartition(topic, 0)) {
  console.log(`read from the oldest message on, as configured: ${value}`)
  break
}

await kafka.close()
console.log(`it took ${connections} connections`)
