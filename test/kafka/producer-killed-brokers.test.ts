import { describe, expect, it } from 'vitest'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import { BrokerError, ConnectionError, type Kafka, KafkaError, TimeoutError } from '../../src/index.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { closeAmid } from './support/closing.ts'
import { FAULT_MS, newLedger, quickToMend, report, Troubles } from './support/faults.ts'
import { Flow } from './support/flow.ts'
import { java } from './support/java.ts'
import { exactlyOnce, Ledger } from './support/ledger.ts'
import { ownCluster } from './support/own.ts'
import { quickToNotice, quiet } from './support/restarts.ts'
import { untilWhole } from './support/whole.ts'

needsKafka()

const cluster = ownCluster({ brokers: 3, config: { ...quickToNotice, ...quickToMend } })
const leader = () => cluster().broker(1)

const COUNT = 200_000
/** The partitions that it leads, before it is killed and again some time after it is back. */
const LED = [0, 3]

describe('when the leader of partitions is killed and started again', { timeout: FAULT_MS }, () => {
  it('200,000 messages under way are in Kafka exactly once and in order', async () => {
    const started = performance.now()
    const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
    const producer = kafka.producer()
    const ledger = await newLedger(kafka)
    const flow = new Flow(producer, ledger, COUNT, 'send')
    await ledger.acknowledged.reaches(COUNT / 4)
    await leader().kill()
    flow.slow()
    // Others lead its partitions now.
    await Promise.all(LED.map(partition => ledger.goesOn(partition)))
    await leader().start()
    // It catches up and leads again while the rest is sent.
    flow.fast()
    await flow.done()
    const found = await ledger.compare(kafka)
    report('leader killed', found, { retries: producer.stats().retries, ms: performance.now() - started })
    expect(found).toMatchObject({ ...exactlyOnce, acknowledged: COUNT })
    await untilWhole(cluster(), ledger.topics)

    const [topic] = ledger.topics
    const sent = ledger.sentTo(0)
    const task = { bootstrap: cluster().bootstrap.join(','), topic, partition: 0, count: sent }
    const read = await orReason(() => java('read', task))
    if (!read.ok) return console.log(`Java's consumer did not read it: ${read.reason}`)
    const numbers = read.value
      .slice(0, sent)
      .map(({ value }) => Number.parseInt(Buffer.from(value!, 'base64').toString(), 10))
    expect(numbers).toEqual(Array.from({ length: sent }, (_, number) => number))
  })

  it('with acks 1 nothing is lost but what its followers had not read yet, and nothing is out of order', async () => {
    const started = performance.now()
    const kafka = newKafka({ brokers: cluster().bootstrap, logger: quiet })
    const producer = kafka.producer({ acks: 1, maxBufferedBytes: 1 << 20 })
    const ledger = await newLedger(kafka)
    const flow = new Flow(producer, ledger, COUNT, 'enqueue')
    await ledger.acknowledged.reaches(COUNT / 4)
    await leader().kill()
    flow.slow()
    await Promise.all(LED.map(partition => ledger.goesOn(partition)))
    await leader().start()
    await untilWhole(cluster(), ledger.topics)
    flow.fast()
    await flow.done()
    const found = await ledger.compare(kafka)
    report('leader killed, acks 1', found, { retries: producer.stats().retries, ms: performance.now() - started })
    // There may be copies of what was sent again. What a leader acknowledged and then lost, no producer can know of: that
    // is the end of what it had when another one took over, which may befall other partitions too where a broker is slow.
    expect(found).toMatchObject({ acknowledged: COUNT, vanished: 0, misplaced: 0, overtaken: 0 })
  })

  it('producers that are closed before another one leads send everything, or say how much they have given up', async () => {
    const troubles = new Troubles()
    const kafka = newKafka({ brokers: cluster().bootstrap, hooks: troubles.hooks, logger: quiet })
    const { givenUp, topics } = await closeAmid(kafka, {
      name: 'the leader is dead',
      begin: () => leader().kill(),
      noticed: () => troubles.next(({ error, topic }) => error instanceof ConnectionError && topic !== undefined),
      end: () => leader().start(),
    })
    expect(givenUp).toBeGreaterThan(0)
    await untilWhole(cluster(), topics)
  })
})

