import { describe, expect, it } from 'vitest'
import { TimeoutError } from '../../src/index.ts'
import { needsKafka, newKafka } from '../support/kafka.ts'
import { closeAmid } from './support/closing.ts'
import { FAULT_MS, newLedger, quickToMend, report, Troubles } from './support/faults.ts'
import { Flow } from './support/flow.ts'
import { exactlyOnce, type Ledger } from './support/ledger.ts'
import { ownCluster } from './support/own.ts'
import { quiet } from './support/restarts.ts'
import { untilWhole } from './support/whole.ts'

needsKafka()

// Longer than a producer waits for an answer: when it tries again, the frozen broker leads still.
const cluster = ownCluster({ brokers: 3, config: { ...quickToMend, 'broker.session.timeout.ms': '12000' } })
const leader = () => cluster().broker(1)

const COUNT = 100_000

/** A client that waits for answers for 5.5 seconds, the least that producers do. */
function impatient() {
  const troubles = new Troubles()
  const kafka = newKafka({
    brokers: cluster().bootstrap,
    net: { requestTimeoutMs: 2_000, dialTimeoutMs: 2_000 },
    producer: { timeoutMs: 500 },
    hooks: troubles.hooks,
    logger: quiet,
  })
  const timedOut = () => troubles.next(({ error, topic }) => error instanceof TimeoutError && topic !== undefined)
  return { kafka, timedOut }
}

describe('when the leader of partitions is frozen', { timeout: FAULT_MS }, () => {
  it.each<[string, (ledger: Ledger, timedOut: () => Promise<void>) => Promise<void>]>([
    ['after requests have timed out', (_, timedOut) => timedOut()],
    ['after another one leads', ledger => ledger.goesOn(0)],
  ])('and thawed %s, each message is in Kafka exactly once and in order', async (when, until) => {
    const started = performance.now()
    const { kafka, timedOut } = impatient()
    const producer = kafka.producer()
    const ledger = await newLedger(kafka)
    const flow = new Flow(producer, ledger, COUNT, 'send')
    await ledger.acknowledged.reaches(COUNT / 4)
    await leader().pause()
    flow.slow()
    await until(ledger, timedOut)
    await leader().resume()
    flow.fast()
    await flow.done()
    const found = await ledger.compare(kafka)
    report(`leader frozen, thawed ${when}`, found, {
      retries: producer.stats().retries,
      ms: performance.now() - started,
    })
    expect(found).toMatchObject({ ...exactlyOnce, acknowledged: COUNT })
    await untilWhole(cluster(), ledger.topics)
  })

  it('and thawed after requests have timed out, with acks 1, messages may be there twice, but none is lost', async () => {
    const started = performance.now()
    const { kafka, timedOut } = impatient()
    const producer = kafka.producer({ acks: 1, maxBufferedBytes: 1 << 20 })
    const ledger = await newLedger(kafka)
    const flow = new Flow(producer, ledger, COUNT, 'enqueue')
    await ledger.acknowledged.reaches(COUNT / 4)
    await leader().pause()
    await timedOut()
    await leader().resume()
    await flow.done()
    const found = await ledger.compare(kafka)
    report('leader frozen, acks 1', found, { retries: producer.stats().retries, ms: performance.now() - started })
    expect(found).toMatchObject({ ...exactlyOnce, duplicates: expect.any(Number), acknowledged: COUNT })
    await untilWhole(cluster(), ledger.topics)
  })

  it('producers that are closed meanwhile send everything, or say how much they have given up', async () => {
    const { kafka, timedOut } = impatient()
    const { givenUp, topics } = await closeAmid(kafka, {
      name: 'the leader is frozen',
      begin: () => leader().pause(),
      noticed: timedOut,
      end: () => leader().resume(),
    })
    expect(givenUp).toBeGreaterThan(0)
    await untilWhole(cluster(), topics)
  })
})
