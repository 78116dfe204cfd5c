import { describe, expect, it, vi } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batchesOf, nextProduce, ownTime, type ProduceAsked, prime, send, sendOneByOne, turn } from './support.ts'

const REQUEST_TIMED_OUT = 7
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45

/** One peer with topic a, and a producer of it. */
async function start(options: KafkaConfig['producer']) {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] } })
  return { peer: peers[0]!, producer: producer(options) }
}

describe('the order of a partition', () => {
  it.each([
    ['with', true],
    ['without', false],
  ])('is kept %s idempotence while a batch waits for its next try; other partitions go on', async (_, idempotent) => {
    ownTime()
    const { peer, producer } = await start({ idempotent, retry: { backoff: () => 1000 } })
    const { sending, requests } = await sendOneByOne(producer, peer, ['1'])
    requests[0]!.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    for (const value of ['2', '3']) {
      const beside = send(producer, 'beside', 1)
      const request = await nextProduce(peer)
      expect(batchesOf(request)).toEqual([['a-1', 'beside']])
      request.answer({ 'a-1': { offset: 0n } })
      await beside
      sending.push(send(producer, value))
      await turn()
    }
    vi.advanceTimersByTime(1000)
    const again = await nextProduce(peer)
    expect(again.sent).toEqual(requests[0]!.sent)
    again.answer({ 'a-0': { offset: 0n } })
    const second = await nextProduce(peer)
    expect(batchesOf(second)).toEqual([['a-0', '2', '3']])
    second.answer({ 'a-0': { offset: 1n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('waits for a batch as long as its own next try does, though one behind it failed later', async () => {
    ownTime()
    let tell = () => {}
    const config = { hooks: { onError: () => tell() } }
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1] }, config })
    const [peer, sender] = [peers[0]!, producer({ retry: { backoff: attempt => attempt * 1000 } })]
    await prime(sender, peer, [0, 1])
    const fail = async ({ answer }: ProduceAsked, errorCode: number) => {
      const told = new Promise<void>(resolve => (tell = resolve))
      answer({ 'a-0': { errorCode } })
      await told
    }
    const { sending, requests } = await sendOneByOne(sender, peer, ['1', '2'])
    await fail(requests[0]!, REQUEST_TIMED_OUT)
    vi.advanceTimersByTime(500)
    await fail(requests[1]!, OUT_OF_ORDER_SEQUENCE_NUMBER)
    vi.advanceTimersByTime(500)
    const again = await nextProduce(peer)
    expect(batchesOf(again)).toEqual([['a-0', '1']])
    await fail(again, REQUEST_TIMED_OUT)
    vi.advanceTimersByTime(1999)
    await turn()
    sending.push(send(sender, 'beside', 1))
    const beside = await nextProduce(peer)
    expect(batchesOf(beside)).toEqual([['a-1', 'beside']])
    beside.answer({ 'a-1': { offset: 0n } })
    vi.advanceTimersByTime(1)
    for (const value of ['1', '2']) {
      const request = await nextProduce(peer)
      expect(batchesOf(request)).toEqual([['a-0', value]])
      request.answer({ 'a-0': { offset: BigInt(value) } })
    }
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([1n, 2n, 0n])
  })

  it('is kept though a large batch is compressed aside, and small ones behind it are not', async () => {
    const { peer, producer } = await start({ compression: 'gzip' })
    await prime(producer, peer)
    const { sending, requests } = await sendOneByOne(producer, peer, ['first'])
    const large = 'large '.repeat(100_000)
    sending.push(send(producer, large))
    await turn()
    sending.push(send(producer, 'small'))
    requests.push(await nextProduce(peer), await nextProduce(peer))
    expect(requests.map(batchesOf)).toEqual([[['a-0', 'first']], [['a-0', large]], [['a-0', 'small']]])
    expect(requests.map(({ sent }) => sent[0]!.by[2])).toEqual([1, 2, 3])
    requests.forEach(({ answer }, i) => {
      answer({ 'a-0': { offset: BigInt(i) } })
    })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })
})
