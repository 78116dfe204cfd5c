import { describe, expect, it } from 'vitest'
import { ConfigurationError, type KafkaConfig } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import type { Asked } from '../../support/peer.ts'
import { batchesOf, nextProduce, type ProduceAsked, prime, send, sendOneByOne, turn } from './support.ts'

const REQUEST_TIMED_OUT = 7
const NOT_ENOUGH_REPLICAS = 19
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45

/** One peer with topic a, and whether it was asked for a producer id. Connections take any number of requests. */
async function start(partitions: number, options?: KafkaConfig['producer']) {
  const ids: Asked[] = []
  const script = {
    InitProducerId: (asked: Asked) => {
      ids.push(asked)
      return { throttleTimeMs: 0, errorCode: 0, producerId: 4711n, producerEpoch: 3 }
    },
  }
  const config = { net: { maxOpenRequests: 100 } }
  const { peers, producer } = await startPeers({ leaders: { a: Array(partitions).fill(1) }, script, config })
  return { peer: peers[0]!, producer: producer({ retry: { backoff: () => 0 }, ...options }), ids }
}

/** By whom the batches of requests are, and with which sequences. */
function senders(requests: readonly ProduceAsked[]) {
  return requests.flatMap(({ sent }) => sent.map(({ by }) => by))
}

describe('an idempotent producer', () => {
  it('asks for one producer id, without a transactional id', async () => {
    const { peer, producer, ids } = await start(2)
    const sending = [send(producer, 'x', 0), send(producer, 'y', 1)]
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 0n }, 'a-1': { offset: 0n } })
    await Promise.all(sending)
    sending.push(send(producer, 'z', 0))
    ;(await nextProduce(peer)).answer({ 'a-0': { offset: 1n } })
    await Promise.all(sending)
    expect(ids.map(asked => asked.body('InitProducerId'))).toMatchObject([
      { transactionalId: null, producerId: -1n, producerEpoch: -1 },
    ])
  })

  it('numbers the messages of each partition from 0 on, without gaps', async () => {
    const { peer, producer } = await start(2)
    const sending = [send(producer, 'a', 0), send(producer, 'b', 0), send(producer, 'c', 1)]
    const first = await nextProduce(peer)
    first.answer({ 'a-0': { offset: 0n }, 'a-1': { offset: 10n } })
    await Promise.all(sending)
    sending.push(send(producer, 'd', 0), send(producer, 'e', 0), send(producer, 'f', 0))
    const second = await nextProduce(peer)
    sending.push(send(producer, 'g', 1), send(producer, 'h', 0))
    const third = await nextProduce(peer)
    expect(senders([first, second, third])).toEqual([
      [4711n, 3, 0],
      [4711n, 3, 0],
      [4711n, 3, 2],
      [4711n, 3, 1],
      [4711n, 3, 5],
    ])
    second.answer({ 'a-0': { offset: 2n } })
    third.answer({ 'a-0': { offset: 5n }, 'a-1': { offset: 11n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 10n, 2n, 3n, 4n, 11n, 5n])
  })

  it('has five batches of a partition in flight, and gathers the sixth meanwhile', async () => {
    const { peer, producer } = await start(2)
    await prime(producer, peer)
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2', '3', '4', '5'])
    for (const value of ['6', '7', '8']) {
      sending.push(send(producer, value))
      await turn()
    }
    // Others do not wait for it.
    sending.push(send(producer, 'beside', 1))
    const beside = await nextProduce(peer)
    expect(batchesOf(beside)).toEqual([['a-1', 'beside']])
    requests[0]!.answer({ 'a-0': { offset: 0n } })
    const sixth = await nextProduce(peer)
    expect(batchesOf(sixth)).toEqual([['a-0', '6', '7', '8']])
    expect(senders([sixth])).toEqual([[4711n, 3, 6]])
    requests.slice(1).forEach(({ answer }, i) => {
      answer({ 'a-0': { offset: BigInt(i + 1) } })
    })
    beside.answer({ 'a-1': { offset: 0n } })
    sixth.answer({ 'a-0': { offset: 5n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 0n])
  })

  it('has one in flight until the broker knows it, which would take any sequence for the first', async () => {
    const { peer, producer } = await start(1)
    const sending = [send(producer, '1')]
    const first = await nextProduce(peer)
    for (const value of ['2', '3']) {
      sending.push(send(producer, value))
      await turn()
    }
    first.answer({ 'a-0': { errorCode: NOT_ENOUGH_REPLICAS } })
    const again = await nextProduce(peer)
    expect(again.sent).toEqual(first.sent)
    again.answer({ 'a-0': { offset: 0n } })
    const second = await nextProduce(peer)
    expect(batchesOf(second)).toEqual([['a-0', '2', '3']])
    second.answer({ 'a-0': { offset: 1n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('sends a batch again byte for byte, after those behind it were refused as out of order one by one', async () => {
    const { peer, producer } = await start(2)
    await prime(producer, peer, [0, 1])
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2', '3'])
    requests[0]!.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    requests[1]!.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    requests[2]!.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    for (const [i, before] of requests.entries()) {
      const again = await nextProduce(peer)
      expect(again.sent).toEqual(before.sent)
      // None is behind it.
      sending.push(send(producer, 'beside', 1))
      const beside = await nextProduce(peer)
      expect(batchesOf(beside)).toEqual([['a-1', 'beside']])
      again.answer({ 'a-0': { offset: BigInt(i) } })
      beside.answer({ 'a-1': { offset: 0n } })
    }
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n, 0n, 0n, 0n])
    // Then they are in flight together once more.
    const last = await sendOneByOne(producer, peer, ['4', '5'])
    expect(senders(last.requests)).toEqual([
      [4711n, 3, 4],
      [4711n, 3, 5],
    ])
  })
})

describe('a producer that is not idempotent', () => {
  it.each<[string, KafkaConfig['producer']]>([
    ['with acks 1', { acks: 1 }],
    ['with acks 0', { acks: 0 }],
    ['where it is turned off', { idempotent: false }],
  ])('%s asks for no producer id, and numbers nothing', async (_, options) => {
    const { peer, producer, ids } = await start(1, options)
    const sending = send(producer, 'x')
    const request = await nextProduce(peer)
    expect(senders([request])).toEqual([[-1n, -1, -1]])
    if (options?.acks !== 0) request.answer({ 'a-0': { offset: 0n } })
    await sending
    expect(ids).toEqual([])
  })

  it('has one batch of a partition in flight, which a later one could overtake otherwise', async () => {
    const { peer, producer } = await start(1, { idempotent: false })
    const sending = [send(producer, '1')]
    const first = await nextProduce(peer)
    for (const value of ['2', '3']) {
      sending.push(send(producer, value))
      await turn()
    }
    first.answer({ 'a-0': { offset: 0n } })
    const second = await nextProduce(peer)
    expect(batchesOf(second)).toEqual([['a-0', '2', '3']])
    second.answer({ 'a-0': { offset: 1n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })
})

it.each([0, 1] as const)('idempotence is refused with acks %i', async acks => {
  const { kafka } = await startPeers({ leaders: {} })
  const make = () => kafka.producer({ idempotent: true, acks })
  expect(make).toThrow(ConfigurationError)
  expect(make).toThrow(`producer.idempotent: needs producer.acks -1, not ${acks}`)
})
