import { describe, expect, it, vi } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batchesOf, nextProduce, ownTime, prime, send, turn } from './support.ts'

type Flush = NonNullable<NonNullable<KafkaConfig['producer']>['flush']>

/** Longer than any test runs. */
const LONG = 100_000

/** One peer, and a producer that knows topic a with its two partitions. Without idempotence nothing is in flight twice. */
async function start(flush: Flush) {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
  const peer = peers[0]!
  await prime(producer(), peer)
  return { peer, producer: producer({ flush, idempotent: false }) }
}

describe('a batch waits for more messages', () => {
  it('at most producer.flush.frequencyMs, from its first on', async () => {
    ownTime()
    const { peer, producer } = await start({ frequencyMs: 1000 })
    void send(producer, 'x')
    vi.advanceTimersByTime(600)
    await turn()
    void send(producer, 'y')
    void send(producer, 'beside', 1)
    vi.advanceTimersByTime(399)
    await turn()
    void send(producer, 'z')
    vi.advanceTimersByTime(1)
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', 'x', 'y', 'z']])
    void send(producer, 'beside, again', 1)
    vi.advanceTimersByTime(600)
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-1', 'beside', 'beside, again']])
  })

  it('until it has producer.flush.messages', async () => {
    const { peer, producer } = await start({ frequencyMs: LONG, messages: 3 })
    for (const value of ['x', 'y', 'z', 'more']) {
      void send(producer, value)
      await turn()
    }
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', 'x', 'y', 'z']])
  })

  it('until it has producer.flush.bytes', async () => {
    const { peer, producer } = await start({ frequencyMs: LONG, bytes: 1000 })
    for (const value of ['x', 'y', 'z', 'more']) {
      void send(producer, value.repeat(400))
      await turn()
    }
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', 'x'.repeat(400), 'y'.repeat(400), 'z'.repeat(400)]])
  })

  it('until the next message would not fit in', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ flush: { frequencyMs: LONG }, maxMessageBytes: 1000 })
    for (const value of ['x', 'y', 'z']) void send(sender, value.repeat(400))
    expect(batchesOf(await nextProduce(peers[0]!))).toEqual([['a-0', 'x'.repeat(400), 'y'.repeat(400)]])
  })

  it('and its topic', async () => {
    ownTime()
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ flush: { frequencyMs: 1000, messages: 2 } })
    void send(sender, 'x')
    void send(sender, 'y')
    expect(batchesOf(await nextProduce(peers[0]!))).toEqual([['a-0', 'x', 'y']])
  })
})

describe('producer.flush.maxMessages', () => {
  it.each([
    ['with', { maxMessages: 2 }],
    ['without', { maxMessages: 2, frequencyMs: LONG }],
  ])('bounds batches %s a wait', async (_, flush) => {
    const { peer, producer } = await start(flush)
    const sending = ['1', '2', '3', '4', '5', '6'].map(value => send(producer, value))
    const seen: unknown[] = []
    for (let offset = 0n; offset < 6n; offset += 2n) {
      const request = await nextProduce(peer)
      seen.push(...batchesOf(request))
      request.answer({ 'a-0': { offset } })
    }
    expect(seen).toEqual([
      ['a-0', '1', '2'],
      ['a-0', '3', '4'],
      ['a-0', '5', '6'],
    ])
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 3n, 4n, 5n])
  })
})
