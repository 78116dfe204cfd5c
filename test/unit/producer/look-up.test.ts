import { describe, expect, it, onTestFinished } from 'vitest'
import {
  ConfigurationError,
  ConnectionError,
  Kafka,
  type KafkaConfig,
  type Partitioner,
  type Producer,
  type ProducerMessage,
  TimeoutError,
} from '../../../src/index.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { type Asked, Peer } from '../../support/peer.ts'
import { cluster, topic, topicsOf } from '../cluster/support.ts'
import { batchesOf, nextProduce } from './support.ts'

const logger = { debug() {}, info() {}, warn() {}, error() {} }

/** A client of a cluster that is wherever `broker()` says, with the topics a and b; closed when the test ends. */
function clientOf(broker: () => Peer, config: Omit<KafkaConfig, 'brokers'> = {}): Kafka {
  const brokers = async () => `127.0.0.1:${broker().address.port}`
  const kafka = new Kafka({ brokers, logger, ...config })
  onTestFinished(() => kafka.close({ signal: AbortSignal.abort() }).catch(() => {}))
  return kafka
}

/** What a broker says that has every topic it is asked for. */
function known(peer: Peer, asked: Asked) {
  return cluster([peer], ...(topicsOf(asked) ?? []).map(name => topic(name ?? '')))
}

/** Sends. A test that fails before it looks at the outcome has told why already. */
function send(producer: Producer, message: ProducerMessage) {
  const sending = producer.send(message)
  sending.catch(() => {})
  return sending
}

/** Sends to topic a, of which the client knows from then on. */
async function sendFirst(kafka: Kafka, peer: Peer) {
  const sending = send(kafka.producer(), { topic: 'a', value: 'first' })
  ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
  await sending
}

