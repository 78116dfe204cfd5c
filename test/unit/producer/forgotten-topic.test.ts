import { describe, expect, it } from 'vitest'
import { producerOptions } from '../../../src/producer/options.ts'
import { Producer } from '../../../src/producer/producer.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic, topicsOf } from '../cluster/support.ts'
import { answerAll, nextProduce } from './support.ts'

const NOT_LEADER_OR_FOLLOWER = 6

describe('a message that waits long for its answer', () => {
  it('follows its leader though its topic was forgotten meanwhile', async () => {
    const peers: Peer[] = []
    let leader = 1
    let forget!: () => void
    const forgotten = new Promise<void>(resolve => (forget = resolve))
    const script = {
      Metadata: (asked: Parameters<typeof topicsOf>[0]) => {
        const names = topicsOf(asked) ?? []
        if (names.length === 0) forget()
        return cluster(peers, ...names.map(name => topic(name ?? '', { leader })))
      },
    }
    for (let i = 0; i < 2; i++) peers.push(await Peer.start({ script }))
    const client = clientOf([peers[0]!.address], { metadata: { refreshFrequencyMs: 1 } })
    const options = resolveOptions(producerOptions, { retry: { backoff: () => 0 } }, 'producer')
    const producer = new Producer(client, options, () => {})
    const sending = producer.send({ topic: 'a', value: 'x' })
    const { answer } = await nextProduce(peers[0]!)
    await forgotten
    leader = 2
    answer({ 'a-0': { errorCode: NOT_LEADER_OR_FOLLOWER } })
    void answerAll(peers[0]!, () => ({ errorCode: NOT_LEADER_OR_FOLLOWER }))
    ;(await nextProduce(peers[1]!)).answer({ 'a-0': { offset: 6n } })
    expect(await sending).toMatchObject({ offset: 6n })
    await producer.close()
  })
})
