import { describe, expect, it } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { answerAll, batchesOf, nextProduce, prime, send } from './support.ts'

/** One peer with topic a, and a producer that has written there while nobody read what became of it. */
async function start(options?: KafkaConfig['producer']) {
  const { peers, producer } = await startPeers({ leaders: { a: [1] } })
  const [peer, sender] = [peers[0]!, producer(options)]
  const priming = prime(sender, peer)
  await Promise.all([priming, sender.flush()])
  return { peer, producer: sender }
}

const message = (value: string) => ({ topic: 'a', partition: 0, value })

describe('who reads delivery reports', () => {
  it('is told of all messages given from then on, though a batch is being filled that nobody was to be told of', async () => {
    const { peer, producer } = await start({ flush: { frequencyMs: 60_000 } })
    producer.enqueue(message('before'))
    const reports = producer.deliveries()
    producer.enqueue(message('after'))
    void answerAll(peer, () => ({ offset: 1n }))
    await producer.close()
    const told: unknown[] = []
    for await (const { messages } of reports) told.push(messages.map(({ value }) => value))
    expect(told).toEqual([['after']])
  })

  it('and comes in the turn of the first messages is told of those too', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    sender.enqueue(message('x'))
    const [reports, request] = [sender.deliveries(), await nextProduce(peers[0]!)]
    request.answer({ 'a-0': { offset: 4n } })
    expect((await reports.next()).value).toMatchObject({ baseOffset: 4n, messages: [message('x')] })
  })

  it('and comes later is not told of messages that were given before', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    sender.enqueue(message('x'))
    const request = await nextProduce(peers[0]!)
    const reports = sender.deliveries()
    request.answer({ 'a-0': { offset: 4n } })
    sender.enqueue(message('y'))
    ;(await nextProduce(peers[0]!)).answer({ 'a-0': { offset: 5n } })
    expect((await reports.next()).value).toMatchObject({ baseOffset: 5n, messages: [message('y')] })
  })

  it('and has left takes no report away from those who stay', async () => {
    const { peer, producer } = await start()
    const [leaving, staying] = [producer.deliveries(), producer.deliveries()]
    const reading = [leaving.next(), staying.next()]
    await leaving.return!()
    producer.enqueue(message('x'))
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 4n } })
    expect(await reading[0]).toEqual({ done: true, value: undefined })
    expect((await reading[1]!).value).toMatchObject({ baseOffset: 4n, messages: [message('x')] })
  })

  it('but not in time does not keep the producer from sending what is left and closing; the reports are still there', async () => {
    const { peer, producer } = await start({ maxBufferedBytes: 1 })
    const reports = producer.deliveries()
    const first = send(producer, 'first')
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 1n } })
    await first
    const second = send(producer, 'second')
    expect(producer.stats().waiting).toBe(1)
    const closing = producer.close()
    expect(producer.stats().waiting).toBe(0)
    const request = await nextProduce(peer)
    expect(batchesOf(request)).toEqual([['a-0', 'second']])
    request.answer({ 'a-0': { offset: 2n } })
    expect(await second).toMatchObject({ offset: 2n })
    await closing
    const offsets: bigint[] = []
    for await (const { baseOffset } of reports) offsets.push(baseOffset)
    expect(offsets).toEqual([1n, 2n])
  })
})
