import { describe, expect, it } from 'vitest'
import { ClosedError, ConfigurationError, type StartOffset } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch, nextOffsets, settled, thrownBy } from './support.ts'

/** A reader that has got 0 to 2, and for whom 3 to 5 are there; the next fetch is on its way. */
async function reading() {
  const times: bigint[] = []
  const { peers, kafka } = await startPeers({
    leaders: { t: [1, 1] },
    script: {
      ListOffsets(asked) {
        times.push(asked.body('ListOffsets').topics[0]!.partitions[0]!.timestamp)
        return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 42n }] }] }
      },
    },
  })
  const consumer = kafka.consumer()
  const partition = consumer.consumePartition('t', 0, { from: 0n })
  ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: Buffer.concat([batch(0, 3), batch(3, 3)]) } })
  const waiting = await nextFetch(peers[0]!)
  expect(waiting.offsets).toEqual({ 't-0': 6n })
  return { peer: peers[0]!, consumer, partition, waiting, times }
}

describe('a reader that seeks', () => {
  it('an offset gets nothing of what was there, or on its way', async () => {
    const { peer, partition, waiting } = await reading()
    const reader = partition.batches()
    expect(await nextOffsets(reader)).toEqual([0, 1, 2])
    partition.seek(100n)
    expect(partition.position).toBe(100n)
    const next = nextOffsets(reader)
    waiting.answer({ 't-0': { records: batch(6, 3) } })
    const sought = await nextFetch(peer)
    expect(sought.offsets).toEqual({ 't-0': 100n })
    sought.answer({ 't-0': { records: batch(99, 3) } })
    expect(await next).toEqual([100, 101])
  })

  it.each<[StartOffset, bigint]>([
    ['oldest', -2n],
    ['newest', -1n],
    [new Date(1234), 1234n],
  ])(
    '%s gets where that is from the leader, and does not wait for the fetch that is on its way',
    async (from, time) => {
      const { peer, partition, times } = await reading()
      const reader = partition.batches()
      partition.seek(from)
      expect([partition.position, partition.lag]).toEqual([undefined, undefined])
      const sought = await nextFetch(peer)
      expect([sought.offsets, times]).toEqual([{ 't-0': 42n }, [time]])
      sought.answer({ 't-0': { records: batch(42, 1) } })
      expect(await nextOffsets(reader)).toEqual([42])
    },
  )

  it('in the middle of a batch that it reads message by message gets nothing more of it', async () => {
    const { peer, partition, waiting } = await reading()
    const reader = partition[Symbol.asyncIterator]()
    expect((await reader.next()).value?.offset).toBe(0n)
    partition.seek(4n)
    const next = reader.next()
    waiting.answer({ 't-0': {} })
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(3, 3) } })
    expect((await next).value?.offset).toBe(4n)
    expect(partition.position).toBe(5n)
  })

  it('back to where it is being fetched from anyway takes what comes', async () => {
    const { partition, waiting } = await reading()
    partition.seek(6n)
    waiting.answer({ 't-0': { records: batch(6, 1) } })
    expect(await nextOffsets(partition.batches())).toEqual([6])
  })

  it('several times goes where it sought last', async () => {
    const { peer, partition } = await reading()
    partition.seek('oldest')
    partition.seek(7n)
    partition.seek(new Date(0))
    partition.seek(9n)
    const sought = await nextFetch(peer)
    expect(sought.offsets).toEqual({ 't-0': 9n })
    await settled()
    expect(partition.position).toBe(9n)
  })

  it('before its start is known begins there', async () => {
    const { peer, consumer, waiting } = await reading()
    const other = consumer.consumePartition('t', 1, { from: 'oldest' })
    other.seek(5n)
    waiting.answer({ 't-0': {} })
    let offsets: Record<string, bigint> = {}
    while (!('t-1' in offsets)) {
      const fetch = await nextFetch(peer)
      ;({ offsets } = fetch)
      fetch.answer({ 't-0': {} })
    }
    expect(offsets).toMatchObject({ 't-1': 5n })
  })

  it('while it is paused goes on there when it is resumed', async () => {
    const { peer, partition, waiting } = await reading()
    const reader = partition[Symbol.asyncIterator]()
    await reader.next()
    partition.pause()
    const next = reader.next()
    await settled()
    partition.seek(8n)
    expect(partition.position).toBe(8n)
    partition.resume()
    waiting.answer({ 't-0': {} })
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(8, 1) } })
    expect((await next).value?.offset).toBe(8n)
  })

  it('what cannot be is refused', async () => {
    const { partition } = await reading()
    for (const from of [-1n, 'first' as 'oldest', new Date(Number.NaN), 5 as unknown as bigint]) {
      expect(thrownBy(() => partition.seek(from))).toBeInstanceOf(ConfigurationError)
    }
    expect(partition.position).toBe(0n)
  })

  it('after the end is refused', async () => {
    const { partition } = await reading()
    await partition.close()
    expect(thrownBy(() => partition.seek(5n))).toBeInstanceOf(ClosedError)
  })
})
