import { describe, expect, it } from 'vitest'
import { TimeoutError } from '../../../src/index.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import type { Peer } from '../../support/peer.ts'
import { nextProduce, send } from './support.ts'

const COORDINATOR_LOAD_IN_PROGRESS = 14
const CLUSTER_AUTHORIZATION_FAILED = 31
const UNKNOWN_PRODUCER_ID = 59
const LAST_EPOCH = 32767

/** One peer with topic a, which leaves questions for producer ids to the test. */
async function start(options?: { readonly deliveryTimeoutMs?: number }) {
  const script = { InitProducerId: () => undefined }
  const { peers, producer } = await startPeers({ leaders: { a: [1, 1] }, script })
  return { peer: peers[0]!, producer: producer({ retry: { backoff: () => 0 }, ...options }) }
}

async function giveId(peer: Peer, producerId: bigint, producerEpoch = 0) {
  ;(await peer.next()).answer('InitProducerId', { throttleTimeMs: 0, errorCode: 0, producerId, producerEpoch })
}

async function refuseId(peer: Peer, errorCode: number) {
  ;(await peer.next()).answer('InitProducerId', { throttleTimeMs: 0, errorCode, producerId: -1n, producerEpoch: -1 })
}

/** By whom the next batch is, which is written. */
async function nextSender(peer: Peer) {
  const { sent, answer } = await nextProduce(peer)
  answer({ [sent[0]!.where]: { offset: 0n } })
  return sent[0]!.by
}

describe('a producer id', () => {
  it('that is refused for good fails what waits for it; a later message asks anew', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, 'x', 0), send(producer, 'y', 1)]
    await refuseId(peer, CLUSTER_AUTHORIZATION_FAILED)
    for (const each of sending) expect(await failure(each)).toMatchObject({ code: 'CLUSTER_AUTHORIZATION_FAILED' })
    const later = send(producer, 'z')
    await giveId(peer, 5n)
    expect(await nextSender(peer)).toEqual([5n, 0, 0])
    await later
  })

  it('is asked for until the cluster has one, and meanwhile messages gather', async () => {
    const { peer, producer } = await start()
    const sending = [send(producer, 'x')]
    await refuseId(peer, COORDINATOR_LOAD_IN_PROGRESS)
    const lost = await peer.next()
    sending.push(send(producer, 'y'))
    lost.socket.destroy()
    await giveId(peer, 5n, 2)
    const { sent, answer } = await nextProduce(peer)
    expect(sent).toMatchObject([{ where: 'a-0', values: ['x', 'y'], by: [5n, 2, 0] }])
    answer({ 'a-0': { offset: 0n } })
    await Promise.all(sending)
  })

  it('is waited for no longer than producer.deliveryTimeoutMs', async () => {
    const { producer } = await start({ deliveryTimeoutMs: 50 })
    const error = await failure(send(producer, 'x'))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toContain('producer.deliveryTimeoutMs (50 ms)')
  })

  it('is replaced when its last epoch is used up', async () => {
    const { peer, producer } = await start()
    const beside = send(producer, 'beside', 1)
    await giveId(peer, 5n, LAST_EPOCH)
    expect(await nextSender(peer)).toEqual([5n, LAST_EPOCH, 0])
    await beside
    const sending = [send(producer, 'x')]
    const { sent, answer } = await nextProduce(peer)
    expect(sent[0]!.by).toEqual([5n, LAST_EPOCH, 0])
    answer({ 'a-0': { errorCode: UNKNOWN_PRODUCER_ID } })
    await giveId(peer, 6n)
    expect(await nextSender(peer)).toEqual([6n, 0, 0])
    // That the old one was given up for one partition changes nothing for another.
    sending.push(send(producer, 'beside, again', 1))
    expect(await nextSender(peer)).toEqual([5n, LAST_EPOCH, 1])
    await Promise.all(sending)
  })
})
