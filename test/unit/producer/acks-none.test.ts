import { describe, expect, it } from 'vitest'
import { producerOptions } from '../../../src/producer/options.ts'
import { Producer } from '../../../src/producer/producer.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic } from '../cluster/support.ts'
import { nextProduce } from './support.ts'

describe('with acks 0', () => {
  it('a broker that closes the connection makes the client look where the leader is', async () => {
    const peers: Peer[] = []
    let leader = 1
    const script = { Metadata: () => cluster(peers, topic('a', { leader })) }
    for (let i = 0; i < 2; i++) peers.push(await Peer.start({ script }))
    const client = clientOf(peers.map(({ address }) => address))
    const producer = new Producer(client, resolveOptions(producerOptions, { acks: 0 }, 'producer'), () => {})
    expect(await producer.send({ topic: 'a', value: 'x' })).toMatchObject({ offset: -1n })
    const { asked, body, sent } = await nextProduce(peers[0]!)
    expect([body.acks, sent[0]?.values]).toEqual([0, ['x']])
    // This is all that a broker can do to say that it is the leader no more.
    leader = 2
    const refreshed = new Promise<void>(resolve => client.metadata.onChange(resolve))
    asked.socket.destroy()
    await refreshed
    await producer.send({ topic: 'a', value: 'y' })
    expect((await nextProduce(peers[1]!)).sent[0]?.values).toEqual(['y'])
    await producer.close()
  })
})
