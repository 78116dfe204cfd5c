import { describe, expect, it } from 'vitest'
import { BrokerError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { atOnce, batch, nextFetch, nextOffsets, settled } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6
const TOPIC_AUTHORIZATION_FAILED = 29
const KAFKA_STORAGE_ERROR = 56
const UNKNOWN_SERVER_ERROR = -1

describe('a fetch', () => {
  it('asks for what the options say, from the offset on', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] } })
    const fetch = { minBytes: 2, defaultBytes: 3000, maxBytes: 4000 }
    kafka.consumer({ maxWaitMs: 1234, fetch }).consumePartition('t', 1, { from: 7n })
    const { body, offsets } = await nextFetch(peers[0]!)
    expect(offsets).toEqual({ 't-1': 7n })
    expect(body).toMatchObject({ maxWaitMs: 1234, minBytes: 2, maxBytes: 4000 })
    expect(body.topics[0]?.partitions[0]).toMatchObject({ partitionMaxBytes: 3000, currentLeaderEpoch: 0 })
  })

  it.each([
    ['after a few messages, which are handed out first', 100, ['t-1']],
    ['before many messages are handed out', 20_000, ['t-0', 't-1']],
  ])('leaves %s', async (_, bytes, expected) => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] } })
    const consumer = kafka.consumer()
    const [first] = [0, 1].map(i => consumer.consumePartition('t', i, { from: 0n }))
    // Whoever pauses at once what it reads is fetched again only where the request has left already.
    const reading = first!.batches().next()
    void reading.then(() => first!.pause())
    const { answer } = await nextFetch(peers[0]!)
    answer({ 't-0': { records: batch(0, 1, bytes) }, 't-1': {} })
    expect(Object.keys((await nextFetch(peers[0]!)).offsets).sort()).toEqual(expected)
  })

  it('is under way while the last is being read, until there is no more room', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const consumer = kafka.consumer({ fetch: { defaultBytes: 1000 } })
    const partition = consumer.consumePartition('t', 0, { from: 0n })
    const reader = partition.batches()
    const first = await nextFetch(peers[0]!)
    first.answer({ 't-0': { records: batch(0, 1, 600) } })
    // Nobody has read anything, and there is room for more.
    const second = await nextFetch(peers[0]!)
    expect(second.offsets).toEqual({ 't-0': 1n })
    second.answer({ 't-0': { records: batch(1, 1, 600), highWatermark: 55n } })
    // The high watermark tells that the second answer has been dealt with.
    while (partition.highWatermark !== 55n) await settled()
    // Both are unread and there is no room for more, so nothing is asked before the first is taken.
    let isAsked = false
    const third = nextFetch(peers[0]!).finally(() => {
      isAsked = true
    })
    await settled()
    expect(isAsked).toBe(false)
    expect(await nextOffsets(reader)).toEqual([0])
    expect((await third).offsets).toEqual({ 't-0': 2n })
  })

  it('brings so much at once that readers let the rest of the program have its turn', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer().consumePartition('t', 0, { from: 0n }).batches()
    const records = Buffer.concat(Array.from({ length: 8 }, (_, i) => batch(i, 1, 100_000)))
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records } })
    await reader.next()
    let turns = 0
    let isReading = true
    const turn = () => {
      turns++
      if (isReading) setImmediate(turn)
    }
    setImmediate(turn)
    // Nothing of this waits for anything but what is there already.
    for (let i = 1; i < 8; i++) expect(await nextOffsets(reader)).toEqual([i])
    isReading = false
    expect(turns).toBeGreaterThan(1)
  })

  it('that is answered after its reader has left brings nobody anything', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] } })
    const consumer = kafka.consumer()
    const [left, stays] = [0, 1].map(partition => consumer.consumePartition('t', partition, { from: 0n }))
    const reader = left!.batches()
    const waiting = reader.next()
    // Both are asked for, in one request or in two.
    let fetched = await nextFetch(peers[0]!)
    while (!('t-1' in fetched.offsets)) {
      fetched.answer({ 't-0': { records: null } })
      fetched = await nextFetch(peers[0]!)
    }
    await left!.close()
    fetched.answer({ 't-0': { records: batch(0, 2) }, 't-1': { records: batch(0, 2) } })
    expect(await nextOffsets(stays!.batches())).toEqual([0, 1])
    expect(await waiting).toEqual({ done: true, value: undefined })
    expect(left!.position).toBe(0n)
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-1': 2n })
  })

  it('is made again at the same offset when its connection broke', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 5n }).batches()
    ;(await nextFetch(peers[0]!)).asked.socket.destroy()
    const again = await nextFetch(peers[0]!)
    expect(again.offsets).toEqual({ 't-0': 5n })
    again.answer({ 't-0': { records: batch(5, 2) } })
    expect(await nextOffsets(reader)).toEqual([5, 6])
  })

  it('is made again for a partition that the answer leaves out', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 5n }).batches()
    ;(await nextFetch(peers[0]!)).answer({})
    const again = await nextFetch(peers[0]!)
    expect(again.offsets).toEqual({ 't-0': 5n })
    again.answer({ 't-0': { records: batch(5, 2) } })
    expect(await nextOffsets(reader)).toEqual([5, 6])
  })
})

describe('an error of the broker', () => {
  it('ends the iteration after what came before, where another try would not help', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 2) } })
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: TOPIC_AUTHORIZATION_FAILED } })
    expect(await nextOffsets(reader)).toEqual([0, 1])
    const error = await failure(reader.next())
    expect(error).toBeInstanceOf(BrokerError)
    expect(error.message).toMatch(/^t-0 at offset 2 on broker 1 .*TOPIC_AUTHORIZATION_FAILED/)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
  })

  it('that has no name is tried again, since it mostly passes', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: UNKNOWN_SERVER_ERROR } })
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 2) } })
    expect(await nextOffsets(reader)).toEqual([0, 1])
  })

  it('ends the iteration when the tries of consumer.retry are used up, which count anew after a success', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const retry = { max: 2, backoff: () => 0 }
    const reader = kafka.consumer({ retry }).consumePartition('t', 0, { from: 0n }).batches()
    const fail = async () => (await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: KAFKA_STORAGE_ERROR } })
    await fail()
    await fail()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 2) } })
    expect(await nextOffsets(reader)).toEqual([0, 1])
    for (let i = 0; i < 3; i++) await fail()
    expect(await failure(reader.next())).toMatchObject({ code: 'KAFKA_STORAGE_ERROR' })
  })
})

describe('the start', () => {
  it.each([
    ['oldest', -2n],
    ['newest', -1n],
    [new Date(1_700_000_000_123), 1_700_000_000_123n],
  ] as const)('from %s is asked of the leader, again where that fails on the way', async (from, timestamp) => {
    const times: bigint[] = []
    const { peers, kafka } = await startPeers({
      leaders: { t: [1, 1, 1] },
      script: {
        ListOffsets(asked) {
          const { partitionIndex, timestamp } = asked.body('ListOffsets').topics[0]!.partitions[0]!
          times.push(timestamp)
          const errorCode = times.length === 1 ? NOT_LEADER_OR_FOLLOWER : 0
          const partition = { partitionIndex, errorCode, offset: errorCode === 0 ? 42n : -1n, timestamp: -1n }
          return { topics: [{ name: 't', partitions: [partition] }] }
        },
      },
    })
    const partition = kafka.consumer(atOnce).consumePartition('t', 2, { from })
    expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-2': 42n })
    expect(partition.position).toBe(42n)
    expect(times).toEqual([timestamp, timestamp])
  })
})
