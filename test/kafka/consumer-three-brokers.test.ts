import { describe, expect, it } from 'vitest'
import { rackOf } from '../../scripts/kafka/properties.ts'
import { orReason } from '../../scripts/kafka/unavailable.ts'
import type { Kafka, KafkaConfig, OffsetResetEvent, RequestEvent } from '../../src/index.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { FAULT_MS, newLedger, quickToMend, replicaAssignment } from './support/faults.ts'
import { Flow } from './support/flow.ts'
import { Gathering } from './support/gathering.ts'
import { java } from './support/java.ts'
import { Ledger } from './support/ledger.ts'
import { ownCluster } from './support/own.ts'
import { readMessages } from './support/read.ts'
import { quickToNotice, quiet } from './support/restarts.ts'
import { untilWhole } from './support/whole.ts'
import { type Stream, witnesses } from './support/witness.ts'

needsKafka()

const byRack = 'org.apache.kafka.common.replica.RackAwareReplicaSelector'
const cluster = ownCluster({
  brokers: 3,
  config: {
    ...quickToNotice,
    ...quickToMend,
    'replica.selector.class': byRack,
    // A log is compacted soon after there is something to compact.
    'log.cleaner.backoff.ms': '200',
  },
})
const leader = () => cluster().broker(1)

const ALL = replicaAssignment.map((_, partition) => partition)
/** More than are ever sent: messages trickle for as long as a test wants them. */
const COUNT = 1_000_000
/** So many are sent as fast as that goes, before a test breaks something and after that. */
const BURST = 15_000

const clientOf = (config: Partial<KafkaConfig> = {}) =>
  newKafka({ brokers: cluster().bootstrap, logger: quiet, ...config })

/** Messages on their way to a topic, and readers of it. */
async function traffic(config: Partial<KafkaConfig> = {}, topicOf = newLedger) {
  const kafka = clientOf(config)
  const fetched = new Map<number, number>()
  const onRequest = ({ api, nodeId }: RequestEvent) => {
    if (api === 'Fetch') fetched.set(nodeId, (fetched.get(nodeId) ?? 0) + 1)
  }
  const near = clientOf({ ...config, rackId: rackOf(1), hooks: { onRequest } })
  const ledger = await topicOf(kafka)
  const readers = witnesses(kafka, near, ledger)
  const flow = new Flow(kafka.producer(), ledger, COUNT, 'send')
  const goOn = (partitions: readonly number[]) =>
    Promise.all(readers.flatMap(reader => partitions.map(partition => reader.goesOn(partition))))
  const end = async () => {
    flow.fast(BURST)
    await ledger.acknowledged.more(BURST)
    flow.stop()
    await flow.done()
    for (const reader of readers) await reader.sawAll()
  }
  await ledger.acknowledged.reaches(BURST)
  flow.slow()
  return { kafka, ledger, goOn, end, fetched }
}

describe('readers get each message once and in order', { timeout: FAULT_MS }, () => {
  it('when the leader, or a replica that is nearer, is killed and started again', async () => {
    const { ledger, goOn, end, fetched } = await traffic()
    await goOn(ALL)
    fetched.clear()
    await goOn(ALL)
    // Leaders have sent who is near to broker 1 there, and are asked no more.
    expect([...fetched.keys()]).toEqual([1])
    await leader().kill()
    await goOn(ALL)
    await leader().start()
    await untilWhole(cluster(), ledger.topics)
    await goOn(ALL)
    await end()
  })

  it('when the leader, or a replica that is nearer, is frozen and thawed', async () => {
    const { ledger, goOn, end } = await traffic({ net: { requestTimeoutMs: 2_000, dialTimeoutMs: 2_000 } })
    await leader().pause()
    await goOn(ALL)
    await leader().resume()
    await untilWhole(cluster(), ledger.topics)
    await goOn(ALL)
    await end()
  })

  it('when all brokers are killed and started again', async () => {
    const { ledger, goOn, end } = await traffic({ metadata: { retry: { max: Infinity } } })
    await Promise.all(cluster().brokers.map(broker => broker.kill()))
    await Promise.all(cluster().brokers.map(broker => broker.start()))
    await goOn(ALL)
    await end()
    await untilWhole(cluster(), ledger.topics)
  })

  it('when other replicas are made the preferred ones, and lead', async () => {
    const { kafka, ledger, goOn, end } = await traffic()
    const [topic] = ledger.topics as [string]
    for (let round = 1; round <= 3; round++) {
      const turn = (replicas: readonly number[]) => [...replicas.slice(round % 3), ...replicas.slice(0, round % 3)]
      await reassign(kafka, topic, replicaAssignment.map(turn))
      const elected = await kafka.admin().electLeaders(
        'preferred',
        ALL.map(partition => ({ topic, partition })),
      )
      // The controller looks after that by itself too.
      expect(elected.filter(({ error }) => error !== undefined && error.code !== 'ELECTION_NOT_NEEDED')).toEqual([])
      await goOn(ALL)
    }
    await end()
  })

  it('when partitions are moved to other brokers altogether', async () => {
    const { kafka, ledger, goOn, end } = await traffic({}, async kafka => {
      const topic = await newTopic(kafka, { replicaAssignment: [[1], [2], [3], [1]], partitions: undefined })
      return new Ledger(topic, 4)
    })
    const [topic] = ledger.topics as [string]
    for (const replicas of [
      [[2], [3], [1], [3]],
      [[3], [1], [2], [2]],
    ]) {
      await reassign(kafka, topic, replicas)
      await untilWhole(cluster(), [topic])
      await goOn(ALL)
    }
    await end()
  })
})

