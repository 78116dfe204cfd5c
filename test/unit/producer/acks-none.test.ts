import { describe, expect, it } from 'vitest'
import { producerOptions } from '../../../src/producer/options.ts'
import { Producer } from '../../../src/producer/producer.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic } from '../cluster/support.ts'
import { nextProduce, send, turn } from './support.ts'

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
  it('a message is sent again when the connection ends before the socket has taken all of it', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer({ acks: 0, maxMessageBytes: 16_000_000, retry: { backoff: () => 0 } })
    await send(sender, 'first')
    const { socket } = (await nextProduce(peers[0]!)).asked
    socket.pause()
    // More than sockets take for a peer that does not read.
    const sending = send(sender, 'x'.repeat(15_000_000))
    await turn()
    expect(sender.stats()).toMatchObject({ requestsInFlight: 1, delivered: 1 })
    socket.resetAndDestroy()
    expect(await sending).toMatchObject({ offset: -1n })
    expect(sender.stats()).toMatchObject({ retries: 1, delivered: 2 })
    expect((await nextProduce(peers[0]!)).sent[0]?.values[0]).toHaveLength(15_000_000)
  })
})
