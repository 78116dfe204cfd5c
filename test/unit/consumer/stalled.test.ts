import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Budget } from '../../../src/consumer/budget.ts'
import { Feed } from '../../../src/consumer/feed.ts'
import { StallWatch } from '../../../src/consumer/stall-watch.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { clientOf } from '../cluster/support.ts'
import { batch, nextFetch } from './support.ts'

const AFTER_MS = 1000

/** A feed, and what is told of it. */
function watched(afterMs = AFTER_MS) {
  const stalls: unknown[] = []
  const warnings: string[] = []
  const client = clientOf([], { hooks: { onStalled: event => stalls.push(event) }, warn: line => warnings.push(line) })
  const budget = new Budget(1000, 1000)
  const options = { checkCrcs: true, maxDecompressedBytes: 1 << 20, budget }
  const feed = new Feed({ topic: 't', partition: 3 }, options, { onTaken() {}, onEnded() {} })
  feed.moveTo(0n)
  const watch = new StallWatch(() => [feed], afterMs, client)
  watch.start()
  const fill = () => {
    const records = batch(Number(feed.fetchOffset), 1)
    feed.fill({ highWatermark: 9n, lastStableOffset: 9n, abortedTransactions: null, records })
    feed.onAnswered(performance.now())
  }
  return { feed, stalls, warnings, watch, fill }
}

describe('a partition without answers', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('is told of once, until there is one', () => {
    const { feed, stalls, warnings } = watched()
    vi.advanceTimersByTime(AFTER_MS - 1)
    expect(stalls).toEqual([])
    vi.advanceTimersByTime(1)
    expect(stalls).toEqual([{ topic: 't', partition: 3, sinceMs: AFTER_MS, lastError: undefined }])
    expect(warnings).toEqual(['a partition gets no answers'])
    vi.advanceTimersByTime(10 * AFTER_MS)
    expect(stalls).toHaveLength(1)
    // An answer, if only that there is nothing new.
    feed.onAnswered(performance.now())
    vi.advanceTimersByTime(AFTER_MS - 1)
    expect(stalls).toHaveLength(1)
    vi.advanceTimersByTime(AFTER_MS)
    expect(stalls).toHaveLength(2)
  })

  it('is told of with the last thing that went wrong', () => {
    const { feed, stalls } = watched()
    feed.lastError = new Error('it')
    vi.advanceTimersByTime(AFTER_MS)
    expect(stalls).toMatchObject([{ lastError: { message: 'it' } }])
  })

  it('is none whose reader has something, from when that is taken on', () => {
    const { feed, stalls, fill } = watched()
    fill()
    vi.advanceTimersByTime(10 * AFTER_MS)
    expect(stalls).toEqual([])
    feed.take()
    vi.advanceTimersByTime(AFTER_MS - 1)
    expect(stalls).toEqual([])
    vi.advanceTimersByTime(AFTER_MS)
    expect(stalls).toHaveLength(1)
  })

  it('is none that has sought elsewhere, from then on', () => {
    const { feed, stalls, fill } = watched()
    fill()
    vi.advanceTimersByTime(10 * AFTER_MS)
    feed.clear()
    vi.advanceTimersByTime(AFTER_MS - 1)
    expect(stalls).toEqual([])
    vi.advanceTimersByTime(AFTER_MS)
    expect(stalls).toHaveLength(1)
  })

  it('is none that is paused, from when that is over on', () => {
    const { feed, stalls } = watched()
    feed.pause()
    vi.advanceTimersByTime(10 * AFTER_MS)
    feed.resume()
    vi.advanceTimersByTime(AFTER_MS - 1)
    expect(stalls).toEqual([])
    vi.advanceTimersByTime(AFTER_MS)
    expect(stalls).toHaveLength(1)
  })

  it('is not told of with 0, and not after the end', () => {
    for (const afterMs of [0, AFTER_MS]) {
      const { stalls, watch } = watched(afterMs)
      if (afterMs > 0) watch.stop()
      vi.advanceTimersByTime(10 * AFTER_MS)
      expect(stalls).toEqual([])
      expect(vi.getTimerCount()).toBe(0)
    }
  })
})

it('a consumer tells of partitions that no broker answers for', async () => {
  let tell: (event: unknown) => void = () => {}
  const told = new Promise(resolve => {
    tell = resolve
  })
  const { peers, kafka } = await startPeers({
    leaders: { t: [1] },
    config: { hooks: { onStalled: event => tell(event) } },
  })
  kafka.consumer({ stalledAfterMs: 4 }).consumePartition('t', 0, { from: 0n })
  await nextFetch(peers[0]!)
  expect(await told).toMatchObject({ topic: 't', partition: 0 })
})
