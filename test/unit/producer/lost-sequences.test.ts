import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextProduce, type ProduceAsked, prime, send, sendOneByOne, turn } from './support.ts'

const REQUEST_TIMED_OUT = 7
const NOT_ENOUGH_REPLICAS = 19
const NOT_ENOUGH_REPLICAS_AFTER_APPEND = 20
const NOT_LEADER_OR_FOLLOWER = 6
const UNKNOWN_TOPIC_OR_PARTITION = 3
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45
const DUPLICATE_SEQUENCE_NUMBER = 46
const INVALID_PRODUCER_EPOCH = 47
const KAFKA_STORAGE_ERROR = 56
const UNKNOWN_PRODUCER_ID = 59
const INVALID_RECORD = 87
const PRODUCER_FENCED = 90

/**
 * One peer with topic a, and a producer, number 4711 from epoch 0 on, that tries again without a wait. Partitions 0 and 1 have
 * a message of it, with sequence 0.
 */
async function start(retry: { readonly max?: number } = {}) {
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1, 1] } })
  const [peer, sender] = [peers[0]!, producer({ retry: { ...retry, backoff: () => 0 } })]
  await prime(sender, peer, [0, 1])
  return { peer, producer: sender }
}

/** The values of a request with one batch, and by whom they are. */
function contentOf({ sent: [batch] }: ProduceAsked) {
  return [...batch!.values, ...batch!.by]
}

/** Answers the request whose batch is expected with an offset. */
function take(request: ProduceAsked, offset: bigint, where = 'a-0') {
  request.answer({ [where]: { offset } })
}

describe('a batch that the broker has had before', () => {
  it.each([
    ['where it was written, if the answer has that', { offset: 7n }, 7n],
    ['-1 else', {}, -1n],
  ])('is written; its offset is %s', async (_, answer, offset) => {
    const { peer, producer } = await start()
    const sending = send(producer, 'x')
    // It was appended, but that could not be told.
    ;(await nextProduce(peer)).asked.socket.destroy()
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: DUPLICATE_SEQUENCE_NUMBER, ...answer } })
    expect(await sending).toMatchObject({ topic: 'a', partition: 0, offset })
  })
})

describe('after a batch that is refused for good', () => {
  it('those behind it are sent again with sequences from 0 on, of the next epoch', async () => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2', '3'])
    requests[0]!.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    for (const { answer } of requests.slice(1)) answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    expect(await failure(sending[0]!)).toMatchObject({ code: 'INVALID_RECORD' })
    const second = await nextProduce(peer)
    expect(contentOf(second)).toEqual(['2', 4711n, 1, 0])
    take(second, 10n)
    const third = await nextProduce(peer)
    expect(contentOf(third)).toEqual(['3', 4711n, 1, 1])
    take(third, 11n)
    const last = send(producer, '4')
    const fourth = await nextProduce(peer)
    expect(contentOf(fourth)).toEqual(['4', 4711n, 1, 2])
    take(fourth, 12n)
    expect((await Promise.all([sending[1]!, sending[2]!, last])).map(({ offset }) => offset)).toEqual([10n, 11n, 12n])
  })

  it('the first of the next epoch leaves alone, as the first of all does', async () => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2'])
    requests[0]!.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    requests[1]!.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    await failure(sending[0]!)
    const second = await nextProduce(peer)
    for (const value of ['3', '4']) {
      sending.push(send(producer, value))
      await turn()
    }
    take(second, 0n)
    const third = await nextProduce(peer)
    expect(contentOf(third)).toEqual(['3', '4', 4711n, 1, 1])
    take(third, 1n)
    expect((await Promise.all(sending.slice(1))).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('nothing changes where the broker takes those behind it', async () => {
    const { peer, producer } = await start()
    const first = await sendOneByOne(producer, peer, ['1'])
    first.requests[0]!.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    await failure(first.sending[0]!)
    const { sending, requests } = await sendOneByOne(producer, peer, ['2', '3'])
    expect(requests.map(contentOf)).toEqual([
      ['2', 4711n, 0, 2],
      ['3', 4711n, 0, 3],
    ])
    requests.forEach((request, i) => {
      take(request, BigInt(i))
    })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n])
  })

  it('those behind it get another try though the tries of producer.retry are used up', async () => {
    const { peer, producer } = await start({ max: 0 })
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2'])
    requests[0]!.answer({ 'a-0': { errorCode: REQUEST_TIMED_OUT } })
    requests[1]!.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    expect(await failure(sending[0]!)).toMatchObject({ code: 'REQUEST_TIMED_OUT' })
    const again = await nextProduce(peer)
    expect(contentOf(again)).toEqual(['2', 4711n, 1, 0])
    take(again, 0n)
    expect(await sending[1]).toMatchObject({ offset: 0n })
  })

  it('other partitions keep their sequences, and those that are new begin in the newer epoch', async () => {
    const { peer, producer } = await start()
    const beside = await sendOneByOne(producer, peer, ['beside'], 1)
    take(beside.requests[0]!, 0n, 'a-1')
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2'])
    requests[0]!.answer({ 'a-0': { errorCode: INVALID_RECORD } })
    requests[1]!.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    await failure(sending[0]!)
    take(await nextProduce(peer), 0n)
    await sending[1]
    const more = await sendOneByOne(producer, peer, ['beside, again'], 1)
    const fresh = await sendOneByOne(producer, peer, ['new'], 2)
    expect([...more.requests, ...fresh.requests].map(contentOf)).toEqual([
      ['beside, again', 4711n, 0, 2],
      ['new', 4711n, 1, 0],
    ])
  })
})

