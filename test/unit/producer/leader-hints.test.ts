import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { Peer } from '../../support/peer.ts'
import { batchesOf, nextProduce, prime, send, sendOneByOne } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6

/** Would make any back-off outlast the test. */
const never = { retry: { backoff: () => 1_000_000 } }

/** A cluster of one peer that leads topic a; how often it was asked for that. */
async function start() {
  const looks = { count: 0 }
  const leaders = {
    get a() {
      looks.count++
      return [1]
    },
  }
  const { peers, producer } = await startPeers({ leaders })
  return { peer: peers[0]!, producer: producer(never), looks }
}

describe('a broker that names the new leader beside its refusal (KIP-951)', () => {
  it('sends the batch there at once, without metadata and back-off, and those after it', async () => {
    const { peer, producer, looks } = await start()
    await prime(producer, peer)
    const { sending, requests } = await sendOneByOne(producer, peer, ['1', '2'])
    // One that joined the cluster since.
    const elsewhere = await Peer.start()
    const hint = { errorCode: NOT_LEADER_OR_FOLLOWER, currentLeader: { leaderId: 2, leaderEpoch: 1 } }
    for (const { answer } of requests) {
      answer({ 'a-0': hint }, { nodeEndpoints: [{ nodeId: 2, ...elsewhere.address, rack: null }] })
    }
    const seen: unknown[] = []
    for (const before of requests) {
      const moved = await nextProduce(elsewhere)
      expect(moved.sent).toEqual(before.sent)
      seen.push(...batchesOf(moved))
      moved.answer({ 'a-0': { offset: BigInt(seen.length) } })
    }
    sending.push(send(producer, '3'))
    const last = await nextProduce(elsewhere)
    expect(batchesOf(last)).toEqual([['a-0', '3']])
    last.answer({ 'a-0': { offset: 3n } })
    expect((await Promise.all(sending)).map(({ offset }) => offset)).toEqual([1n, 2n, 3n])
    expect(looks.count).toBe(1)
  })
})
