import { describe, expect, it } from 'vitest'
import type { PartitionConsumer } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import type { Peer } from '../../support/peer.ts'
import { atOnce, batch, nextFetch, nextOffsets, settled } from './support.ts'

const FETCH_SESSION_ID_NOT_FOUND = 70
const INVALID_FETCH_SESSION_EPOCH = 71
const FETCH_SESSION_TOPIC_ID_ERROR = 106
const KAFKA_STORAGE_ERROR = 56

const inSession = { sessionId: 77 }

/** A consumer of partitions of t, of which the first fetch is answered with a message each, within a session. */
async function reading(partitions: number, config: Parameters<typeof startPeers>[0]['config'] = {}) {
  const errors: unknown[] = []
  const hooks = { onError: (event: unknown) => errors.push(event), ...config.hooks }
  const numbers = Array.from({ length: partitions }, (_, i) => i)
  const { peers, kafka } = await startPeers({
    leaders: { t: numbers.map(() => 1) },
    // All logs begin at offset 0.
    script: {
      ListOffsets: asked => ({
        topics: asked.body('ListOffsets').topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode: 0, offset: 0n })),
        })),
      }),
    },
    config: { ...config, hooks },
  })
  const peer = peers[0]!
  const consumer = kafka.consumer(atOnce)
  const readers = numbers.map(i => consumer.consumePartition('t', i, { from: 'oldest' }))
  const first = await nextFetch(peer)
  expect(first.body).toMatchObject({ sessionId: 0, sessionEpoch: 0 })
  expect(Object.keys(first.offsets)).toEqual(numbers.map(i => `t-${i}`))
  first.answer(Object.fromEntries(numbers.map(i => [`t-${i}`, { records: batch(0, 1) }])), inSession)
  return { peer, consumer, readers, errors, kafka }
}

/** What a fetch says of its session, of what it asks and what it forgets. */
async function said(peer: Peer) {
  const fetch = await nextFetch(peer)
  const { sessionId, sessionEpoch } = fetch.body
  return { ...fetch, said: [sessionId, sessionEpoch, fetch.offsets, fetch.forgotten] }
}

const read = (reader: PartitionConsumer) => nextOffsets(reader.batches())

describe('within a session', () => {
  it('only what is different is told, by either side', async () => {
    const { peer, readers, errors } = await reading(3)
    const second = await said(peer)
    expect(second.said).toEqual([77, 1, { 't-0': 1n, 't-1': 1n, 't-2': 1n }, []])
    // The others have nothing new.
    second.answer({ 't-1': { records: batch(1, 2) } }, inSession)
    const third = await said(peer)
    expect(third.said).toEqual([77, 2, { 't-1': 3n }, []])
    third.answer({}, inSession)
    const fourth = await said(peer)
    expect(fourth.said).toEqual([77, 3, {}, []])
    // A partition of which nothing was said anew in the request.
    fourth.answer({ 't-0': { records: batch(1, 1) } }, inSession)
    expect((await said(peer)).said).toEqual([77, 4, { 't-0': 2n }, []])
    expect([await read(readers[0]!), await read(readers[0]!)]).toEqual([[0], [1]])
    expect(errors).toEqual([])
  })

  it('partitions are forgotten that are closed, or paused, or full', async () => {
    const { peer, readers } = await reading(4)
    const second = await nextFetch(peer)
    await readers[0]!.close()
    readers[1]!.pause()
    second.answer({ 't-2': { records: batch(1, 1, 2_000_000) } }, inSession)
    const third = await said(peer)
    expect(third.said).toEqual([77, 2, {}, ['t-0', 't-1', 't-2']])
    readers[1]!.resume()
    await read(readers[2]!)
    await read(readers[2]!)
    third.answer({}, inSession)
    expect((await said(peer)).said).toEqual([77, 3, { 't-1': 1n, 't-2': 2n }, []])
  })

  it('a partition that is read again is asked for again', async () => {
    const { peer, consumer, readers } = await reading(2)
    const second = await nextFetch(peer)
    await readers[0]!.close()
    consumer.consumePartition('t', 0, { from: 9n })
    await settled()
    second.answer({}, inSession)
    // It is the same partition to the broker, which forgets after it has added.
    expect((await said(peer)).said).toEqual([77, 2, { 't-0': 9n }, []])
  })

  it('a partition that failed is tried again, and the others are none the wiser', async () => {
    const { peer, readers, errors } = await reading(2)
    ;(await nextFetch(peer)).answer({ 't-0': { errorCode: KAFKA_STORAGE_ERROR } }, inSession)
    // It may be back in time for the next fetch, or come with a later one.
    let next = await nextFetch(peer)
    for (let isBack = !next.forgotten.includes('t-0'); !isBack; isBack = 't-0' in next.offsets) {
      next.answer({}, inSession)
      next = await nextFetch(peer)
    }
    next.answer({ 't-0': { records: batch(1, 1) }, 't-1': { records: batch(1, 1) } }, inSession)
    for (const reader of readers) expect([await read(reader), await read(reader)]).toEqual([[0], [1]])
    expect(errors).toMatchObject([{ topic: 't', partition: 0, willRetry: true }])
  })
})

