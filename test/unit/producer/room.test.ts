import { describe, expect, it, vi } from 'vitest'
import { type KafkaConfig, TimeoutError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { batchesOf, nextProduce, ownTime, prime, send, turn } from './support.ts'

/** One peer with topic a, and a producer that has room for one message at a time, and knows the topic. */
async function start(options?: KafkaConfig['producer']) {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
  const peer = peers[0]!
  await prime(producer(), peer)
  return { peer, producer: producer({ maxBufferedBytes: 1, ...options }) }
}

const message = { topic: 'a', partition: 0, value: 'x' }

describe('while producer.maxBufferedBytes are taken', () => {
  it('enqueue answers false and takes nothing, until ready() resolves', async () => {
    const { peer, producer } = await start()
    expect([producer.enqueue(message), producer.enqueue(message)]).toEqual([true, false])
    let isReady = false
    const ready = producer.ready().then(() => {
      isReady = true
    })
    const { answer } = await nextProduce(peer)
    expect([isReady, producer.enqueue(message)]).toEqual([false, false])
    answer({ 'a-0': { offset: 0n } })
    await ready
    expect(producer.enqueue({ ...message, value: 'y' })).toBe(true)
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', 'y']])
  })

  it('messages count with the memory that they take', async () => {
    const { producer } = await start({ maxBufferedBytes: 100_000 })
    let taken = 0
    while (producer.enqueue({ ...message, value: 'x'.repeat(700) })) taken++
    expect(taken).toBeGreaterThan(10)
    // The last one may pass the limit.
    expect(taken).toBeLessThanOrEqual(100_000 / 700 + 1)
    expect(producer.stats().bufferedBytes).toBeGreaterThanOrEqual(100_000)
  })

  it('messages that wait for their topic count too', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] }, script: { Metadata: () => undefined } })
    const sender = producer({ maxBufferedBytes: 1 })
    expect([sender.enqueue(message), sender.enqueue(message)]).toEqual([true, false])
    await peers[0]!.next()
    expect(sender.enqueue(message)).toBe(false)
  })

  it('what waits behind messages whose topic was looked up leaves with them, in order', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ maxBufferedBytes: 100_000 })
    const sending = ['1', '2', '3', '4'].map(value => send(sender, value))
    expect(sender.stats().waiting).toBeGreaterThan(0)
    const request = await nextProduce(peers[0]!)
    expect(batchesOf(request)).toEqual([['a-0', '1', '2', '3', '4']])
    request.answer({ 'a-0': { offset: 0n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 3n])
  })

  it('one that is refused after the look-up lets nobody pass those before it', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ maxBufferedBytes: 100_000 })
    const [refused, ...sending] = [send(sender, '1', 7), send(sender, '2'), send(sender, '3')]
    expect(sender.stats().waiting).toBe(1)
    const request = await nextProduce(peers[0]!)
    expect(batchesOf(request)).toEqual([['a-0', '2', '3']])
    request.answer({ 'a-0': { offset: 0n } })
    await expect(refused).rejects.toThrow('7 is out of range')
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n])
  })

  it('send waits, first come, first served, with ready()', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, '1'), send(producer, '2')]
    let isReady = false
    void producer.ready().then(() => {
      isReady = true
    })
    sending.push(send(producer, '3'))
    expect(producer.stats()).toMatchObject({ waiting: 3, bufferedMessages: 1 })
    const seen: unknown[] = []
    for (let offset = 0n; offset < 3n; offset++) {
      const request = await nextProduce(peer)
      seen.push([...request.sent[0]!.values, isReady])
      request.answer({ 'a-0': { offset } })
    }
    // There was room between the second and the third.
    expect(seen).toEqual([
      ['1', false],
      ['2', false],
      ['3', true],
    ])
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('who waits is let in as soon as compression has made room, and none comes before', async () => {
    const { peer, producer } = await start({ maxBufferedBytes: 50_000, compression: 'gzip' })
    const sending = [send(producer, 'x'.repeat(50_000)), send(producer, '2')]
    const { answer } = await nextProduce(peer)
    expect(producer.stats().waiting).toBe(0)
    sending.push(send(producer, '3'))
    answer({ 'a-0': { offset: 0n } })
    const values: unknown[] = []
    while (values.length < 2) {
      const request = await nextProduce(peer)
      request.answer({ 'a-0': { offset: BigInt(values.length + 1) } })
      values.push(...request.sent[0]!.values)
    }
    expect(values).toEqual(['2', '3'])
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('sendAll waits with what it has left', async () => {
    const { peer, producer } = await start()
    const sending = producer.sendAll(['1', '2', '3'].map(value => ({ ...message, value })))
    for (let offset = 0n; offset < 3n; offset++) (await nextProduce(peer)).answer({ 'a-0': { offset } })
    expect((await sending).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('a message whose signal is aborted is never sent, and those behind it come to their turn', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, '1')]
    const aborting = new AbortController()
    const aborted = [
      failure(producer.send({ ...message, value: '2' }, { signal: aborting.signal })),
      failure(producer.ready({ signal: aborting.signal })),
    ]
    sending.push(send(producer, '3'))
    const reason = new Error('enough')
    aborting.abort(reason)
    expect(await Promise.all(aborted)).toEqual([reason, reason])
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    const second = await nextProduce(peer)
    expect(batchesOf(second)).toEqual([['a-0', '3']])
    second.answer({ 'a-0': { offset: 1n } })
    await Promise.all(sending)
    await producer.flush()
    expect(producer.stats()).toMatchObject({ waiting: 0, bufferedBytes: 0, bufferedMessages: 0 })
  })

  it('a message waits no longer than producer.deliveryTimeoutMs, which names what it waited for', async () => {
    ownTime()
    const { peer, producer } = await start({ deliveryTimeoutMs: 1000 })
    // A report that nobody reads takes the room; messages would give it back in time.
    producer.deliveries()
    const first = send(producer, 'x')
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await first
    const late = failure(producer.send({ ...message, value: 'late' }))
    vi.advanceTimersByTime(600)
    const later = failure(producer.send({ ...message, value: 'later' }))
    vi.advanceTimersByTime(399)
    await turn()
    expect(producer.stats().waiting).toBe(2)
    vi.advanceTimersByTime(1)
    const error = await late
    expect(error).toBeInstanceOf(TimeoutError)
    for (const part of ['"a"', 'producer.deliveryTimeoutMs (1000 ms)', 'producer.maxBufferedBytes (1)'])
      expect(error.message).toContain(part)
    expect(producer.stats().waiting).toBe(1)
    vi.advanceTimersByTime(600)
    expect(await later).toBeInstanceOf(TimeoutError)
  })

  it('messages that wait for more leave at once when others wait for their room', async () => {
    const { peer, producer } = await start({ flush: { frequencyMs: 100_000 } })
    void send(producer, '1')
    await turn()
    void send(producer, '2')
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', '1']])
  })

  it('flush() waits for those that wait, too', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, '1'), send(producer, '2')]
    let isFlushed = false
    const flushing = producer.flush().then(() => {
      isFlushed = true
    })
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    const { answer } = await nextProduce(peer)
    expect(isFlushed).toBe(false)
    answer({ 'a-0': { offset: 1n } })
    await flushing
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n])
  })

  it('an aborted close() fails those that wait and counts them, and only messages', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, '1'), send(producer, '2'), send(producer, '3')]
    const ready = failure(producer.ready())
    await nextProduce(peer)
    const aborting = new AbortController()
    const closing = failure(producer.close({ signal: aborting.signal }))
    const reason = new Error('enough')
    aborting.abort(reason)
    expect(await closing).toMatchObject({ message: 'the producer was closed before 3 messages were sent' })
    for (const each of [...sending.map(failure), ready]) {
      expect(await each).toMatchObject({ code: 'CLOSED', cause: reason })
    }
    expect(producer.stats()).toMatchObject({ waiting: 0, bufferedBytes: 0, bufferedMessages: 0 })
  })
})
