import { describe, expect, it, vi } from 'vitest'
import { type Leaders, startPeers } from '../support/cluster-of-peers.ts'
import { failure } from '../support/failure.ts'
import { batch, nextFetch } from './consumer/support.ts'
import { nextProduce } from './producer/support.ts'

const REQUEST_TIMED_OUT = 7
const KAFKA_STORAGE_ERROR = 56

function bug(): never {
  throw new Error('a bug of the user')
}

const throwing = { debug: bug, info: bug, warn: bug, error: bug }

describe.each([
  ['throws', bug],
  ['gives NaN', () => Number.NaN],
  ['gives Infinity', () => Infinity],
  ['gives no number', () => 'soon' as unknown as number],
])('a backoff that %s', (_, backoff) => {
  // In its place come the waits of the options.
  const retry = { backoff, backoffMs: 0, maxBackoffMs: 0 }

  it('does not stop a producer', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sending = producer({ retry }).send({ topic: 'a', value: 'x' })
    for (let i = 0; i < 2; i++) (await nextProduce(peers[0]!)).answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 3n } })
    expect(await sending).toMatchObject({ offset: 3n })
  })

  it('does not stop a reader', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer({ retry }).consumePartition('t', 0, { from: 0n }).batches()
    for (let i = 0; i < 2; i++) (await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: KAFKA_STORAGE_ERROR } })
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 2) } })
    expect((await reader.next()).value).toMatchObject({ firstOffset: 0n, lastOffset: 1n })
  })

  it('does not stop a look-up', async () => {
    const leaders: Leaders = {}
    let looks = 0
    const found = new Proxy(leaders, { get: () => (++looks < 3 ? undefined : [1]) })
    const { peers, producer } = await startPeers({ leaders: found, config: { metadata: { retry } } })
    const sending = producer().send({ topic: 'a', value: 'x' })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 3n } })
    expect(await sending).toMatchObject({ offset: 3n })
    expect(looks).toBe(3)
  })
})

describe('a logger that throws', () => {
  const config = { logger: throwing, metadata: { retry: { max: 1, backoff: () => 0 } } }
  const retry = { backoff: () => 0 }

  it('does not stop a producer', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] }, config })
    const sending = producer({ retry }).send({ topic: 'a', value: 'x' })
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    ;(await nextProduce(peers[0]!)).asked.socket.destroy()
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 3n } })
    expect(await sending).toMatchObject({ offset: 3n })
  })

  it('does not stop a reader', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] }, config })
    const reader = kafka.consumer({ retry }).consumePartition('t', 0, { from: 0n }).batches()
    // So many that the user is warned.
    for (let i = 0; i < 6; i++) (await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: KAFKA_STORAGE_ERROR } })
    ;(await nextFetch(peers[0]!)).asked.socket.destroy()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 2) } })
    expect((await reader.next()).value).toMatchObject({ firstOffset: 0n, lastOffset: 1n })
  })

  it('does not hide why a look-up failed', async () => {
    const { producer } = await startPeers({ leaders: {}, config })
    const error = await failure(producer().send({ topic: 'a' }))
    expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('does not end the refreshes by the clock', async () => {
    const warn = vi.fn(bug)
    const { peers, producer } = await startPeers({
      leaders: { a: [1] },
      script: { Metadata: () => undefined },
      config: { logger: { ...throwing, warn }, metadata: { refreshFrequencyMs: 10, retry: { max: 0 } } },
    })
    const peer = peers[0]!
    const sending = failure(producer().send({ topic: 'a' }))
    const answer = async () => {
      const asked = await peer.next()
      const brokers = [{ nodeId: 1, ...peer.address }]
      asked.answer('Metadata', { brokers, clusterId: 'c', controllerId: 1, topics: [] })
    }
    await answer()
    await sending
    // This one fails, and is warned of.
    ;(await peer.next()).socket.destroy()
    await answer()
    expect(warn).toHaveBeenCalledWith('metadata could not be refreshed', expect.anything())
  })
})
