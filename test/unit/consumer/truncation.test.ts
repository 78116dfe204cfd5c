import { describe, expect, it, onTestFinished } from 'vitest'
import { Kafka, type KafkaConfig } from '../../../src/index.ts'
import type { VersionRange } from '../../../src/protocol/versions.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { Peer, type PeerOptions } from '../../support/peer.ts'
import { cluster, topic } from '../cluster/support.ts'
import { atOnce, batch, nextFetch, nextOffsets } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6

/** A reader of a partition from its start on. */
async function reading(options: KafkaConfig['consumer'] = {}) {
  const resets: unknown[] = []
  const { peers, kafka } = await startPeers({
    leaders: { t: [1] },
    config: { hooks: { onOffsetReset: event => resets.push(event) } },
  })
  const partition = kafka.consumer({ ...atOnce, ...options }).consumePartition('t', 0, { from: 0n })
  return { peer: peers[0]!, partition, reader: partition.batches(), resets }
}

const ofEpoch = (epoch: number, first: number, count: number) => ({
  records: batch(first, count, 0, { partitionLeaderEpoch: epoch }),
})

describe('a log that was truncated', () => {
  it('is read on from where it was, and that is told', async () => {
    const { peer, partition, reader, resets } = await reading()
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 0, 10) })
    expect((await nextOffsets(reader)).length).toBe(10)
    const second = await nextFetch(peer)
    expect(second.partitions).toMatchObject({ 't-0': { fetchOffset: 10n, lastFetchedEpoch: 3 } })
    // Of what was read 6 to 9 were lost, and others are there now.
    second.answer({ 't-0': { divergingEpoch: { epoch: 2, endOffset: 6n } } })
    const third = await nextFetch(peer)
    expect(third.partitions).toMatchObject({ 't-0': { fetchOffset: 6n, lastFetchedEpoch: 2 } })
    third.answer({ 't-0': ofEpoch(5, 6, 2) })
    expect(await nextOffsets(reader)).toEqual([6, 7])
    expect(partition.position).toBe(8n)
    expect(resets).toEqual([{ topic: 't', partition: 0, from: 10n, to: 6n, reason: 'truncated' }])
  })

  it('is read on in steps, as far back as its epochs say', async () => {
    const { peer, reader, resets } = await reading()
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 0, 10) })
    await nextOffsets(reader)
    ;(await nextFetch(peer)).answer({ 't-0': { divergingEpoch: { epoch: 2, endOffset: 6n } } })
    ;(await nextFetch(peer)).answer({ 't-0': { divergingEpoch: { epoch: 1, endOffset: 4n } } })
    expect((await nextFetch(peer)).partitions).toMatchObject({ 't-0': { fetchOffset: 4n, lastFetchedEpoch: 1 } })
    expect(resets).toMatchObject([
      { from: 10n, to: 6n },
      { from: 6n, to: 4n },
    ])
  })

  it('does not concern a reader who has not come that far; what was fetched in vain is fetched anew', async () => {
    const { peer, partition, reader, resets } = await reading()
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(2, 0, 5) })
    expect((await nextOffsets(reader)).length).toBe(5)
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 5, 5) })
    ;(await nextFetch(peer)).answer({ 't-0': { divergingEpoch: { epoch: 2, endOffset: 7n } } })
    const again = await nextFetch(peer)
    expect(again.partitions).toMatchObject({ 't-0': { fetchOffset: 5n, lastFetchedEpoch: 2 } })
    expect(partition.position).toBe(5n)
    again.answer({ 't-0': ofEpoch(4, 5, 1) })
    expect(await nextOffsets(reader)).toEqual([5])
    expect(resets).toEqual([])
  })

  it("ends the iteration with offsets.reset 'fail'", async () => {
    const { peer, reader, resets } = await reading({ offsets: { reset: 'fail' } })
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 0, 10) })
    await nextOffsets(reader)
    ;(await nextFetch(peer)).answer({ 't-0': { divergingEpoch: { epoch: 2, endOffset: 6n } } })
    const error = await failure(reader.next())
    expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
    expect(error.message).toMatch(/^t-0 at offset 10, where epoch 2 ended at offset 6:/)
    expect(resets).toEqual([])
  })

  it('is not asked about where the reader has sought an offset', async () => {
    const { peer, partition, reader } = await reading()
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 0, 10) })
    await nextOffsets(reader)
    const { answer } = await nextFetch(peer)
    partition.seek(4n)
    answer({ 't-0': {} })
    expect((await nextFetch(peer)).partitions).toMatchObject({ 't-0': { fetchOffset: 4n, lastFetchedEpoch: -1 } })
  })
})

