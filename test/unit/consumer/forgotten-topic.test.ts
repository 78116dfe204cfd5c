import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { batch, nextFetch } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6

describe('a reader that reads nothing for long', () => {
  it('keeps its topic up to date, and follows its leader', async () => {
    let [leader, views] = [1, 0]
    let see!: () => void
    const seen = new Promise<void>(resolve => (see = resolve))
    const leaders = {
      get t() {
        if (++views === 10) see()
        return [leader]
      },
    }
    const config = { metadata: { refreshFrequencyMs: 1 } }
    const { peers, kafka } = await startPeers({ leaders, count: 2, config })
    const consumer = kafka.consumer({ fetch: { defaultBytes: 100 }, retry: { backoff: () => 0 } })
    const reader = consumer.consumePartition('t', 0, { from: 0n }).batches()
    // It fills all the room that there is, so that nothing more is fetched.
    ;(await nextFetch(peers[0]!)).answer({ 't-0': { records: batch(0, 1, 1000) } })
    await seen
    await reader.next()
    leader = 2
    void refuseAll()
    expect((await nextFetch(peers[1]!)).offsets).toEqual({ 't-0': 1n })

    async function refuseAll(): Promise<never> {
      for (;;) (await nextFetch(peers[0]!)).answer({ 't-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    }
  })
})