describe('a message whose topic cannot be looked up', () => {
  it('lives no longer than producer.deliveryTimeoutMs while the brokers do not know the topic', async () => {
    const config = { metadata: { retry: { max: Infinity, backoff: () => 1 } } }
    const { producer } = await startPeers({ leaders: {}, config })
    const error = await failure(producer({ deliveryTimeoutMs: 500 }).send({ topic: 'a' }))
    expect(error).toBeInstanceOf(TimeoutError)
    for (const part of ['"a"', 'producer.deliveryTimeoutMs (500 ms)', 'UNKNOWN_TOPIC_OR_PARTITION'])
      expect(error.message).toContain(part)
  })

  it('lives no longer than that while the broker does not answer', async () => {
    const { producer } = await startPeers({ leaders: {}, script: { Metadata: () => undefined } })
    const error = await failure(producer({ deliveryTimeoutMs: 50 }).send({ topic: 'a' }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toContain('producer.deliveryTimeoutMs (50 ms)')
  })

  it('lives no longer than that while a partition is looked for that the topic did not have', async () => {
    let isSilent = false
    const script = { Metadata: (asked: Asked) => (isSilent ? undefined : known(peer, asked)) }
    const peer: Peer = await Peer.start({ script })
    const kafka = clientOf(() => peer)
    await sendFirst(kafka, peer)
    isSilent = true
    const error = await failure(kafka.producer({ deliveryTimeoutMs: 50 }).send({ topic: 'a', partition: 1 }))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toContain('producer.deliveryTimeoutMs (50 ms)')
  })

  it('lives no longer than that while the cluster is away, however long the next try would wait', async () => {
    const script = { Metadata: (asked: Asked) => known(peer, asked) }
    const peer: Peer = await Peer.start({ script })
    const kafka = clientOf(() => peer, { metadata: { retry: { max: 0 } } })
    await sendFirst(kafka, peer)
    await peer.close()
    const retry = { backoff: () => 1_000_000 }
    const error = await failure(kafka.producer({ deliveryTimeoutMs: 500, retry }).send({ topic: 'b' }))
    expect(error).toBeInstanceOf(TimeoutError)
    // It may be that the first try was refused, or that it was lost with a connection whose end was not noticed before.
    expect(error.cause).toBeInstanceOf(ConnectionError)
    const { message: reason } = error.cause as ConnectionError
    for (const part of ['"b"', 'producer.deliveryTimeoutMs (500 ms)', reason]) expect(error.message).toContain(part)
  })
})

describe('a message to an unknown topic', () => {
  it('waits for a cluster that was there and is away for a moment', async () => {
    const script = { Metadata: (asked: Asked) => known(peer, asked) }
    let peer: Peer = await Peer.start({ script })
    const kafka = clientOf(() => peer, { metadata: { retry: { max: 0 } } })
    await sendFirst(kafka, peer)
    await peer.close()
    let tries = 0
    const backoff = () => {
      // It comes back when the client has tried in vain for some time.
      if (++tries === 3) {
        void Peer.start({ script }).then(back => {
          peer = back
          comeBack(back)
        })
      }
      return 1
    }
    let comeBack!: (back: Peer) => void
    const isBack = new Promise<Peer>(resolve => (comeBack = resolve))
    const sending = send(kafka.producer({ retry: { backoff } }), { topic: 'b', value: 'x' })
    ;(await nextProduce(await isBack)).answer({ 'b-0': { offset: 7n } })
    expect(await sending).toMatchObject({ topic: 'b', offset: 7n })
  })

  it('waits for a cluster that is frozen for a moment', async () => {
    let frozen = 0
    const script = { Metadata: (asked: Asked) => (frozen > 0 ? undefined : known(peer, asked)) }
    const peer: Peer = await Peer.start({ script })
    const kafka = clientOf(() => peer, { metadata: { retry: { max: 0 } }, net: { requestTimeoutMs: 200 } })
    await sendFirst(kafka, peer)
    frozen = 2
    const backoff = () => {
      frozen--
      return 0
    }
    const sending = send(kafka.producer({ retry: { backoff } }), { topic: 'b', value: 'x' })
    let asked = await peer.next()
    // Those that it never answered, of which the last is for the topic that is looked up.
    while (asked.api.name === 'Metadata') asked = await peer.next()
    expect(frozen).toBe(0)
    asked.answer('Produce', written(asked, 7n))
    expect(await sending).toMatchObject({ topic: 'b', offset: 7n })
  })
})

/** By their first waits: how long a partition is looked for, however slow the machine is. */
const patient = { backoffMs: 20_000, maxBackoffMs: 20_000 }

describe('a message to a partition beyond those that are known', () => {
  it('is sent where a fresh look finds it, and those after it stay behind it', async () => {
    const leaders = { a: [1] }
    const { peers, producer } = await startPeers({ leaders })
    const sender = producer()
    const first = send(sender, { topic: 'a', partition: 0, value: 'first' })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 0n } })
    await first
    leaders.a = [1, 1]
    const sending = [
      send(sender, { topic: 'a', partition: 1, value: 'x' }),
      send(sender, { topic: 'a', partition: 1, value: 'y' }),
      send(sender, { topic: 'a', partition: 0, value: 'z' }),
    ]
    const other = await nextProduce(peers[0]!)
    expect(batchesOf(other)).toEqual([['a-0', 'z']])
    other.answer({ 'a-0': { offset: 1n } })
    const found = await nextProduce(peers[0]!)
    expect(batchesOf(found)).toEqual([['a-1', 'x', 'y']])
    found.answer({ 'a-1': { offset: 0n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 1n])
  })

  it('holds up none to the others, though no broker answers the look', async () => {
    let isFrozen = false
    const peer: Peer = await Peer.start({ script: { Metadata: asked => (isFrozen ? undefined : known(peer, asked)) } })
    const kafka = clientOf(() => peer)
    await sendFirst(kafka, peer)
    isFrozen = true
    const sender = kafka.producer()
    send(sender, { topic: 'a', partition: 7, value: 'x' })
    const sending = send(sender, { topic: 'a', partition: 0, value: 'y' })
    for (let asked = await peer.next(); ; asked = await peer.next()) {
      if (asked.api.name === 'Metadata') continue
      asked.answer('Produce', written(asked, 3n))
      break
    }
    expect(await sending).toMatchObject({ offset: 3n })
  })

  it('is not overtaken by one whose partition is chosen, though the partition became known meanwhile', async () => {
    const leaders = { a: [1] }
    const { peers, kafka } = await startPeers({ leaders })
    const partitioner: Partitioner = ({ topic }, cluster) => cluster.partitions(topic).length - 1
    const producer = kafka.producer({ partitioner, retry: { ...patient, backoff: () => 300 } })
    const first = send(producer, { topic: 'a', value: 'first' })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 0n } })
    await first
    const sending = [send(producer, { topic: 'a', partition: 1, value: 'x' })]
    // A look that finds nothing is over: the next comes after the wait.
    await kafka.client.refreshMetadata()
    leaders.a = [1, 1]
    await kafka.client.refreshMetadata()
    sending.push(send(producer, { topic: 'a', value: 'y' }))
    const request = await nextProduce(peers[0]!)
    expect(batchesOf(request)).toEqual([['a-1', 'x', 'y']])
    request.answer({ 'a-1': { offset: 0n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n])
  })

  it('is looked for again where brokers lag behind; others of the topic need not wait, and those after it stay behind it', async () => {
    const leaders = { a: [1, 1] }
    let looks = 0
    const backoff = () => {
      looks++
      if (looks === 3) leaders.a = [1, 1, 1]
      return 1
    }
    const { peers, producer } = await startPeers({ leaders })
    const sender = producer({ retry: { ...patient, backoff } })
    const sending = [
      send(sender, { topic: 'a', partition: 2, value: 'x' }),
      send(sender, { topic: 'a', partition: 0, value: 'other' }),
      send(sender, { topic: 'a', partition: 2, value: 'y' }),
    ]
    const other = await nextProduce(peers[0]!)
    expect(batchesOf(other)).toEqual([['a-0', 'other']])
    other.answer({ 'a-0': { offset: 0n } })
    const late = await nextProduce(peers[0]!)
    expect(batchesOf(late)).toEqual([['a-2', 'x', 'y']])
    late.answer({ 'a-2': { offset: 0n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 0n, 1n])
  })

  it.for([
    ['looked for again', { backoffMs: 50 }, true],
    ['looked for once, where retry.max is 0,', { max: 0 }, false],
  ] as const)('is refused where it is not there when it was %s', async ([, retry, isAgain]) => {
    let looks = 0
    const leaders = {
      get a() {
        looks++
        return [1, 1]
      },
    }
    const { peers, producer } = await startPeers({ leaders })
    const sender = producer({ retry })
    const first = send(sender, { topic: 'a', partition: 0, value: 'first' })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 0n } })
    await first
    expect(looks).toBe(1)
    const error = await failure(sender.send({ topic: 'a', partition: 2 }))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toBe('message.partition: 2 is out of range: topic "a" has 2 partitions, 0 to 1')
    if (isAgain) expect(looks).toBeGreaterThan(2)
    else expect(looks).toBe(2)
  })

  it('is refused before its life is over', async () => {
    const { producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ deliveryTimeoutMs: 2_000, retry: patient })
    await expect(sender.send({ topic: 'a', partition: 2 })).rejects.toThrow('2 is out of range')
  })
})

