import { describe, expect, it, onTestFinished } from 'vitest'
import { Kafka, type KafkaConfig, type StartOffset } from '../../../src/index.ts'
import type { OffsetResetEvent } from '../../../src/observe/hooks.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'
import type { VersionRange } from '../../../src/protocol/versions.ts'
import { failure } from '../../support/failure.ts'
import { type Asked, Peer } from '../../support/peer.ts'
import { cluster, topic } from '../cluster/support.ts'
import { atOnce, batch, settled } from './support.ts'

const OFFSET_OUT_OF_RANGE = 1
const NOT_LEADER_OR_FOLLOWER = 6
const UNKNOWN_TOPIC_ID = 100

const [OLD, NEW] = ['old', 'new'].map(name => Buffer.alloc(16, name).toString('base64url')) as [string, string]

interface RemakeableOptions {
  readonly offers?: Readonly<Record<string, VersionRange>>
  readonly topicId?: string
  readonly consumer?: KafkaConfig['consumer']
}

/** A broker with a topic t of one partition, which can be deleted and made again, and a consumer of it. */
async function remakeable({ offers, topicId = OLD, consumer: options }: RemakeableOptions = {}) {
  const resets: OffsetResetEvent[] = []
  /** The topic that each metadata answer told of. */
  const told: string[] = []
  const ListOffsets = (asked: Asked) => {
    const { timestamp } = asked.body('ListOffsets').topics[0]!.partitions[0]!
    const offset = timestamp === -2n ? 1n : 2n
    return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset }] }] }
  }
  const Metadata = () => {
    told.push(topicId)
    return cluster([peer], topic('t', { topicId }))
  }
  const script = { Metadata, ListOffsets }
  const peer: Peer = await Peer.start({ script, ...(offers === undefined ? {} : { offers }) })
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const hooks = { onOffsetReset: (event: OffsetResetEvent) => resets.push(event) }
  const kafka = new Kafka({ brokers: `127.0.0.1:${peer.address.port}`, logger, hooks })
  onTestFinished(() => kafka.close())
  const consumer = kafka.consumer({ ...atOnce, ...options })
  /** From now on metadata tells of the new topic, or of another one. */
  const remake = (id = NEW) => {
    topicId = id
  }
  return { peer, kafka, consumer, remake, resets, told }
}

type Said = { readonly records: Buffer } | { readonly errorCode: number }

/** Answers a fetch of the only partition of the only topic, and tells what was asked for. */
async function answerNext(peer: Peer, outcome: (topicId: string, offset: bigint) => Said) {
  const asked = await peer.next()
  const { topic, topicId, partitions } = asked.body('Fetch').topics[0]!
  const { partition: partitionIndex, fetchOffset } = partitions[0]!
  const said = outcome(topicId, fetchOffset)
  const [errorCode, records] = 'errorCode' in said ? [said.errorCode, null] : [0, said.records]
  const answer = { partitionIndex, errorCode, highWatermark: 100n, abortedTransactions: null, records }
  asked.answer('Fetch', { responses: [{ topic, topicId, partitions: [answer] }] })
  return { topic, topicId, fetchOffset }
}

/** Answers all further fetches, and gathers what was asked for. */
function answerAll(peer: Peer, outcome: (topicId: string, offset: bigint) => Said) {
  const asked: Awaited<ReturnType<typeof answerNext>>[] = []
  void (async () => {
    for (;;) asked.push(await answerNext(peer, outcome))
  })()
  return asked
}

const fail = { offsets: { reset: 'fail' } } as const

