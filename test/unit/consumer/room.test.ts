import { describe, expect, it } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch, nextOffsets } from './support.ts'

/** Readers of the partitions of t, of which each fetch may bring 1,000 bytes, and how to answer the fetches. */
async function reading(partitions: number, options: KafkaConfig['consumer'] = {}) {
  const numbers = Array.from({ length: partitions }, (_, i) => i)
  const { peers, kafka } = await startPeers({ leaders: { t: numbers.map(() => 1) } })
  const peer = peers[0]!
  const consumer = kafka.consumer({ fetch: { defaultBytes: 1000 }, maxWaitMs: 100, ...options })
  const readers = numbers.map(i => consumer.consumePartition('t', i, { from: 0n }))
  /** Answers the next fetch with a message each, of so many bytes. */
  const serve = async (sizes: Record<string, number>) => {
    const { body, offsets, answer } = await nextFetch(peer)
    const outcomes = Object.entries(offsets).map(([name, offset]) => {
      const size = sizes[name] ?? 0
      return [name, { records: size === 0 ? null : batch(Number(offset), 1, size) }]
    })
    answer(Object.fromEntries(outcomes))
    return { ...body, names: Object.keys(offsets) }
  }
  const nothing = {}
  return { peer, consumer, readers, serve, nothing, batches: readers.map(reader => reader.batches()) }
}

describe('a fetch that leaves partitions out whose readers are behind', () => {
  it('waits briefly, and twice as long each time that nothing changes', async () => {
    const { serve, nothing } = await reading(2)
    expect((await serve({ 't-0': 2000 })).maxWaitMs).toBe(100)
    const waits: number[] = []
    for (let i = 0; i < 5; i++) {
      const { maxWaitMs, names } = await serve(nothing)
      expect(names).toEqual(['t-1'])
      waits.push(maxWaitMs)
    }
    expect(waits).toEqual([20, 40, 80, 100, 100])
  })

  it('waits briefly again after something has changed', async () => {
    const { peer, serve, nothing, batches } = await reading(3)
    await serve({ 't-0': 2000 })
    expect((await serve(nothing)).maxWaitMs).toBe(20)
    expect((await serve(nothing)).maxWaitMs).toBe(40)
    // There is something for another one.
    expect((await serve({ 't-1': 100 })).maxWaitMs).toBe(80)
    expect((await serve(nothing)).maxWaitMs).toBe(20)
    // Another one is full.
    expect((await serve({ 't-1': 2000 })).maxWaitMs).toBe(40)
    expect((await serve(nothing)).maxWaitMs).toBe(20)
    expect((await serve(nothing)).maxWaitMs).toBe(40)
    // The reader of one of them catches up while the next one is on its way.
    const poll = await nextFetch(peer)
    expect([poll.body.maxWaitMs, Object.keys(poll.offsets)]).toEqual([80, ['t-2']])
    await nextOffsets(batches[0]!)
    poll.answer({ 't-2': {} })
    const after = await serve(nothing)
    expect([after.maxWaitMs, after.names]).toEqual([20, ['t-2', 't-0']])
  })

  it('waits as long as others when those are paused', async () => {
    const { serve, nothing, readers } = await reading(2)
    await serve({ 't-0': 2000 })
    readers[0]!.pause()
    await serve(nothing)
    const { maxWaitMs, names } = await serve(nothing)
    expect([maxWaitMs, names]).toEqual([100, ['t-1']])
  })

  it('waits no longer than maxWaitMs', async () => {
    const { serve, nothing } = await reading(2, { maxWaitMs: 7 })
    await serve({ 't-0': 2000 })
    expect((await serve(nothing)).maxWaitMs).toBe(7)
  })
})

describe('the memory of a consumer', () => {
  it('is what a fetch asks for at most, all partitions together', async () => {
    const { serve, nothing } = await reading(3, { maxBufferedBytes: 2500 })
    expect((await serve({ 't-0': 700 })).maxBytes).toBe(2500)
    const { maxBytes, names } = await serve(nothing)
    expect(maxBytes).toBeLessThan(2500 - 700)
    expect(names).toEqual(['t-1', 't-2', 't-0'])
  })

  it('is left to those who have nothing when it is used up, a share each', async () => {
    const { serve, nothing, batches } = await reading(4, { maxBufferedBytes: 1200 })
    await serve({ 't-0': 2000, 't-1': 500 })
    const starved = await serve({ 't-2': 100 })
    expect([starved.names, starved.maxBytes]).toEqual([['t-2', 't-3'], 600])
    expect(starved.topics[0]?.partitions.map(({ partitionMaxBytes }) => partitionMaxBytes)).toEqual([300, 300])
    expect((await serve(nothing)).names).toEqual(['t-3'])
    // Who empties it makes room for all.
    await nextOffsets(batches[0]!)
    await serve(nothing)
    expect((await serve(nothing)).names.sort()).toEqual(['t-0', 't-1', 't-2', 't-3'])
  })

  it('is shared by the brokers that are fetched from', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1, 2] }, count: 2 })
    const consumer = kafka.consumer({ maxBufferedBytes: 1000 })
    for (const partition of [0, 1]) consumer.consumePartition('t', partition, { from: 0n })
    for (const peer of peers) {
      const { body } = await nextFetch(peer)
      expect(body.maxBytes).toBe(500)
    }
  })

  it('is asked for first by those that got nothing last', async () => {
    const { serve, nothing } = await reading(3)
    expect((await serve({ 't-0': 10, 't-2': 10 })).names).toEqual(['t-0', 't-1', 't-2'])
    expect((await serve({ 't-1': 10 })).names).toEqual(['t-1', 't-0', 't-2'])
    expect((await serve(nothing)).names).toEqual(['t-0', 't-2', 't-1'])
  })
})