describe('with brokers whose fetches do not tell of truncation', () => {
  interface Found {
    readonly leaderEpoch: number
    readonly endOffset: bigint
  }

  /** A reader that has read 10 messages of epoch 3, and whose leader is of epoch 7 by now, which finds this. */
  async function afterElection({ leaderEpoch, endOffset }: Found, offered: VersionRange = { min: 2, max: 4 }) {
    const resets: unknown[] = []
    const questions: unknown[] = []
    let [epoch, failures] = [3, 1]
    const script: NonNullable<PeerOptions['script']> = {
      Metadata: () => cluster([peer], topic('t', { leaderEpoch: epoch })),
      OffsetForLeaderEpoch(asked) {
        const { replicaId, topics } = asked.body('OffsetForLeaderEpoch')
        questions.push({ replicaId, ...topics[0]!.partitions[0]! })
        const errorCode = failures-- > 0 ? NOT_LEADER_OR_FOLLOWER : 0
        const partitions = [{ partition: 0, errorCode, leaderEpoch, endOffset }]
        return { throttleTimeMs: 0, topics: [{ topic: 't', partitions }] }
      },
    }
    const offers = { Fetch: { min: 4, max: 11 }, OffsetForLeaderEpoch: offered }
    const peer: Peer = await Peer.start({ script, offers })
    const logger = { debug() {}, info() {}, warn() {}, error() {} }
    const hooks = { onOffsetReset: (event: unknown) => resets.push(event) }
    const kafka = new Kafka({ brokers: `127.0.0.1:${peer.address.port}`, logger, hooks })
    onTestFinished(() => kafka.close())
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peer)).answer({ 't-0': ofEpoch(3, 0, 10) })
    expect((await nextOffsets(reader)).length).toBe(10)
    epoch = 7
    for (;;) {
      const fetch = await nextFetch(peer)
      if (fetch.partitions['t-0']?.currentLeaderEpoch === 7) return { peer, reader, fetch, questions, resets }
      fetch.answer({ 't-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    }
  }

  const question = { replicaId: -1, partition: 0, currentLeaderEpoch: 7, leaderEpoch: 3 }

  it('a new leader is asked before it is fetched from, and the log is read on from where it was truncated', async () => {
    const { reader, fetch, questions, resets } = await afterElection({ leaderEpoch: 2, endOffset: 6n })
    expect(questions).toEqual([question, question])
    expect(fetch.offsets).toEqual({ 't-0': 6n })
    fetch.answer({ 't-0': ofEpoch(7, 6, 1) })
    expect(await nextOffsets(reader)).toEqual([6])
    expect(resets).toEqual([{ topic: 't', partition: 0, from: 10n, to: 6n, reason: 'truncated' }])
  })

  it.each([
    [{ leaderEpoch: 3, endOffset: 10n }],
    [{ leaderEpoch: 3, endOffset: 15n }],
    // It knows nothing of that epoch.
    [{ leaderEpoch: -1, endOffset: -1n }],
  ])('reading goes on where the log has what was read: %o', async found => {
    const { peer, fetch, questions, resets } = await afterElection(found)
    expect(fetch.offsets).toEqual({ 't-0': 10n })
    // It is asked once.
    fetch.answer({ 't-0': ofEpoch(5, 10, 1) })
    expect((await nextFetch(peer)).offsets).toEqual({ 't-0': 11n })
    expect(questions).toEqual([question, question])
    expect(resets).toEqual([])
  })

  it('those are not asked who would want rights on the cluster for that', async () => {
    const { fetch, questions } = await afterElection({ leaderEpoch: 2, endOffset: 6n }, { min: 2, max: 2 })
    expect([fetch.offsets, questions]).toEqual([{ 't-0': 10n }, []])
  })
})
