import { setTimeout } from 'node:timers/promises'
import { Kafka } from '../../src/index.ts'
import { Random } from '../../test/unit/protocol/random.ts'
import { startKafka } from '../kafka/start.ts'
import { breakBrokers } from './faults.ts'
import { MergedReader, type Reader, WhimsicalReader } from './reader.ts'
import { Rss } from './rss.ts'
import { Sender } from './sender.ts'

const PARTITIONS = 6
const TELL_EVERY_MS = 10_000
/** When all brokers are well again readers have so long to read what is left. */
const CATCH_UP_MS = 60_000

const brokerConfig = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'leader.imbalance.check.interval.seconds': '5',
}

/** Produces and consumes while brokers are broken at random; tells whether each message came once and in order. */
export async function soakBrokenBrokers(seconds: number, seed: number): Promise<boolean> {
  await using cluster = await startKafka({ brokers: 3, exclusive: true, config: brokerConfig })
  const logger = { debug() {}, info() {}, warn() {}, error: console.error }
  const net = { requestTimeoutMs: 5_000, dialTimeoutMs: 5_000 }
  await using kafka = new Kafka({ brokers: cluster.bootstrap, net, metadata: { retry: { max: Infinity } }, logger })
  const topic = 'soak'
  const [created] = await kafka.admin().createTopics([{ name: topic, partitions: PARTITIONS, replicationFactor: 3 }])
  if (created?.error) throw created.error

  const rss = new Rss()
  const random = new Random(seed)
  const options = { kafka, topic, partitions: PARTITIONS, seed }
  const readers: readonly Reader[] = [new MergedReader(options), new WhimsicalReader(options, new Random(seed + 1))]
  const sender = new Sender(kafka.producer({ compression: 'lz4', maxBufferedBytes: 8 << 20 }), topic, PARTITIONS, seed)
  const counts = () => [sender, ...readers].map(({ tallies }) => tallies.reduce((sum, { count }) => sum + count, 0))
  const timer = setInterval(() => {
    const [sent, ...read] = counts()
    console.log(`sent ${sent}, read ${read.join(' and ')}, ${rss}`)
  }, TELL_EVERY_MS)
  try {
    const done = await breakBrokers(cluster, kafka, topic, random, performance.now() + seconds * 1000)
    await sender.stop()
    await caughtUp(sender, readers)
    console.log(`brokers were ${[...done].map(([name, count]) => `${name} ${count} times`).join(', ')}`)
  } finally {
    clearInterval(timer)
    rss.stop()
    for (const reader of readers) await reader.close()
  }
  const problems = readers.flatMap(reader => problemsOf(reader, sender))
  const [sent, ...read] = counts()
  console.log(`sent ${sent}, read ${read.join(' and ')}, ${rss}`)
  for (const problem of problems) console.log(problem)
  return problems.length === 0
}

async function caughtUp(sender: Sender, readers: readonly Reader[]): Promise<void> {
  const until = performance.now() + CATCH_UP_MS
  const isDone = ({ failure, tallies }: Reader) =>
    failure !== undefined || tallies.every(({ count }, partition) => count >= sender.tallies[partition]!.count)
  while (!readers.every(isDone) && performance.now() < until) await setTimeout(50)
}

function problemsOf({ name, failure, tallies }: Reader, sender: Sender): string[] {
  if (failure !== undefined) return [failure.stack ?? failure.message]
  return tallies.flatMap(({ count, checksum }, partition) => {
    const sent = sender.tallies[partition]!
    if (count === sent.count && checksum === sent.checksum) return []
    return [`${name}: partition ${partition}: ${count} of ${sent.count} messages, ${checksum} for ${sent.checksum}`]
  })
}
