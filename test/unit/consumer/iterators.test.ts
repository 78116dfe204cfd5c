import { describe, expect, it } from 'vitest'
import { ClosedError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch, nextOffsets, settled, thrownBy } from './support.ts'

/** A partition of which two batches were fetched: offsets 0 to 2, and 3 and 4. */
async function reading() {
  const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
  const partition = kafka.consumer().consumePartition('t', 0, { from: 0n })
  ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: Buffer.concat([batch(0, 3), batch(3, 2)]) } })
  const waiting = await nextFetch(peers[0]!)
  return { partition, waiting }
}

type Reader = AsyncIterator<{ readonly offset: bigint }, undefined>

const nextOffset = async (reader: Reader) => Number((await reader.next()).value?.offset)

describe('iterators of one partition', () => {
  it('go on where another one that was given up has stopped, be it in the middle of a batch', async () => {
    const { partition } = await reading()
    const peek = await partition[Symbol.asyncIterator]().next()
    expect([peek.value?.offset, partition.position]).toEqual([0n, 1n])
    const messages = partition[Symbol.asyncIterator]()
    expect(await nextOffset(messages)).toBe(1)
    const batches = partition.batches()
    expect(await nextOffsets(batches)).toEqual([2])
    expect(partition.position).toBe(3n)
    expect(await nextOffset(messages)).toBe(3)
    expect(await nextOffsets(batches)).toEqual([4])
    expect(partition.position).toBe(5n)
  })

  it('share what there is, in the order of the calls, when they ask at the same time', async () => {
    const { partition, waiting } = await reading()
    const [one, other] = [partition[Symbol.asyncIterator](), partition[Symbol.asyncIterator]()]
    const reads = Array.from({ length: 7 }, (_, i) => nextOffset(i % 2 === 0 ? one : other))
    await settled()
    waiting.answer({ 't-0': { records: Buffer.concat([batch(5, 1), batch(6, 1)]) } })
    expect(await Promise.all(reads)).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('lose nothing when the partition is paused and resumed', async () => {
    const { partition } = await reading()
    const [one, other] = [partition[Symbol.asyncIterator](), partition[Symbol.asyncIterator]()]
    expect([await nextOffset(one), await nextOffset(other)]).toEqual([0, 1])
    partition.pause()
    const [next, afterIt] = [nextOffset(one), nextOffset(other)]
    await settled()
    partition.resume()
    expect([await next, await afterIt]).toEqual([2, 3])
    expect(await nextOffset(one)).toBe(4)
  })

  it('end together when one of them is left', async () => {
    const { partition } = await reading()
    const other = partition.batches()
    await nextOffsets(other)
    await nextOffsets(other)
    const next = other.next()
    await partition[Symbol.asyncIterator]().return?.()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('that come when another one has left its loop are told that nothing comes any more', async () => {
    const { partition } = await reading()
    for await (const message of partition) if (message.offset === 1n) break
    const message = 'this reading has ended, as its loop was left: to go on, begin another one at its position'
    for (const again of [() => partition.batches(), () => partition[Symbol.asyncIterator]()]) {
      expect(thrownBy(again)).toBeInstanceOf(ClosedError)
      expect(thrownBy(again).message).toBe(message)
    }
    expect(partition.position).toBe(2n)
  })

  it('that come after the error are told so too, and those that saw it just end', async () => {
    const { partition, waiting } = await reading()
    const reader = partition.batches()
    await nextOffsets(reader)
    await nextOffsets(reader)
    waiting.answer({ 't-0': { errorCode: 29 } })
    await expect(reader.next()).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(thrownBy(() => partition.batches()).message).toContain('this reading has ended, as it has failed')
  })

  it('just end after a close, those too that come later', async () => {
    const { partition } = await reading()
    const before = partition.batches()
    await nextOffsets(before)
    await partition.close()
    for (const reader of [before, partition.batches(), partition[Symbol.asyncIterator]()]) {
      expect(await reader.next()).toEqual({ done: true, value: undefined })
    }
  })

  it('hand out nothing of a batch that came before a seek', async () => {
    const { partition, waiting } = await reading()
    const reader = partition[Symbol.asyncIterator]()
    for (let offset = 0; offset < 5; offset++) expect(await nextOffset(reader)).toBe(offset)
    const next = nextOffset(reader)
    waiting.answer({ 't-0': { records: batch(5, 2) } })
    expect(await next).toBe(5)
    partition.seek(6n)
    expect(partition.position).toBe(6n)
  })
})
