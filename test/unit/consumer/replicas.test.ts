import { describe, expect, it } from 'vitest'
import type { KafkaConfig } from '../../../src/index.ts'
import { type Leaders, startPeers } from '../../support/cluster-of-peers.ts'
import { atOnce, batch, nextFetch, nextOffsets } from './support.ts'

const OFFSET_OUT_OF_RANGE = 1
const NOT_LEADER_OR_FOLLOWER = 6

/** A reader of a partition whose leader, broker 1, wants broker 2 to be read. */
async function redirected(config: Omit<KafkaConfig, 'brokers'> = {}, leaders: Leaders = { t: [1], other: [1] }) {
  const resets: unknown[] = []
  const errors: unknown[] = []
  const { peers, kafka, producer } = await startPeers({
    leaders,
    count: 3,
    config: {
      rackId: 'north',
      hooks: {
        onOffsetReset: event => resets.push(event),
        onError: event => event.willRetry && errors.push(event),
      },
      ...config,
    },
  })
  const [leader, replica] = peers as [(typeof peers)[0], (typeof peers)[0]]
  const reader = kafka
    .consumer(config.consumer ?? atOnce)
    .consumePartition('t', 0, { from: 0n })
    .batches()
  const first = await nextFetch(leader)
  expect(first.body).toMatchObject({ rackId: 'north' })
  const redirect = { 't-0': { preferredReadReplica: 2 } }
  first.answer(redirect)
  return { leader, replica, peers, reader, resets, errors, redirect, producer }
}

describe('a nearer replica', () => {
  it('is read where the leader names one, which is told the rack of the client', async () => {
    const { replica, reader, errors } = await redirected()
    const second = await nextFetch(replica)
    expect([second.offsets, second.body.rackId]).toEqual([{ 't-0': 0n }, 'north'])
    second.answer({ 't-0': { records: batch(0, 2) } })
    expect((await nextFetch(replica)).offsets).toEqual({ 't-0': 2n })
    expect(await nextOffsets(reader)).toEqual([0, 1])
    expect(errors).toEqual([])
  })

  it('without the offset is left for the leader at once, which is no reset', async () => {
    const { leader, replica, reader, resets } = await redirected()
    ;(await nextFetch(replica)).answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
    const back = await nextFetch(leader)
    expect(back.offsets).toEqual({ 't-0': 0n })
    back.answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
    expect(resets).toEqual([])
  })

  it('that seems to be truncated is left for the leader: it may only be behind', async () => {
    const { leader, replica, resets } = await redirected()
    ;(await nextFetch(replica)).answer({ 't-0': { records: batch(0, 2, 0, { partitionLeaderEpoch: 3 }) } })
    ;(await nextFetch(replica)).answer({ 't-0': { divergingEpoch: { epoch: 2, endOffset: 1n } } })
    expect((await nextFetch(leader)).offsets).toEqual({ 't-0': 2n })
    expect(resets).toEqual([])
  })

  it.each(['an error', 'a broken connection'])('is left for the leader after %s', async what => {
    const { leader, replica, errors } = await redirected()
    const fetch = await nextFetch(replica)
    if (what === 'an error') fetch.answer({ 't-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    else fetch.asked.socket.destroy()
    expect((await nextFetch(leader)).offsets).toEqual({ 't-0': 0n })
    expect(errors).toHaveLength(1)
  })

  it('is tried again where the leader insists, with waits in between', async () => {
    const waits: number[] = []
    const backoff = (attempt: number) => {
      waits.push(attempt)
      return 0
    }
    const { leader, replica, redirect } = await redirected({ consumer: { retry: { backoff } } })
    for (let i = 0; i < 3; i++) {
      ;(await nextFetch(replica)).answer({ 't-0': { errorCode: OFFSET_OUT_OF_RANGE } })
      ;(await nextFetch(leader)).answer(redirect)
    }
    await nextFetch(replica)
    // The first time there is none.
    expect(waits).toEqual([2, 3])
  })

  it('that is not there is a failure of the leader', async () => {
    const { peers, kafka } = await startPeers({ leaders: { t: [1] }, config: { rackId: 'north' } })
    const reader = kafka.consumer(atOnce).consumePartition('t', 0, { from: 0n }).batches()
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { preferredReadReplica: 9 } })
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 1) } })
    expect(await nextOffsets(reader)).toEqual([0])
  })

  it('is left for a new leader', async () => {
    const leaders: Leaders = { t: [1], other: [1] }
    const { peers, replica, producer } = await redirected({}, leaders)
    await nextFetch(replica)
    leaders.t = [3]
    // A look-up tells of all topics in use.
    producer()
      .send({ topic: 'other', value: 'x' })
      .catch(() => {})
    expect((await nextFetch(peers[2]!)).offsets).toEqual({ 't-0': 0n })
  })

  it('is left for the leader after metadata.refreshFrequencyMs', async () => {
    const { leader, replica, redirect, errors } = await redirected({ metadata: { refreshFrequencyMs: 1 } })
    void answerAll()
    for (let i = 0; i < 3; i++) (await nextFetch(leader)).answer(redirect)
    expect(errors).toEqual([])

    async function answerAll(): Promise<never> {
      for (;;) (await nextFetch(replica)).answer({ 't-0': {} })
    }
  })
})
