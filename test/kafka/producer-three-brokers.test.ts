import { expect, it } from 'vitest'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { closeAmid } from './support/closing.ts'
import { FAULT_MS, newLedger, quickToMend, report } from './support/faults.ts'
import { Flow } from './support/flow.ts'
import { exactlyOnce, Ledger } from './support/ledger.ts'
import { ownCluster } from './support/own.ts'
import { quickToNotice, quiet } from './support/restarts.ts'
import { untilWhole } from './support/whole.ts'
import { Witness } from './support/witness.ts'

needsKafka()

const cluster = ownCluster({ brokers: 3, config: { ...quickToNotice, ...quickToMend } })

it('200,000 messages, sent while one broker after the other is restarted, are in Kafka exactly once and in order', {
  timeout: FAULT_MS,
}, async () => {
  const COUNT = 200_000
  /** So many are sent as fast as that goes while a broker stops; little while it is started. */
  const BURST = 30_000
  const started = performance.now()
  const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
  const producer = kafka.producer({ maxBufferedBytes: 4 << 20, compression: 'gzip' })
  const ledger = await newLedger(kafka)
  const flow = new Flow(producer, ledger, COUNT, 'enqueue')
  for (const broker of cluster().brokers) {
    flow.fast(BURST)
    await ledger.acknowledged.more(BURST / 4)
    await broker.stop()
    await broker.start()
    await untilWhole(cluster(), ledger.topics)
  }
  flow.fast()
  await flow.done()
  const found = await ledger.compare(kafka)
  report('brokers restarted', found, { retries: producer.stats().retries, ms: performance.now() - started })
  expect(found).toMatchObject({ ...exactlyOnce, acknowledged: COUNT })
})

it('producers that are closed while the leader stops send everything, or say how much they have given up', {
  timeout: FAULT_MS,
}, async () => {
  const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
  const leader = cluster().broker(1)
  const { topics } = await closeAmid(kafka, {
    name: 'the leader stops',
    begin: () => leader.stop(),
    noticed: () => Promise.resolve(),
    end: () => leader.start(),
  })
  await untilWhole(cluster(), topics)
})

it('messages for 100 new topics of 10 partitions at once are in Kafka exactly once and in order, and are read so as one', {
  timeout: FAULT_MS,
}, async () => {
  const started = performance.now()
  const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
  const prefix = await newTopic(kafka)
  const topics = Array.from({ length: 100 }, (_, i) => `${prefix}-${i}`)
  const newTopics = topics.map(name => ({ name, partitions: 10, replicationFactor: 1 }))
  const created = await kafka.admin().createTopics(newTopics)
  expect(created.flatMap(({ error }) => error ?? [])).toEqual([])
  const ledger = new Ledger(topics, 10)
  const producer = kafka.producer()
  const streams = [kafka.consumer().consume(topics, { from: 'oldest' })]
  const reader = new Witness('who reads 1,000 partitions as one', ledger, streams, 'batches')
  // A few for each while the brokers are still making the partitions, and then very many in one turn of the event loop.
  await new Flow(producer, ledger, 5 * ledger.size, 'send').done()
  await new Flow(kafka.producer(), ledger, 100 * ledger.size, 'enqueue').done()
  await reader.sawAll()
  const found = await ledger.compare(kafka)
  report('1,000 partitions', found, { retries: producer.stats().retries, ms: performance.now() - started })
  expect(found).toMatchObject({ ...exactlyOnce, acknowledged: 105 * ledger.size })
})