describe('a reader of a topic that was deleted and made again', () => {
  it('gets what it has, then the new topic from its start, and tells so', async () => {
    const { peer, consumer, remake, resets } = await remakeable()
    const partition = consumer.consumePartition('t', 0, { from: 0n })
    const reader = partition.batches()
    const first = await answerNext(peer, () => ({ records: batch(0, 3) }))
    expect(first).toMatchObject({ topicId: OLD, fetchOffset: 0n })
    remake()
    // Until the client has heard of the new topic it asks for the old one.
    const ofNew = async () => {
      for (;;) {
        const asked = await answerNext(peer, id =>
          id === OLD ? { errorCode: UNKNOWN_TOPIC_ID } : { records: batch(1, 2) },
        )
        if (asked.topicId === NEW) return asked
        expect(asked.fetchOffset).toBe(3n)
      }
    }
    // The start of the new log, as its leader says.
    expect(await ofNew()).toMatchObject({ topicId: NEW, fetchOffset: 1n })
    expect((await reader.next()).value).toMatchObject({ firstOffset: 0n, lastOffset: 2n })
    expect((await reader.next()).value).toMatchObject({ firstOffset: 1n, lastOffset: 2n })
    expect(partition.position).toBe(3n)
    expect(resets).toEqual([{ topic: 't', partition: 0, from: 3n, to: 1n, reason: 'topic-recreated' }])
  })

  it("gets what it has, then an error, with offsets.reset 'fail'", async () => {
    const { peer, consumer, remake, resets } = await remakeable({ consumer: fail })
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    await answerNext(peer, () => ({ records: batch(0, 3) }))
    remake()
    const asked = answerAll(peer, id => (id === OLD ? { errorCode: UNKNOWN_TOPIC_ID } : { records: batch(3, 3) }))
    expect((await reader.next()).value?.lastOffset).toBe(2n)
    const error = await failure(reader.next())
    expect(error).toMatchObject({ code: 'INCONSISTENT_TOPIC_ID' })
    expect(error.message).toMatch(/^t-0 at offset 3: INCONSISTENT_TOPIC_ID/)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(asked.length).toBeGreaterThan(0)
    for (const each of asked) expect(each).toMatchObject({ topicId: OLD, fetchOffset: 3n })
    expect(resets).toEqual([])
  })

  it('is noticed too where fetches name their topics', async () => {
    const { peer, consumer, remake, resets } = await remakeable({ offers: { Fetch: { min: 4, max: 12 } } })
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    await answerNext(peer, () => ({ records: batch(0, 3) }))
    remake()
    // What makes the client look for the leader, which is the same: it could go on there, under the same name.
    answerAll(peer, (_, offset) => (offset === 3n ? { errorCode: NOT_LEADER_OR_FOLLOWER } : { records: batch(1, 1) }))
    expect((await reader.next()).value?.lastOffset).toBe(2n)
    expect((await reader.next()).value?.lastOffset).toBe(1n)
    expect(resets).toMatchObject([{ from: 3n, to: 1n }])
  })

  it('is noticed too where all that is seen of it is that the offset is not there', async () => {
    const { peer, consumer, remake, resets } = await remakeable({ offers: { Fetch: { min: 4, max: 12 } } })
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    await answerNext(peer, () => ({ records: batch(0, 3) }))
    remake()
    await answerNext(peer, () => ({ errorCode: OFFSET_OUT_OF_RANGE }))
    expect(await answerNext(peer, () => ({ records: batch(1, 1) }))).toMatchObject({ topic: 't', fetchOffset: 1n })
    expect((await reader.next()).value?.lastOffset).toBe(2n)
    expect((await reader.next()).value?.lastOffset).toBe(1n)
    expect(resets).toMatchObject([{ from: 3n, to: 1n, reason: 'topic-recreated' }])
  })

  it('is not mistaken for one where the brokers begin to tell the ids of topics', async () => {
    const { peer, consumer, remake, resets } = await remakeable({ topicId: ZERO_UUID })
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    const first = await answerNext(peer, () => ({ records: batch(0, 3) }))
    expect(first).toMatchObject({ topic: 't', topicId: ZERO_UUID })
    remake()
    await answerNext(peer, () => ({ errorCode: NOT_LEADER_OR_FOLLOWER }))
    // Until the client has heard of the id it asks for the name.
    answerAll(peer, id => (id === NEW ? { records: batch(3, 3) } : { errorCode: NOT_LEADER_OR_FOLLOWER }))
    expect((await reader.next()).value?.lastOffset).toBe(2n)
    expect((await reader.next()).value?.lastOffset).toBe(5n)
    expect(resets).toEqual([])
  })

  it('can read the new one from where it chooses', async () => {
    const { peer, consumer, remake } = await remakeable({ consumer: fail })
    const old = consumer.consumePartition('t', 0, { from: 7n }).batches()
    await answerNext(peer, () => ({ records: batch(7, 1) }))
    remake()
    answerAll(peer, id => (id === OLD ? { errorCode: UNKNOWN_TOPIC_ID } : { records: batch(0, 2) }))
    await old.next()
    await failure(old.next())
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    expect((await reader.next()).value).toMatchObject({ firstOffset: 0n, lastOffset: 1n })
  })

  it('does not go back to the old one when a broker that lags behind tells of it', async () => {
    const { peer, consumer, remake, resets, told } = await remakeable()
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    await answerNext(peer, () => ({ records: batch(0, 3) }))
    remake()
    await answerNext(peer, () => ({ errorCode: UNKNOWN_TOPIC_ID }))
    for (;;) {
      const { topicId } = await answerNext(peer, id =>
        id === NEW ? { records: batch(1, 2) } : { errorCode: UNKNOWN_TOPIC_ID },
      )
      if (topicId === NEW) break
    }
    remake(OLD)
    const before = told.length
    const asked = answerAll(peer, (id, offset) =>
      id === NEW && offset === 3n && told.at(-1) === NEW && told.includes(OLD, before)
        ? { records: batch(3, 1) }
        : { errorCode: NOT_LEADER_OR_FOLLOWER },
    )
    while (!told.includes(OLD, before)) await settled()
    remake(NEW)
    for (const last of [2n, 2n, 3n]) expect((await reader.next()).value?.lastOffset).toBe(last)
    expect(new Set(asked.map(({ topicId }) => topicId))).toEqual(new Set([NEW]))
    expect(resets).toHaveLength(1)
  })

  it.each<['nearest' | 'fail', StartOffset, bigint]>([
    ['nearest', 'newest', 2n],
    ['fail', 'newest', 2n],
    ['nearest', 5n, 5n],
  ])('before it begins is, with %s, where it was told to begin: %s', async (reset, from, offset) => {
    const { peer, kafka, consumer, remake, resets } = await remakeable({ consumer: { offsets: { reset } } })
    // The topic is known by its id.
    const before = kafka.consumer()
    before.consumePartition('t', 0, { from: 0n })
    await peer.next()
    await before.close()
    remake()
    const next = consumer.consumePartition('t', 0, { from }).batches().next()
    answerAll(peer, (id, at) => (id === NEW ? { records: batch(Number(at), 1) } : { errorCode: UNKNOWN_TOPIC_ID }))
    expect((await next).value?.firstOffset).toBe(offset)
    expect(resets).toEqual([])
  })
})
