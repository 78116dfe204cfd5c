import { describe, expect, it } from 'vitest'
import { ClosedError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch, nextOffsets, settled, thrownBy } from './support.ts'

async function reading() {
  const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] } })
  const consumer = kafka.consumer()
  const [first, second] = [0, 1].map(i => consumer.consumePartition('t', i, { from: 0n }))
  const { answer } = await nextFetch(peers[0]!)
  answer({ 't-0': { records: batch(0, 3) }, 't-1': { records: batch(0, 3) } })
  const waiting = await nextFetch(peers[0]!)
  return { peer: peers[0]!, consumer, first: first!, second: second!, waiting }
}

/** Whether a promise is settled once everything that is to happen at once has happened. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  let pending = true
  promise.then(() => {
    pending = false
  })
  await settled()
  return pending
}

describe('a partition that is paused', () => {
  it('hands out nothing of what it has, and is not fetched, until it is resumed', async () => {
    const { peer, first, waiting } = await reading()
    const reader = first.batches()
    first.pause()
    expect([first.isPaused, first.position]).toEqual([true, 0n])
    const next = reader.next()
    expect(await isPending(next)).toBe(true)
    // What comes in spite of that waits too.
    waiting.answer({ 't-0': { records: batch(3, 1) }, 't-1': {} })
    const without = await nextFetch(peer)
    expect(without.offsets).toEqual({ 't-1': 3n })
    expect(await isPending(next)).toBe(true)
    first.resume()
    expect(first.isPaused).toBe(false)
    expect((await next).value?.lastOffset).toBe(2n)
    expect(await nextOffsets(reader)).toEqual([3])
    without.answer({ 't-1': {} })
    expect((await nextFetch(peer)).offsets).toEqual({ 't-0': 4n, 't-1': 3n })
  })

  it('hands out nothing of the batch that is being read message by message either, and loses nothing of it', async () => {
    const { first } = await reading()
    const reader = first[Symbol.asyncIterator]()
    expect((await reader.next()).value?.offset).toBe(0n)
    first.pause()
    expect(first.position).toBe(1n)
    const next = reader.next()
    expect(await isPending(next)).toBe(true)
    expect(first.position).toBe(1n)
    first.resume()
    expect((await next).value?.offset).toBe(1n)
    expect(first.position).toBe(2n)
    expect((await reader.next()).value?.offset).toBe(2n)
    expect(first.position).toBe(3n)
  })

  it('and resumed while nobody asks is as if nothing had been', async () => {
    const { first } = await reading()
    const reader = first[Symbol.asyncIterator]()
    await reader.next()
    first.pause()
    first.resume()
    expect([(await reader.next()).value?.offset, (await reader.next()).value?.offset]).toEqual([1n, 2n])
  })

  it('hands out the rest of a batch to who reads by batches after that', async () => {
    const { first } = await reading()
    const messages = first[Symbol.asyncIterator]()
    await messages.next()
    first.pause()
    const rest = messages.next()
    await settled()
    first.resume()
    expect((await rest).value?.offset).toBe(1n)
    first.pause()
    void messages.next()
    await settled()
    first.resume()
    await settled()
    expect(first.position).toBe(3n)
  })

  it('leaves the others alone', async () => {
    const { first, second } = await reading()
    first.pause()
    expect(await nextOffsets(second.batches())).toEqual([0, 1, 2])
  })

  it('can be closed, which ends the wait', async () => {
    const { first } = await reading()
    first.pause()
    const next = first.batches().next()
    await first.close()
    expect(await next).toEqual({ done: true, value: undefined })
  })

  it('and closed can neither be paused nor resumed nor sought in', async () => {
    const { first, consumer } = await reading()
    await first.close()
    const merged = consumer.consume([{ topic: 't', partition: 0 }])
    await merged.close()
    for (const call of [
      () => first.pause(),
      () => first.resume(),
      () => first.seek(0n),
      () => merged.pause(),
      () => merged.resume([{ topic: 't', partition: 0 }]),
    ]) {
      expect(thrownBy(call)).toBeInstanceOf(ClosedError)
    }
    await consumer.close()
    for (const call of [() => consumer.pause([]), () => consumer.resume([]), () => consumer.pauseAll()]) {
      expect(thrownBy(call)).toBeInstanceOf(ClosedError)
    }
  })

  it('lets a failure through where it has nothing more', async () => {
    const { first, peer, waiting } = await reading()
    const reader = first.batches()
    await nextOffsets(reader)
    waiting.answer({ 't-0': { errorCode: 29 }, 't-1': {} })
    first.pause()
    await nextFetch(peer)
    await expect(reader.next()).rejects.toMatchObject({ code: 'TOPIC_AUTHORIZATION_FAILED' })
  })
})

describe('all partitions of a consumer', () => {
  it('can be paused and resumed together, or some of them by name', async () => {
    const { consumer, first, second } = await reading()
    consumer.pauseAll()
    expect([first.isPaused, second.isPaused]).toEqual([true, true])
    consumer.resume([{ topic: 't', partition: 1 }])
    expect([first.isPaused, second.isPaused]).toEqual([true, false])
    consumer.resumeAll()
    consumer.pause([{ topic: 't', partition: 1 }])
    expect([first.isPaused, second.isPaused]).toEqual([false, true])
  })

  it('are those that are being read: others are refused', async () => {
    const { consumer, first } = await reading()
    const refusal = 'partitions[1]: t-7 is not being read by this consumer'
    const partitions = [
      { topic: 't', partition: 0 },
      { topic: 't', partition: 7 },
    ]
    expect(() => consumer.pause(partitions)).toThrow(refusal)
    expect(() => consumer.resume(partitions)).toThrow(refusal)
    expect(first.isPaused).toBe(false)
    expect(() => consumer.pause([{ topic: '', partition: -1 }])).toThrow('partitions[0].partition')
  })
})
