import { describe, expect, it } from 'vitest'
import { ClosedError, type Producer, ProducerErrors } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { cluster, topic } from '../cluster/support.ts'
import { batchesOf, nextProduce, send, turn } from './support.ts'

const INVALID_RECORD = 87
const REQUEST_TIMED_OUT = 7

/** One peer with topic a, and a producer that waits for more messages for longer than any test runs. */
async function start() {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
  const sender = producer({ flush: { frequencyMs: 100_000 }, retry: { backoff: () => 0 } })
  return { peer: peers[0]!, producer: sender }
}

/** Whether a promise is settled by now. */
function watch(promise: Promise<unknown>) {
  const state = { isSettled: false }
  const settle = () => {
    state.isSettled = true
  }
  promise.then(settle, settle)
  return state
}

const ways: [string, (producer: Producer) => Promise<void>][] = [
  ['flush()', producer => producer.flush()],
  ['close()', producer => producer.close()],
]

describe.each(ways)('%s', (_, call) => {
  it('sends at once what waits for more, and waits for all outcomes, failures too', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, 'x', 0), send(producer, 'y', 1)]
    const flushing = call(producer)
    const state = watch(flushing)
    const first = await nextProduce(peer)
    expect(batchesOf(first)).toEqual([
      ['a-0', 'x'],
      ['a-1', 'y'],
    ])
    first.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT }, 'a-1': { offset: 0n } })
    await sending[1]
    const again = await nextProduce(peer)
    expect(state.isSettled).toBe(false)
    again.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    await flushing
    expect(await failure(sending[0]!)).toMatchObject({ code: 'INVALID_RECORD' })
  })

  it('waits for messages whose topic is being looked up', async () => {
    const { peers, producer } = await startPeers({ leaders: {}, script: { Metadata: () => undefined } })
    const peer = peers[0]!
    const sender = producer({ flush: { frequencyMs: 100_000 } })
    const sending = send(sender, 'x')
    const flushing = call(sender)
    const state = watch(flushing)
    ;(await peer.next()).answer('Metadata', cluster([peer], topic('a')))
    const { answer } = await nextProduce(peer)
    expect(state.isSettled).toBe(false)
    answer({ 'a-0': { offset: 0n } })
    await flushing
    expect(await sending).toMatchObject({ offset: 0n })
  })

  it('waits for those that were only enqueued', async () => {
    const { peer, producer } = await start()
    producer.enqueue({ topic: 'a', partition: 0, value: 'x' })
    const flushing = call(producer)
    const state = watch(flushing)
    const { answer } = await nextProduce(peer)
    expect(state.isSettled).toBe(false)
    answer({ 'a-0': { offset: 0n } })
    await flushing
    expect(producer.stats()).toMatchObject({ delivered: 1, bufferedMessages: 0 })
  })

  it('has nothing to wait for where nothing was sent', async () => {
    const { producer } = await start()
    await call(producer)
  })
})

describe('flush()', () => {
  it('lets later messages wait for more again', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, 'x')]
    const flushing = producer.flush()
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await flushing
    sending.push(send(producer, 'y'))
    await turn()
    sending.push(send(producer, 'z'))
    const flushingMore = producer.flush()
    const second = await nextProduce(peer)
    expect(batchesOf(second)).toEqual([['a-0', 'y', 'z']])
    second.answer({ 'a-0': { offset: 1n } })
    await flushingMore
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('drops its wait when its signal is aborted; the messages leave all the same', async () => {
    const { peer, producer } = await start()
    const sending = send(producer, 'x')
    const aborting = new AbortController()
    const flushing = failure(producer.flush({ signal: aborting.signal }))
    const { answer } = await nextProduce(peer)
    const reason = new Error('enough')
    aborting.abort(reason)
    expect(await flushing).toBe(reason)
    answer({ 'a-0': { offset: 4n } })
    expect(await sending).toMatchObject({ offset: 4n })
  })

  it('sends nothing with a signal that is aborted already', async () => {
    const { peer, producer } = await start()
    void send(producer, 'first')
    void producer.flush()
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n } })
    await producer.flush()
    void send(producer, 'x')
    const reason = new Error('enough')
    expect(await failure(producer.flush({ signal: AbortSignal.abort(reason) }))).toBe(reason)
    await turn()
    void send(producer, 'y')
    void producer.flush()
    expect(batchesOf(await nextProduce(peer))).toEqual([['a-0', 'x', 'y']])
  })
})

describe('a closed producer', () => {
  it.each<[string, (producer: Producer) => Promise<unknown>]>([
    ['send', producer => producer.send({ topic: 'a' })],
    ['sendAll', producer => producer.sendAll([{ topic: 'a' }])],
    ['enqueue', async producer => producer.enqueue({ topic: 'a' })],
    ['ready', producer => producer.ready()],
  ])('refuses %s', async (_, use) => {
    const { producer } = await start()
    await producer.close()
    const error = await failure(use(producer))
    expect(error instanceof ProducerErrors ? error.errors[0]?.error : error).toBeInstanceOf(ClosedError)
  })

  it('has told each message that was given up, and how many', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, 'x'), send(producer, 'y')]
    const aborting = new AbortController()
    const closing = failure(producer.close({ signal: aborting.signal }))
    await nextProduce(peer)
    const reason = new Error('enough')
    aborting.abort(reason)
    expect(await closing).toMatchObject({
      code: 'CLOSED',
      message: 'the producer was closed before 2 messages were sent',
      cause: reason,
    })
    for (const each of sending) expect(await failure(each)).toMatchObject({ code: 'CLOSED', cause: reason })
  })
})