describe('a session', () => {
  it.each([
    [FETCH_SESSION_ID_NOT_FOUND, 0],
    [INVALID_FETCH_SESSION_EPOCH, 77],
    [FETCH_SESSION_TOPIC_ID_ERROR, 77],
  ])('that has come to nothing, by error %i, is begun anew at once and unheard', async (errorCode, sessionId) => {
    const { peer, readers, errors } = await reading(2)
    ;(await nextFetch(peer)).answer({}, { errorCode })
    const again = await said(peer)
    expect(again.said).toEqual([sessionId, 0, { 't-0': 1n, 't-1': 1n }, []])
    again.answer({ 't-0': { records: batch(1, 1) }, 't-1': {} }, { sessionId: 78 })
    expect((await said(peer)).said).toEqual([78, 1, { 't-0': 2n }, []])
    expect([await read(readers[0]!), await read(readers[0]!)]).toEqual([[0], [1]])
    expect(errors).toEqual([])
  })

  it('that cannot be begun is a failure like others', async () => {
    const { peer, errors } = await reading(1)
    const errorCode = INVALID_FETCH_SESSION_EPOCH
    for (let i = 0; i < 3; i++) (await nextFetch(peer)).answer({}, { errorCode })
    await nextFetch(peer)
    expect(errors).toMatchObject([{ willRetry: true }, { willRetry: true }])
  })

  it('is begun anew, at once and unheard, when its connection breaks', async () => {
    const { peer, readers, errors } = await reading(2)
    ;(await nextFetch(peer)).asked.socket.destroy()
    const again = await said(peer)
    expect(again.said).toEqual([77, 0, { 't-0': 1n, 't-1': 1n }, []])
    again.answer({ 't-0': { records: batch(1, 1) }, 't-1': {} }, inSession)
    expect([await read(readers[0]!), await read(readers[0]!)]).toEqual([[0], [1]])
    expect(errors).toEqual([])
  })

  it('is not begun at once on connections that break without an answer', async () => {
    const { peer, errors } = await reading(1)
    for (let i = 0; i < 3; i++) (await nextFetch(peer)).asked.socket.destroy()
    await nextFetch(peer)
    expect(errors).toMatchObject([{ willRetry: true }, { willRetry: true }])
  })

  it('is none where the broker gives none: all is asked for each time', async () => {
    const { peer } = await reading(2)
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(1, 1) } }, { sessionId: 0 })
    const full = await said(peer)
    expect(full.said).toEqual([0, 0, { 't-1': 1n, 't-0': 2n }, []])
    full.answer({ 't-0': {}, 't-1': {} })
    expect((await said(peer)).said).toEqual([0, 0, { 't-1': 1n, 't-0': 2n }, []])
  })

  it('is none while the broker throttles this client, and a fetch without partitions is no error', async () => {
    const { peer, errors } = await reading(1)
    ;(await nextFetch(peer)).answer({}, { sessionId: 0 })
    const full = await said(peer)
    expect(full.said).toEqual([0, 0, { 't-0': 1n }, []])
    full.answer({}, { throttleTimeMs: 1 })
    expect((await said(peer)).said).toEqual([0, 0, { 't-0': 1n }, []])
    expect(errors).toEqual([])
  })

  it('is ended over another connection when the consumer is closed', async () => {
    const { peer, consumer } = await reading(1)
    const poll = await nextFetch(peer)
    const closing = consumer.close()
    const last = await said(peer)
    expect(last.said).toEqual([77, -1, {}, []])
    expect(last.asked.socket).not.toBe(poll.asked.socket)
    await closing
  })
})
