import { describe, expect, it } from 'vitest'
import { producerOptions } from '../../../src/producer/options.ts'
import { Producer } from '../../../src/producer/producer.ts'
import { resolveOptions } from '../../../src/util/options.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { Peer } from '../../support/peer.ts'
import { clientOf, cluster, topic } from '../cluster/support.ts'
import { batchesOf, nextProduce, prime, send } from './support.ts'

describe('while nothing is on its way', () => {
  it('a message leaves before the other callbacks of the turn', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    await prime(sender, peers[0]!)
    const inFlight = await new Promise(resolve => {
      setImmediate(() => void send(sender, 'x'))
      setImmediate(() => resolve(sender.stats().requestsInFlight))
    })
    expect(inFlight).toBe(1)
  })

  it('what one callback sends leaves together with what the promises send that it fulfils', async () => {
    const { peers, producer } = await startPeers({ leaders: { a: [1] } })
    const sender = producer()
    await prime(sender, peers[0]!)
    setTimeout(() => {
      void send(sender, 'x')
      void Promise.resolve()
        .then(() => void send(sender, 'y'))
        .then(() => void send(sender, 'z'))
    })
    expect(batchesOf(await nextProduce(peers[0]!))).toEqual([['a-0', 'x', 'y', 'z']])
  })
})

describe('a loop that awaits each message leaves their turn to timers', () => {
  /** Whether a timer has fired before the loop came to its end. */
  async function letsTimersFire(producer: Producer): Promise<boolean> {
    let hasFired = false
    setTimeout(() => {
      hasFired = true
    }, 1)
    for (let i = 0; i < 5_000 && !hasFired; i++) await producer.send({ topic: 'a', value: 'x' }).catch(() => {})
    return hasFired
  }

  async function produceTo(leader: number, options: object): Promise<Producer> {
    const peers: Peer[] = []
    peers.push(await Peer.start({ script: { Metadata: () => cluster(peers, topic('a', { leader })) } }))
    const client = clientOf(peers.map(({ address }) => address))
    return new Producer(client, resolveOptions(producerOptions, options, 'producer'), () => {})
  }

  it('with acks 0', async () => {
    const producer = await produceTo(1, { acks: 0 })
    await producer.send({ topic: 'a', value: 'x' })
    expect(await letsTimersFire(producer)).toBe(true)
  })

  it('where they fail before they are written', async () => {
    const producer = await produceTo(-1, { acks: 1, retry: { max: 0 } })
    await expect(producer.send({ topic: 'a', value: 'x' })).rejects.toThrow('a-0')
    expect(await letsTimersFire(producer)).toBe(true)
  })
})