describe('when fewer replicas are left than min.insync.replicas', { timeout: FAULT_MS }, () => {
  const DELIVERY_MS = 8_000
  const COUNT = 60_000

  it('messages fail after producer.deliveryTimeoutMs and say why; then the producer goes on', async () => {
    const started = performance.now()
    const troubles = new Troubles()
    const kafka = newKafka({
      brokers: cluster().bootstrap,
      producer: { timeoutMs: 1_000, deliveryTimeoutMs: DELIVERY_MS },
      hooks: troubles.hooks,
      logger: quiet,
    })
    const [two, three, closed] = [await ledgerOf(kafka, 2), await ledgerOf(kafka, 3), await ledgerOf(kafka, 3)]
    const flows = [
      new Flow(kafka.producer(), two, COUNT, 'send'),
      new Flow(kafka.producer({ maxBufferedBytes: 1 << 20 }), three, COUNT, 'enqueue'),
    ] as const
    const closing = kafka.producer()
    const toBeClosed = new Flow(closing, closed, COUNT, 'send')
    await Promise.all([two, three, closed].map(({ acknowledged }) => acknowledged.reaches(COUNT / 12)))
    for (const flow of [...flows, toBeClosed]) flow.slow()

    // Those of two lack one of two replicas, and those of three still have two.
    const refused = troubles.next(
      ({ error }) => error instanceof BrokerError && error.brokerName === 'NOT_ENOUGH_REPLICAS',
    )
    await cluster().broker(2).kill()
    await refused
    await Promise.all([two.failed.more(1), ...[0, 1, 2].map(partition => three.goesOn(partition))])

    // Only broker 1 is left, and nobody who could tell it that it is.
    toBeClosed.fast()
    await cluster().broker(3).kill()
    toBeClosed.stop()
    await Promise.all([closing.close(), three.failed.more(1)])
    await toBeClosed.done()

    await Promise.all([cluster().broker(2).start(), cluster().broker(3).start()])
    for (const flow of flows) flow.fast()
    for (const flow of flows) await flow.done()
    for (const [name, ledger] of Object.entries({ two, three, closed })) {
      const found = await ledger.compare(kafka)
      report(`too few of ${name}`, found, { ms: performance.now() - started })
      expect(found).toMatchObject(exactlyOnce)
      expect(found.failed).toBeGreaterThan(0)
    }
    expect(reasons(two)).toContain('NOT_ENOUGH_REPLICAS')
    expect(reasons(three)).toContain('REQUEST_TIMED_OUT')
    expect(reasons(three)).toContain('CONNECTION')
  })

  /** A topic whose partitions have so many replicas, of which two must be in sync. */
  async function ledgerOf(kafka: Kafka, replicas: 2 | 3): Promise<Ledger> {
    const configs = { 'min.insync.replicas': '2' }
    const all = [
      [1, 2, 3],
      [2, 3, 1],
      [3, 1, 2],
    ]
    const replicaAssignment = replicas === 3 ? all : [[1, 2]]
    const topic = await newTopic(kafka, { replicaAssignment, partitions: undefined, configs })
    return new Ledger(topic, replicaAssignment.length)
  }

  /** What messages failed for; asserts that their errors say so, and of which partition, and which option ended it. */
  function reasons(ledger: Ledger): Set<string | undefined> {
    const reasons = ledger.failures().map(({ where, error }) => {
      expect(error).toBeInstanceOf(TimeoutError)
      const { message, cause } = error as TimeoutError
      const reason = cause instanceof KafkaError ? cause : undefined
      // A broker may also be too busy to say anything at all.
      for (const part of [where, `deliveryTimeoutMs (${DELIVERY_MS} ms)`, reason?.message ?? 'has not answered']) {
        expect(message).toContain(part)
      }
      return reason instanceof BrokerError ? reason.brokerName : reason?.code
    })
    return new Set(reasons)
  }
})
