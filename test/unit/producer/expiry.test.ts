import { describe, expect, it, vi } from 'vitest'
import { ClosedError, TimeoutError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { offered } from '../../support/peer.ts'
import { batchesOf, nextProduce, ownTime, prime, send } from './support.ts'

describe('a message that waited for room', () => {
  it('fails in time too when the room came from one that had expired, and nothing waits for it any more', async () => {
    ownTime()
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ maxBufferedBytes: 1, deliveryTimeoutMs: 1000 })
    await prime(sender, peers[0]!)
    const first = failure(send(sender, 'first'))
    // The broker answers nothing from here on.
    await nextProduce(peers[0]!)
    vi.advanceTimersByTime(500)
    const second = failure(send(sender, 'second'))
    vi.advanceTimersByTime(500)
    expect(sender.stats()).toMatchObject({ failed: 1, waiting: 0, bufferedMessages: 1 })
    vi.advanceTimersByTime(500)
    expect(sender.stats()).toMatchObject({ failed: 2, bufferedMessages: 0, bufferedBytes: 0 })
    for (const error of [await first, await second]) expect(error).toBeInstanceOf(TimeoutError)
    await sender.flush()
    await sender.close()
  })
})

describe('a message given late in an outage', () => {
  it('has its own time, and does not fail with an old batch that could not leave', async () => {
    ownTime()
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ deliveryTimeoutMs: 8000, idempotent: false })
    await prime(sender, peers[0]!)
    const stuck = failure(send(sender, 'stuck'))
    const { answer } = await nextProduce(peers[0]!)
    const old = failure(send(sender, 'old'))
    vi.advanceTimersByTime(1001)
    const young = send(sender, 'young')
    vi.advanceTimersByTime(6999)
    for (const error of [await stuck, await old]) expect(error).toBeInstanceOf(TimeoutError)
    expect(sender.stats()).toMatchObject({ failed: 2, bufferedMessages: 1 })
    answer({ 'a-0': { offset: 1n } })
    const next = await nextProduce(peers[0]!)
    expect(batchesOf(next)).toEqual([['a-0', 'young']])
    next.answer({ 'a-0': { offset: 2n } })
    expect(await young).toMatchObject({ offset: 2n })
  })
})

describe('a message that failed while the connection to its broker was being opened', () => {
  /** A producer that has just begun to connect to the second of two brokers, with a message for it. */
  async function start(deliveryTimeoutMs: number) {
    let greets = true
    const script = { ApiVersions: () => (greets ? { errorCode: 0, apiKeys: offered() } : undefined) }
    const { peers, producer } = await startPeers({ leaders: { a: [1, 2] }, count: 2, script })
    const sender = producer({ deliveryTimeoutMs })
    const another = producer()
    for (const each of [sender, another]) await prime(each, peers[0]!)
    greets = false
    const failed = failure(send(sender, 'failed', 1))
    const greeting = await peers[1]!.next()
    const open = () => greeting.answer('ApiVersions', { errorCode: 0, apiKeys: offered() })
    return { peer: peers[1]!, producer: sender, another, failed, open }
  }

  it('as its time was over is not sent', async () => {
    ownTime()
    const { peer, producer, failed, open } = await start(1000)
    vi.advanceTimersByTime(1000)
    expect(await failed).toBeInstanceOf(TimeoutError)
    const next = send(producer, 'next', 1)
    open()
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['a-1', 'next']])
    request.answer({ 'a-1': { offset: 0n } })
    expect(await next).toMatchObject({ offset: 0n })
  })

  it('as its producer was closed is not sent', async () => {
    const { peer, producer, another, failed, open } = await start(60_000)
    await failure(producer.close({ signal: AbortSignal.abort() }))
    expect(await failed).toBeInstanceOf(ClosedError)
    // It shares the connection.
    void send(another, 'of another', 1)
    open()
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-1', 'of another']])
  })
})
