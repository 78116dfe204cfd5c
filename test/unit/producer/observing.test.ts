import { describe, expect, it } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce, send, sendOneByOne } from './support.ts'

const REQUEST_TIMED_OUT = 7
const INVALID_RECORD = 87

type Hooks = NonNullable<KafkaConfig['hooks']>
type EventOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0]

/** One peer with topic a, a producer that tries again without a wait, and the events of the hooks that are about messages. */
async function start(options?: KafkaConfig['producer']) {
  const batches: EventOf<'onBatch'>[] = []
  const deliveries: EventOf<'onDelivery'>[] = []
  const errors: EventOf<'onError'>[] = []
  const hooks: Hooks = {
    onBatch: event => batches.push(event),
    onDelivery: event => deliveries.push(event),
    onError: event => errors.push(event),
  }
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] }, config: { hooks } })
  const sender = producer({ retry: { backoff: () => 0 }, ...options })
  return { peer: peers[0]!, producer: sender, batches, deliveries, errors }
}

describe('hooks', () => {
  it('are told of each batch once, and of its outcome', async () => {
    const { peer, producer, batches, deliveries, errors } = await start()
    const sending = [send(producer, 'x'), send(producer, 'y'), send(producer, 'z', 1)]
    const first = await nextProduce(peer)
    const { length: bytes } = first.sent[0]!.bytes
    const batch = { topic: 'a', partition: 0, messages: 2, uncompressedBytes: bytes, bytes, compression: 'none' }
    expect(batches).toEqual([batch, expect.objectContaining({ partition: 1, messages: 1 })])
    expect(deliveries).toEqual([])
    first.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT }, 'a-1': { errorCode: INVALID_RECORD } })
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 9n } })
    await Promise.all(sending.slice(0, 2))
    const error = await failure(sending[2]!)
    expect(batches).toHaveLength(2)
    const durationMs = expect.any(Number)
    expect(deliveries).toEqual([
      { topic: 'a', partition: 1, messages: 1, baseOffset: -1n, attempts: 1, durationMs, error },
      { topic: 'a', partition: 0, messages: 2, baseOffset: 9n, attempts: 2, durationMs },
    ])
    expect(errors).toEqual([
      { topic: 'a', partition: 0, willRetry: true, error: expect.objectContaining({ code: 'REQUEST_TIMED_OUT' }) },
    ])
  })

  it('are told what compression makes of a batch', async () => {
    const { peer, producer, batches } = await start({ compression: 'gzip' })
    void send(producer, 'x'.repeat(10_000))
    const { sent } = await nextProduce(peer)
    expect(batches).toMatchObject([{ bytes: sent[0]!.bytes.length, compression: 'gzip' }])
    expect(batches[0]!.bytes).toBeLessThan(1_000)
    expect(batches[0]!.uncompressedBytes).toBeGreaterThan(10_000)
  })
})

describe('stats()', () => {
  it('tell what is held, on its way, and done', async () => {
    const { peer, producer } = await start()
    const idle = {
      bufferedBytes: 0,
      bufferedMessages: 0,
      waiting: 0,
      requestsInFlight: 0,
      batches: 0,
      delivered: 0,
      failed: 0,
      retries: 0,
      compressionRatio: 1,
    }
    expect(producer.stats()).toEqual(idle)
    // This one waits for its topic.
    const first = send(producer, 'first')
    expect(producer.stats()).toMatchObject({ bufferedMessages: 1, requestsInFlight: 0 })
    expect(producer.stats().bufferedBytes).toBeGreaterThan(0)
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await first
    const { sending, requests } = await sendOneByOne(producer, peer, ['x', 'y'])
    expect(producer.stats()).toMatchObject({ bufferedMessages: 2, requestsInFlight: 2, batches: 3, delivered: 1 })
    requests[0]!.answer({ 'a-0': { offset: 1n } })
    requests[1]!.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    await sending[0]
    const again = await nextProduce(peer)
    expect(producer.stats()).toMatchObject({ bufferedMessages: 1, requestsInFlight: 1, delivered: 2, retries: 1 })
    again.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    await failure(sending[1]!)
    await producer.flush()
    expect(producer.stats()).toEqual({ ...idle, batches: 3, delivered: 2, failed: 1, retries: 1 })
  })

  it('tell how much compression saves', async () => {
    const { peer, producer } = await start({ compression: 'gzip' })
    void send(producer, 'x'.repeat(10_000))
    await nextProduce(peer)
    expect(producer.stats().compressionRatio).toBeGreaterThan(10)
  })

  it('count messages whose topic was not found as failed', async () => {
    const { producer } = await startPeers({ leaders: {}, config: { metadata: { retry: { max: 0 } } } })
    const sender = producer()
    await failure(send(sender, 'x'))
    expect(sender.stats()).toMatchObject({ failed: 1, bufferedBytes: 0, bufferedMessages: 0 })
  })
})