describe('when the broker has lost what it knew of the producer', () => {
  it.each([
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', OUT_OF_ORDER_SEQUENCE_NUMBER],
    ['UNKNOWN_PRODUCER_ID', UNKNOWN_PRODUCER_ID],
  ])('a batch that it cannot have is sent again in the next epoch (%s)', async (_, errorCode) => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['2', '3'])
    for (const { answer } of requests) answer({ 'a-0': { errorCode } })
    const second = await nextProduce(peer)
    expect(contentOf(second)).toEqual(['2', 4711n, 1, 0])
    take(second, 6n)
    const third = await nextProduce(peer)
    expect(contentOf(third)).toEqual(['3', 4711n, 1, 1])
    take(third, 7n)
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([6n, 7n])
  })

  it.each([
    ['OUT_OF_ORDER_SEQUENCE_NUMBER', OUT_OF_ORDER_SEQUENCE_NUMBER],
    ['UNKNOWN_PRODUCER_ID', UNKNOWN_PRODUCER_ID],
  ])('a batch that may have been written fails, lest it be there twice (%s)', async (code, errorCode) => {
    const { peer, producer } = await start()
    const sending = [send(producer, '1')]
    const first = await nextProduce(peer)
    first.asked.socket.destroy()
    const again = await nextProduce(peer)
    expect(again.sent).toEqual(first.sent)
    sending.push(send(producer, '2'))
    const second = await nextProduce(peer)
    expect(contentOf(second)).toEqual(['2', 4711n, 0, 2])
    for (const { answer } of [again, second]) answer({ 'a-0': { errorCode } })
    expect(await failure(sending[0]!)).toMatchObject({ code })
    const behind = await nextProduce(peer)
    expect(contentOf(behind)).toEqual(['2', 4711n, 1, 0])
    take(behind, 3n)
    expect(await sending[1]).toMatchObject({ offset: 3n })
  })

  it.each([
    ['REQUEST_TIMED_OUT', REQUEST_TIMED_OUT],
    ['NOT_ENOUGH_REPLICAS_AFTER_APPEND', NOT_ENOUGH_REPLICAS_AFTER_APPEND],
    // By a leader that lost the partition while it waited for its replicas.
    ['NOT_LEADER_OR_FOLLOWER', NOT_LEADER_OR_FOLLOWER],
    ['UNKNOWN_TOPIC_OR_PARTITION', UNKNOWN_TOPIC_OR_PARTITION],
    ['KAFKA_STORAGE_ERROR', KAFKA_STORAGE_ERROR],
  ])('so does one of which it said %s before', async (_, errorCode) => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1'])
    requests[0]!.answer({ 'a-0': { errorCode } })
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: UNKNOWN_PRODUCER_ID } })
    expect(await failure(sending[0]!)).toMatchObject({ code: 'UNKNOWN_PRODUCER_ID' })
  })

  it('one that it refused before anything was written is sent again', async () => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1'])
    requests[0]!.answer({ 'a-0': { errorCode: NOT_ENOUGH_REPLICAS } })
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: UNKNOWN_PRODUCER_ID } })
    const again = await nextProduce(peer)
    expect(contentOf(again)).toEqual(['1', 4711n, 1, 0])
    take(again, 0n)
    expect(await sending[0]).toMatchObject({ offset: 0n })
  })

  it('all that may have been written fails with it', async () => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2', '3'])
    requests[0]!.asked.socket.destroy()
    ;(await nextProduce(peer)).answer({ 'a-0': { errorCode: UNKNOWN_PRODUCER_ID } })
    for (const each of sending) expect(await failure(each)).toMatchObject({ code: 'UNKNOWN_PRODUCER_ID' })
    const next = await sendOneByOne(producer, peer, ['4'])
    expect(next.requests.map(contentOf)).toEqual([['4', 4711n, 1, 0]])
  })
})

describe.each([
  ['INVALID_PRODUCER_EPOCH', INVALID_PRODUCER_EPOCH],
  ['PRODUCER_FENCED', PRODUCER_FENCED],
])('%s', (code, errorCode) => {
  it('fails the batch, and the partition goes on in the next epoch', async () => {
    const { peer, producer } = await start()
    const first = await sendOneByOne(producer, peer, ['1'])
    first.requests[0]!.answer({ 'a-0': { errorCode } })
    expect(await failure(first.sending[0]!)).toMatchObject({ code })
    for (const [i, value] of ['2', '3'].entries()) {
      const { sending, requests } = await sendOneByOne(producer, peer, [value])
      expect(requests.map(contentOf)).toEqual([[value, 4711n, 1, i]])
      take(requests[0]!, BigInt(i))
      expect(await sending[0]).toMatchObject({ offset: BigInt(i) })
    }
  })
  it('lets nothing leave in the old epoch any more, while others are still in flight', async () => {
    const { peer, producer } = await start()
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2'])
    requests[0]!.answer({ 'a-0': { errorCode } })
    await failure(sending[0]!)
    sending.push(send(producer, '3'))
    await turn()
    requests[1]!.answer({ 'a-0': { errorCode } })
    await failure(sending[1]!)
    const third = await nextProduce(peer)
    expect(contentOf(third)).toEqual(['3', 4711n, 1, 0])
    take(third, 0n)
    expect(await sending[2]).toMatchObject({ offset: 0n })
  })
})
