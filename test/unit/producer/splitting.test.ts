import { describe, expect, it } from 'vitest'
import { ProducerErrors, type ProducerMessage } from '../../../src/index.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import type { Peer } from '../../support/peer.ts'
import { batchesOf, nextProduce, prime, send } from './support.ts'

const MESSAGE_TOO_LARGE = 10
const OUT_OF_ORDER_SEQUENCE_NUMBER = 45

const tooLarge = { 'a-0': { errorCode: MESSAGE_TOO_LARGE } }

/** What the next batch has, and its first sequence, in an answer that it is too large or where it was written. */
async function answerNext(peer: Peer, offset?: bigint) {
  const { sent, answer } = await nextProduce(peer)
  answer(offset === undefined ? tooLarge : { 'a-0': { offset } })
  return [...sent[0]!.values, sent[0]!.by[2]]
}

/** The records of a batch, all that users gave of them. */
function recordsOf(bytes: Buffer) {
  return [...decodeRecordBatches(bytes)].flatMap(batch =>
    Array.from(batch, ({ key, value, timestamp, headers }) => ({ key, value, timestamp, headers: [...headers] })),
  )
}

describe('a batch that is too large for the broker', () => {
  it('is sent in halves, one after another, until they fit; each message has its own outcome', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const peer = peers[0]!
    const sender = producer()
    const reports = sender.deliveries()
    const messages = ['1', '2', '3', '4', 'large'].map(value => ({ topic: 'a', value, metadata: value }))
    // Their outcomes are told by promises, by sendAll, and by reports alone.
    const sending = [sender.send(messages[0]!), sender.sendAll([messages[1]!, messages[4]!])] as const
    for (const each of sending) each.catch(() => {})
    sender.enqueue(messages[2]!)
    const last = sender.send(messages[3]!)
    expect(await answerNext(peer)).toEqual(['1', '2', 'large', '3', '4', 0])
    expect(await answerNext(peer, 10n)).toEqual(['1', '2', 0])
    expect(await answerNext(peer)).toEqual(['large', '3', '4', 2])
    expect(await answerNext(peer)).toEqual(['large', 2])
    expect(await answerNext(peer, 12n)).toEqual(['3', '4', 3])
    expect(await sending[0]).toMatchObject({ offset: 10n })
    const error = await sending[1].catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ProducerErrors)
    expect((error as ProducerErrors).errors).toEqual([
      { message: messages[4], error: expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }) },
    ])
    expect(await last).toMatchObject({ offset: 13n })
    const told = [await reports.next(), await reports.next(), await reports.next()].map(({ value }) => value!)
    expect(told.map(({ baseOffset, messages, error }) => [baseOffset, messages.map(m => m.metadata), error])).toEqual([
      [10n, ['1', '2'], undefined],
      [-1n, ['large'], expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' })],
      [12n, ['3', '4'], undefined],
    ])
    await sender.flush()
    await reports.return?.()
    expect(sender.stats()).toMatchObject({ delivered: 4, failed: 1, bufferedMessages: 0, bufferedBytes: 0 })
  })

  it('has those behind it follow its halves in order', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const peer = peers[0]!
    const sender = producer({ retry: { backoff: () => 0 } })
    await prime(sender, peer)
    const sending = [send(sender, '1'), send(sender, '2')]
    const first = await nextProduce(peer)
    sending.push(send(sender, '3'))
    const second = await nextProduce(peer)
    first.answer(tooLarge)
    second.answer({ 'a-0': { errorCode: OUT_OF_ORDER_SEQUENCE_NUMBER } })
    expect(await answerNext(peer, 1n)).toEqual(['1', 1])
    expect(await answerNext(peer, 2n)).toEqual(['2', 2])
    expect(await answerNext(peer, 3n)).toEqual(['3', 3])
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([1n, 2n, 3n])
  })

  it.each(['none', 'gzip'] as const)('has all of each message in a half (compression %s)', async compression => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const peer = peers[0]!
    const sender = producer({ compression })
    const fields: Partial<ProducerMessage>[] = [
      { key: 'k'.repeat(200), value: 'v'.repeat(200), timestamp: 1_000 },
      { key: null, value: '', timestamp: 3_000_000_000_000 },
      { key: '', value: null, timestamp: 0 },
      { headers: { h: ['x', null, ''] }, timestamp: 500 },
    ]
    const sending = sender.sendAll(fields.map(each => ({ topic: 'a', ...each })))
    const whole = await nextProduce(peer)
    whole.answer(tooLarge)
    const halves: Buffer[] = []
    for (const offset of [0n, 2n]) {
      const { sent, answer } = await nextProduce(peer)
      halves.push(sent[0]!.bytes)
      answer({ 'a-0': { offset } })
    }
    expect(halves.flatMap(recordsOf)).toEqual(recordsOf(whole.sent[0]!.bytes))
    const timestamps = fields.map(({ timestamp }) => timestamp)
    expect((await sending).map(({ offset, timestamp }) => [offset, timestamp])).toEqual(
      timestamps.map((timestamp, i) => [BigInt(i), timestamp]),
    )
  })

  it('is sent in halves without idempotence, too', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const peer = peers[0]!
    const sender = producer({ acks: 1 })
    const sending = [send(sender, '1'), send(sender, '2')]
    const first = await nextProduce(peer)
    sending.push(send(sender, '3'))
    first.answer(tooLarge)
    for (let offset = 0n; offset < 3n; offset++) {
      const request = await nextProduce(peer)
      expect(batchesOf(request)).toEqual([['a-0', `${offset + 1n}`]])
      request.answer({ 'a-0': { offset } })
    }
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([0n, 1n, 2n])
  })

  it('is told as given up where the producer is closed before its halves are written', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const peer = peers[0]!
    const sender = producer()
    const sending = [send(sender, '1'), send(sender, '2')]
    await answerNext(peer)
    const half = await nextProduce(peer)
    const aborting = new AbortController()
    const closing = sender.close({ signal: aborting.signal })
    closing.catch(() => {})
    half.answer({ 'a-0': { offset: 0n } })
    await nextProduce(peer)
    aborting.abort()
    await expect(closing).rejects.toThrow('the producer was closed before 1 messages were sent')
    expect(await sending[0]).toMatchObject({ offset: 0n })
    await expect(sending[1]).rejects.toMatchObject({ code: 'CLOSED' })
  })
})