describe('a reader', { timeout: FAULT_MS }, () => {
  it('of a topic that is deleted and made again gets all of both, one after the other', async () => {
    const { kafka, resets, read } = readings()
    const topic = await newTopic(kafka, { partitions: 3 })
    await sendTo(kafka, topic, [0, 1, 2], 'old', 1_000)
    const readers = [
      read(kafka.consumer().consume(topic, { from: 'oldest' })),
      ...[0, 1, 2].map(i => read(kafka.consumer().consumePartition(topic, i, { from: 'oldest' }))),
    ]
    await Promise.all(readers.map(reader => reader.reaches(reader === readers[0] ? 3_000 : 1_000)))
    await kafka.admin().deleteTopics([topic])
    await kafka.admin().createTopics([{ name: topic, partitions: 3 }])
    await sendTo(clientOf(), topic, [0, 1, 2], 'new', 500)
    await Promise.all(readers.map(reader => reader.reaches(reader === readers[0] ? 4_500 : 1_500)))
    const both = [...numbered('old', 0, 1_000), ...numbered('new', 0, 500)]
    for (const [i, reader] of readers.entries()) {
      await reader.close()
      for (const partition of i === 0 ? [0, 1, 2] : [i - 1]) expect(reader.of(partition)).toEqual(both)
    }
    const reset = (partition: number) => ({ topic, partition, from: 1_000n, to: 0n, reason: 'topic-recreated' })
    expect(resets.toSorted((a, b) => a.partition - b.partition)).toEqual([0, 0, 1, 1, 2, 2].map(reset))
  })

  it('of a topic gets all of the partitions that are added to it', async () => {
    const { kafka, read } = readings({ metadata: { refreshFrequencyMs: 200 } })
    const topic = await newTopic(kafka, { partitions: 2 })
    const reader = read(kafka.consumer().consume(topic, { from: 'newest' }))
    expect(await kafka.admin().createPartitions([{ name: topic, totalCount: 5 }])).toEqual([{ name: topic }])
    // A busy broker may learn of them seconds later.
    const patient = clientOf({ producer: { retry: { backoffMs: 1_000, maxBackoffMs: 5_000 } } })
    await sendTo(patient, topic, [2, 3, 4], 'added', 100)
    await reader.reaches(300)
    for (const partition of [2, 3, 4]) expect(reader.of(partition)).toEqual(numbered('added', 0, 100))
  })

  it('under whom records are deleted goes on with what is left', async () => {
    const { kafka, resets } = readings()
    const topic = await newTopic(kafka)
    const producer = kafka.producer({ maxMessageBytes: 1_000 })
    await producer.sendAll(Array.from({ length: 1_000 }, (_, i) => ({ topic, value: `${i}`.padEnd(100) })))
    // It reads ahead little: when it has got the first message it has fetched a few others.
    const consumer = kafka.consumer({ fetch: { defaultBytes: 1_000 } })
    const offsets: number[] = []
    for await (const message of consumer.consumePartition(topic, 0, { from: 'oldest' })) {
      if (message.offset === 0n) {
        const deleted = await kafka.admin().deleteRecords([{ topic, partition: 0, beforeOffset: 500n }])
        expect(deleted).toEqual([{ topic, partition: 0, lowWatermark: 500n }])
      }
      expect(Number.parseInt(message.value!.toString(), 10)).toBe(Number(message.offset))
      offsets.push(Number(message.offset))
      if (message.offset === 999n) break
    }
    const ahead = offsets.indexOf(500)
    expect(offsets).toEqual([...range(0, ahead), ...range(500, 1_000)])
    expect(resets).toEqual([{ topic, partition: 0, from: BigInt(ahead), to: 500n, reason: 'out-of-range' }])
  })

  it('of a log that is compacted meanwhile gets the last message of each key, and nothing out of order', async () => {
    const kafka = clientOf()
    const configs = { 'cleanup.policy': 'compact', 'min.cleanable.dirty.ratio': '0.01', 'segment.ms': '1000' }
    const topic = await newTopic(kafka, { configs })
    const producer = kafka.producer()
    const KEYS = 10
    const start = Date.now() - 1_000_000
    // By its timestamps each batch begins a segment, and all but the last segment are compacted.
    for (let batch = 0; batch < 30; batch++) {
      const offsets = range(batch * 3 * KEYS, (batch + 1) * 3 * KEYS)
      const messages = offsets.map(i => ({
        topic,
        key: `${i % KEYS}`,
        value: `${i}`,
        timestamp: start + batch * 10_000,
      }))
      await producer.sendAll(messages)
    }
    const last = 30 * 3 * KEYS - 1
    for (let left = Infinity; left > 6 * KEYS; ) {
      const read = await readMessages(kafka, topic, BigInt(last))
      const offsets = read.map(({ offset }) => Number(offset))
      expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
      expect(read.map(({ value }) => Number(value))).toEqual(offsets)
      const newest = new Map(read.map(({ key, offset }) => [`${key}`, Number(offset)]))
      expect([...newest.values()].toSorted((a, b) => a - b)).toEqual(range(last + 1 - KEYS, last + 1))
      left = read.length
    }
    // From offsets that are not there any more it goes on with the next that is.
    for (const from of [1n, 333n, 834n]) {
      const [first] = await readMessages(kafka, topic, from, { from })
      expect(Number(first?.offset)).toBeGreaterThanOrEqual(834)
    }
  })

  it('of transactions, many of them aborted, gets what was committed, and all of it who asks for all', async context => {
    const kafka = clientOf()
    const topic = await newTopic(kafka, { partitions: 3 })
    const { read } = readings()
    // The latter gets few messages at a time, so that transactions begin in one answer and end in another.
    const committed = [{}, { fetch: { defaultBytes: 400 } }].map(options =>
      read(kafka.consumer({ isolationLevel: 'read_committed', ...options }).consume(topic, { from: 'oldest' })),
    )
    const all = read(kafka.consumer().consume(topic, { from: 'oldest' }))
    const task = { bootstrap: cluster().bootstrap.join(','), topic, partitions: 3, rounds: 8 }
    const done = await orReason(() => java('interleaved', task))
    if (!done.ok) return context.skip(done.reason)
    await sendTo(kafka, topic, [0, 1, 2], 'end', 1)
    const written = done.value
    expect(written.filter(({ committed }) => !committed).length).toBeGreaterThan(30)
    for (const reader of [...committed, all]) {
      const expected = written.filter(message => reader === all || message.committed)
      await reader.reaches(expected.length + 3)
      for (const partition of [0, 1, 2]) {
        const own = expected.filter(message => message.partition === partition).toSorted((a, b) => a.offset - b.offset)
        expect(reader.of(partition)).toEqual([...own.map(({ value }) => value), 'end 0'])
      }
    }
  })

  // The last one: it leaves a broker dead.
  it('of a log that loses its end goes on where that is the same, and says so', async () => {
    const { kafka, resets, read } = readings({ metadata: { retry: { max: Infinity } } })
    const configs = { 'min.insync.replicas': '1', 'unclean.leader.election.enable': 'true' }
    const topic = await newTopic(kafka, { replicaAssignment: [[1, 2]], partitions: undefined, configs })
    const reader = read(kafka.consumer().consumePartition(topic, 0, { from: 'oldest' }))
    await sendTo(kafka, topic, [0], 'kept', 100)
    await cluster().broker(2).kill()
    // These are on broker 1 only.
    await sendTo(kafka, topic, [0], 'lost', 50)
    await reader.reaches(150)
    await cluster().broker(1).kill()
    await cluster().broker(2).start()
    await sendTo(clientOf({ metadata: { retry: { max: Infinity } } }), topic, [0], 'new', 30)
    await reader.reaches(180)
    expect(reader.of(0)).toEqual([...numbered('kept', 0, 100), ...numbered('lost', 0, 50), ...numbered('new', 0, 30)])
    expect(resets).toEqual([{ topic, partition: 0, from: 150n, to: 100n, reason: 'truncated' }])
  })
})

/** Gives the partitions of a topic other replicas, of which the first is to lead. They are moved in the background. */
async function reassign(kafka: Kafka, topic: string, replicas: readonly (readonly number[])[]): Promise<void> {
  const moves = replicas.map((replicas, partition) => ({ topic, partition, replicas }))
  const outcomes = await kafka.admin().alterPartitionReassignments(moves)
  expect(outcomes.filter(({ error }) => error !== undefined)).toEqual([])
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i)
const numbered = (what: string, from: number, to: number) => range(from, to).map(i => `${what} ${i}`)

/** Sends so many messages to each partition, `what 0`, `what 1`, … */
async function sendTo(kafka: Kafka, topic: string, partitions: readonly number[], what: string, count: number) {
  const values = numbered(what, 0, count)
  await kafka.producer().sendAll(partitions.flatMap(partition => values.map(value => ({ topic, partition, value }))))
}

/** A client, and how to read with it in the background. */
function readings(config: Partial<KafkaConfig> = {}) {
  const resets: OffsetResetEvent[] = []
  const kafka = clientOf({ hooks: { onOffsetReset: event => resets.push(event) }, ...config })
  return { kafka, resets, read: (stream: Stream) => new Gathering(stream) }
}
