import { describe, expect, it } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { atOnce, batch, marker, nextFetch, nextOffsets, transactional } from './support.ts'

async function reading(options: KafkaConfig['consumer']) {
  const levels: number[] = []
  const { peers, kafka } = await startPeers({
    leaders: { t: [1] },
    script: {
      ListOffsets(asked) {
        levels.push(asked.body('ListOffsets').isolationLevel)
        return { topics: [{ name: 't', partitions: [{ partitionIndex: 0, errorCode: 0, offset: 0n }] }] }
      },
    },
  })
  const partition = kafka.consumer({ ...atOnce, ...options }).consumePartition('t', 0, { from: 'oldest' })
  const first = await nextFetch(peers[0]!)
  levels.push(first.body.isolationLevel)
  return { peer: peers[0]!, partition, reader: partition.batches(), first, levels }
}

const log = () =>
  Buffer.concat([
    transactional(1n, 0, 2),
    transactional(2n, 2, 1),
    batch(3, 1),
    marker('abort', 1n, 4),
    marker('commit', 2n, 5),
    transactional(1n, 6, 1),
  ])
const abortedTransactions = [{ producerId: 1n, firstOffset: 0n }]
const [lastStableOffset, highWatermark] = [7n, 9n]

describe('a reader', () => {
  it('of what is committed sees nothing of what was aborted, and counts to what is stable', async () => {
    const { peer, partition, reader, first, levels } = await reading({ isolationLevel: 'read_committed' })
    expect(levels).toEqual([1, 1])
    first.answer({ 't-0': { records: log(), abortedTransactions, lastStableOffset, highWatermark } })
    const second = await nextFetch(peer)
    expect(second.offsets).toEqual({ 't-0': 7n })
    expect(partition.position).toBe(2n)
    expect(await nextOffsets(reader)).toEqual([2])
    expect([partition.position, partition.lag, partition.highWatermark]).toEqual([3n, 4n, 9n])
    expect([await nextOffsets(reader), await nextOffsets(reader)]).toEqual([[3], [6]])
    expect([partition.position, partition.lag]).toEqual([7n, 0n])
  })

  it('of all sees what was aborted, but no markers, and counts to the high watermark', async () => {
    const { partition, reader, first, levels } = await reading({})
    expect(levels).toEqual([0, 0])
    first.answer({ 't-0': { records: log(), lastStableOffset, highWatermark } })
    const seen: number[] = []
    while (seen.length < 5) seen.push(...(await nextOffsets(reader)))
    expect(seen).toEqual([0, 1, 2, 3, 6])
    expect([partition.position, partition.lag]).toEqual([7n, 2n])
  })

  it('of what is committed goes on after a fetch of which it sees nothing', async () => {
    const { peer, partition, reader, first } = await reading({ isolationLevel: 'read_committed' })
    const records = Buffer.concat([transactional(1n, 0, 3), marker('abort', 1n, 3)])
    first.answer({ 't-0': { records, abortedTransactions } })
    const second = await nextFetch(peer)
    expect([second.offsets, partition.position]).toEqual([{ 't-0': 4n }, 4n])
    second.answer({ 't-0': { records: batch(4, 1) } })
    expect(await nextOffsets(reader)).toEqual([4])
  })
})