describe('a message object', () => {
  it('may change when it was given: it is sent as it was, though its topic is still looked up', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1], b: [1] } })
    const headers: Record<string, string> = { h: 'before' }
    const message = { topic: 'a', key: 'key before', value: 'before', partition: 1, timestamp: 1234, headers }
    const sending = send(producer(), message)
    Object.assign(message, { topic: 'b', key: 'key after', value: 'after', partition: 0, timestamp: 9999 })
    headers.h = 'after'
    const { sent, answer } = await nextProduce(peers[0]!)
    expect(sent.map(({ where }) => where)).toEqual(['a-1'])
    const records = [...decodeRecordBatches(sent[0]!.bytes)].flatMap(batch =>
      Array.from(batch, record => ({
        key: record.key?.toString(),
        value: record.value?.toString(),
        timestamp: record.timestamp,
        header: record.headers.get('h')?.toString(),
      })),
    )
    expect(records).toEqual([{ key: 'key before', value: 'before', timestamp: 1234, header: 'before' }])
    answer({ 'a-1': { offset: 5n } })
    expect(await sending).toEqual({ topic: 'a', partition: 1, offset: 5n, timestamp: 1234 })
  })
})

/** Says that the only batch of a produce request was written. */
function written(asked: Asked, baseOffset: bigint) {
  const responses = asked.body('Produce').topicData.map(({ name, topicId, partitionData }) => ({
    name,
    topicId,
    partitionResponses: partitionData.map(({ index }) => ({ index, errorCode: 0, baseOffset })),
  }))
  return { responses }
}
