import { describe, expect, it } from 'vitest'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { offered, type Peer } from '../../support/peer.ts'
import { batchesOf, nextProduce, prime, send } from './support.ts'

/** Takes a request, answers that all of it was written, and gives it. */
async function taken(peer: Peer) {
  const request = await nextProduce(peer)
  request.answer(Object.fromEntries(request.sent.map(({ where }) => [where, { offset: 1n }])))
  return request
}

describe('where net.maxRequestBytes leave no room for all partitions', () => {
  it('one that did not fit comes before those that have had their turn', async () => {
    const net = { maxRequestBytes: 12_000, maxOpenRequests: 1 }
    const options = { maxMessageBytes: 6_000, flush: { bytes: 5_000 } }
    const { peers, producer } = await startPeers({ leaders: { a: [1, 1] }, config: { net, producer: options } })
    const sender = producer(options)
    await prime(sender, peers[0]!, [0, 1])
    const large = 'x'.repeat(4_990)
    const sending = [0, 0, 0, 1].map(partition => send(sender, large, partition))
    const order: unknown[] = []
    for (const _ of sending) order.push(batchesOf(await taken(peers[0]!)).map(([where]) => where))
    expect(order).toEqual([['a-0'], ['a-1'], ['a-0'], ['a-0']])
    await Promise.all(sending)
  })

  it('the names of many topics count too', async () => {
    const topics = Array.from({ length: 40 }, (_, i) => `${i}`.padEnd(249, '-'))
    const leaders = Object.fromEntries(topics.map(topic => [topic, [1]]))
    // Later versions have ids, which are short.
    const apiKeys = offered({ Produce: { min: 3, max: 12 } })
    const config = { net: { maxRequestBytes: 16_000 }, producer: { maxMessageBytes: 1_000 } }
    const script = { ApiVersions: () => ({ errorCode: 0, apiKeys }) }
    const { peers, producer } = await startPeers({ leaders, script, config })
    const sender = producer(config.producer)
    // Topics that are known by then leave together.
    for (const topic of topics) {
      const first = sender.send({ topic, value: 'first' })
      await taken(peers[0]!)
      await first
    }
    const sending = sender.sendAll(topics.map(topic => ({ topic, value: 'x'.repeat(200) })))
    sending.catch(() => {})
    const [requests, partitions] = [[] as number[], new Set<string>()]
    const take = async () => {
      while (partitions.size < topics.length) {
        const { asked, sent } = await taken(peers[0]!)
        requests.push(asked.bytes.length)
        for (const { where } of sent) partitions.add(where)
      }
    }
    // Whichever is first: a request that is too large is never sent.
    await Promise.race([take(), sending])
    expect(await sending).toHaveLength(topics.length)
    expect(requests.length).toBeGreaterThan(1)
    for (const bytes of requests) expect(bytes).toBeLessThanOrEqual(16_000)
  })
})
