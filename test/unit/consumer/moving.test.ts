import { describe, expect, it } from 'vitest'
import { type Leaders, startPeers } from '../../support/cluster-of-peers.ts'
import type { Peer } from '../../support/peer.ts'
import { atOnce, batch, nextFetch, nextOffsets, settled } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6
const FENCED_LEADER_EPOCH = 74
const UNKNOWN_LEADER_EPOCH = 75

/** Waits so long before another try that no test sees it. */
const never = { retry: { backoff: () => 1_000_000 } }

async function answerAll(peer: Peer, errorCode: number): Promise<never> {
  for (;;) {
    const fetch = await nextFetch(peer)
    fetch.answer(Object.fromEntries(Object.keys(fetch.offsets).map(name => [name, { errorCode }])))
  }
}

describe('a partition that moves', () => {
  it('is read on at its new leader, from where it was, and the others stay', async () => {
    const leaders = { t: [1] }
    const { peers, kafka } = await startPeers({ leaders, count: 2 })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 3) } })
    const stale = await nextFetch(peers[0]!)
    leaders.t = [2]
    stale.answer({ 't-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    void answerAll(peers[0]!, NOT_LEADER_OR_FOLLOWER)
    const moved = await nextFetch(peers[1]!)
    expect(moved.offsets).toEqual({ 't-0': 3n })
    moved.answer({ 't-0': { records: batch(3, 2) } })
    expect(await nextOffsets(reader)).toEqual([0, 1, 2])
    expect(await nextOffsets(reader)).toEqual([3, 4])
  })

  it.each([NOT_LEADER_OR_FOLLOWER, FENCED_LEADER_EPOCH])(
    'goes at once to the leader that error %i comes with, be it on a broker never heard of',
    async errorCode => {
      const errors: unknown[] = []
      const requests: string[] = []
      const hooks = {
        onError: (event: unknown) => errors.push(event),
        onRequest: ({ api }: { api: string }) => requests.push(api),
      }
      const { peers, kafka } = await startPeers({ leaders: { t: [1, 1] }, count: 2, config: { hooks } })
      const consumer = kafka.consumer(never)
      const moving = consumer.consumePartition('t', 0, { from: 0n }).batches()
      consumer.consumePartition('t', 1, { from: 0n })
      const first = await nextFetch(peers[0]!)
      expect(first.partitions['t-0']).toMatchObject({ currentLeaderEpoch: 0 })
      const currentLeader = { leaderId: 2, leaderEpoch: 7 }
      const nodeEndpoints = [{ nodeId: 2, ...peers[1]!.address }]
      first.answer({ 't-0': { errorCode, currentLeader }, 't-1': { records: batch(0, 1) } }, { nodeEndpoints })
      const moved = await nextFetch(peers[1]!)
      expect(moved.partitions).toMatchObject({ 't-0': { currentLeaderEpoch: 7, fetchOffset: 0n } })
      moved.answer({ 't-0': { records: batch(0, 1) } })
      expect(await nextOffsets(moving)).toEqual([0])
      expect((await nextFetch(peers[0]!)).offsets).toEqual({ 't-1': 1n })
      expect(errors).toMatchObject([{ topic: 't', partition: 0, broker: expect.any(String), willRetry: true }])
      expect(requests.filter(api => api === 'Metadata')).toHaveLength(1)
    },
  )

  it('is not moved back by a hint that is older', async () => {
    const leaders: Leaders = { t: [1] }
    const { peers, kafka } = await startPeers({ leaders, count: 2 })
    kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n })
    const nodeEndpoints = peers.map(({ address }, i) => ({ nodeId: i + 1, ...address }))
    const hint = (leaderId: number, leaderEpoch: number) => ({
      't-0': { errorCode: NOT_LEADER_OR_FOLLOWER, currentLeader: { leaderId, leaderEpoch } },
    })
    ;(await nextFetch(peers[0]!)).answer(hint(2, 7), { nodeEndpoints })
    ;(await nextFetch(peers[1]!)).answer(hint(1, 6), { nodeEndpoints })
    expect((await nextFetch(peers[1]!)).partitions).toMatchObject({ 't-0': { currentLeaderEpoch: 7 } })
  })

  it('is tried again at a broker that does not know the newest epoch yet', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: UNKNOWN_LEADER_EPOCH } })
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
  })

  it('is looked for after some tries, even where the broker does not say that it has moved', async () => {
    const leaders: Leaders = { t: [1] }
    const { peers, kafka } = await startPeers({ leaders, count: 2 })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: UNKNOWN_LEADER_EPOCH } })
    leaders.t = [2]
    void answerAll(peers[0]!, UNKNOWN_LEADER_EPOCH)
    ;(await nextFetch(peers[1]!)).answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
  })

  it('is read at its new leader as soon as metadata tells of it, whatever the old one is doing', async () => {
    const leaders: Leaders = { t: [1], other: [1] }
    const { peers, kafka, producer } = await startPeers({ leaders, count: 2 })
    const reader = kafka.consumer().consumePartition('t', 0, { from: 0n }).batches()
    // The old leader never answers this.
    await nextFetch(peers[0]!)
    leaders.t = [2]
    // A look-up asks for all topics in use.
    void producer()
      .send({ topic: 'other', value: 'x' })
      .catch(() => {})
    const moved = await nextFetch(peers[1]!)
    expect(moved.offsets).toEqual({ 't-0': 0n })
    moved.answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
  })

  it('is read as soon as there is a leader again', async () => {
    const errors: unknown[] = []
    const leaders: Leaders = { t: [-1], other: [1] }
    const hooks = { onError: (event: unknown) => errors.push(event) }
    const { peers, kafka, producer } = await startPeers({ leaders, config: { hooks } })
    const reader = kafka.consumer(never).consumePartition('t', 0, { from: 0n }).batches()
    while (errors.length === 0) await settled()
    expect(errors).toMatchObject([{ topic: 't', partition: 0, willRetry: true }])
    expect((errors[0] as { error: Error }).error).toMatchObject({ code: 'LEADER_NOT_AVAILABLE' })
    leaders.t = [1]
    void producer()
      .send({ topic: 'other', value: 'x' })
      .catch(() => {})
    const fetch = await nextFetch(peers[0]!)
    fetch.answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
  })
})

describe('a broker that is gone', () => {
  it('is told of once for all that is read from there, which goes on together', async () => {
    const errors: unknown[] = []
    const hooks = { onError: (event: { willRetry: boolean }) => event.willRetry && errors.push(event) }
    const { peers, kafka } = await startPeers({ leaders: { t: [1, 1, 1] }, config: { hooks } })
    const consumer = kafka.consumer(atOnce)
    for (const partition of [0, 1, 2]) consumer.consumePartition('t', partition, { from: 0n })
    ;(await nextFetch(peers[0]!)).asked.socket.destroy()
    expect(Object.keys((await nextFetch(peers[0]!)).offsets)).toEqual(['t-0', 't-1', 't-2'])
    expect(errors).toMatchObject([{ topic: undefined, broker: expect.stringContaining('broker 1'), willRetry: true }])
  })
})
