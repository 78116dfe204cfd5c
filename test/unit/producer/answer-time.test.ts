import { once } from 'node:events'
import { describe, expect, it } from 'vitest'
import { producerOptions } from '../../../src/producer/options.ts'
import { Producer } from '../../../src/producer/producer.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic } from '../cluster/support.ts'
import { nextProduce } from './support.ts'

describe('an answer', () => {
  it('may take producer.timeoutMs, which the replicas have, though that is longer than net.requestTimeoutMs', async () => {
    let answers = 1
    const script = { Metadata: () => (answers-- > 0 ? cluster([peer], topic('a')) : undefined) }
    const peer: Peer = await Peer.start({ script })
    const client = clientOf([peer.address], { net: { requestTimeoutMs: 200 } })
    const options = resolveOptions(producerOptions, { timeoutMs: 30_000 }, 'producer')
    const producer = new Producer(client, options, () => {})
    const sending = producer.send({ topic: 'a', value: 'x' })
    const { answer } = await nextProduce(peer)
    // A question that was asked later has been given up when its connection is closed.
    client.metadata.refreshSoon()
    await once((await peer.next()).socket, 'close')
    answer({ 'a-0': { offset: 4n } })
    expect(await sending).toMatchObject({ offset: 4n })
    await producer.close()
  })
})
