import { describe, expect, it, vi } from 'vitest'
import { ClosedError, ConnectionError } from '../../../src/errors/client-errors.ts'
import type { Broker } from '../../../src/network/broker.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { Peer, type PeerOptions } from '../../support/peer.ts'
import { closed, failure } from '../network/support.ts'
import { clientOf, cluster, topic } from './support.ts'

/** Peers that are brokers 1, 2, … of one cluster and know one another. */
async function brokers(count: number, options: PeerOptions = {}): Promise<Peer[]> {
  const peers: Peer[] = []
  const script = { Metadata: () => cluster(peers) }
  for (let i = 0; i < count; i++) peers.push(await Peer.start({ script, ...options }))
  return peers
}

function whereOf({ address: { host, port } }: Peer): string {
  return `${host}:${port}`
}

describe('the brokers of a cluster', () => {
  it('are learned from any bootstrap address, of which the connection is not kept', async () => {
    const peers = await brokers(2)
    const client = clientOf([peers[1]!.address])
    await client.metadata.ready()
    expect(peers.map((_, i) => client.brokers.get(i + 1)?.address)).toEqual(peers.map(({ address }) => address))
    await closed(await peers[1]!.socket())
    expect(peers[0]!.sockets).toEqual([])
  })

  it('keep their connections while they stay where they are', async () => {
    const [peer] = await brokers(1)
    const client = clientOf([peer!.address])
    await client.metadata.ready()
    const broker = client.brokers.get(1)!
    const connection = await broker.connection('general')
    await client.metadata.refresh()
    expect([client.brokers.get(1), connection.isClosed]).toEqual([broker, false])
  })

  it('are new ones when they move, and what waits at the old address may be tried again', async () => {
    let where: (Peer | undefined)[] = []
    const [old, moved, other] = await brokers(3, { script: { Metadata: () => cluster(where) } })
    where = [old, other]
    const client = clientOf([other!.address])
    await client.metadata.ready()
    const connection = await client.brokers.get(1)!.connection('produce')
    const waiting = failure(connection.request(apis.ListOffsets, { replicaId: -1, topics: [] }))
    await old!.next()
    where = [moved, other]
    await client.metadata.refresh()
    const error = await waiting
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ retriable: true, message: expect.stringContaining('moved to another address') })
    expect(client.brokers.get(1)!.address).toEqual(moved!.address)
    await closed(await old!.socket())
  })

  it('are let go when they leave', async () => {
    let where: (Peer | undefined)[] = []
    const [first, second] = await brokers(2, { script: { Metadata: () => cluster(where) } })
    where = [first, second]
    const client = clientOf([second!.address])
    await client.metadata.ready()
    const connection = await client.brokers.get(1)!.connection('general')
    where = [undefined, second]
    await client.metadata.refresh()
    expect([client.brokers.get(1), connection.isClosed]).toEqual([undefined, true])
  })

  it('are all closed with the client', async () => {
    const peers = await brokers(2)
    const client = clientOf([peers[0]!.address])
    await client.metadata.ready()
    const all = await Promise.all([1, 2].map(id => client.brokers.get(id)!.connection('general')))
    client.close()
    expect(all.map(({ isClosed }) => isClosed)).toEqual([true, true])
    expect(await failure(client.metadata.refresh())).toBeInstanceOf(ClosedError)
  })
})

describe('a call that any broker can answer', () => {
  const { signal } = new AbortController()

  it('goes to a broker that is connected', async () => {
    const peers = await brokers(3)
    const client = clientOf([peers[0]!.address])
    await client.metadata.ready()
    await client.brokers.get(2)!.connection('general')
    for (let i = 0; i < 10; i++) {
      expect(await client.brokers.callAny(async ({ nodeId }) => nodeId, signal)).toBe(2)
    }
  })

  it('goes on to the others while they fail', async () => {
    const peers = await brokers(3)
    const client = clientOf([peers[0]!.address])
    await client.metadata.ready()
    const tried: number[] = []
    const call = async ({ nodeId, label }: Broker) => {
      tried.push(nodeId)
      if (tried.length < 3) throw new ConnectionError('', label)
      return nodeId
    }
    expect(await client.brokers.callAny(call, signal)).toBe(tried[2])
    expect(tried.toSorted()).toEqual([1, 2, 3])
  })

  it('goes to the bootstrap addresses again when all known brokers are gone', async () => {
    const [gone] = await brokers(1)
    const bootstrap = vi.fn(async () => [gone!.address])
    const client = clientOf(bootstrap)
    await client.metadata.lookUp('a').catch(() => {})
    const asked = bootstrap.mock.calls.length
    await gone!.close()
    const [back] = await brokers(1)
    // Whoever gave the addresses gives others by now, as a service discovery does.
    bootstrap.mockImplementation(async () => [gone!.address, back!.address])
    await client.metadata.refresh()
    expect(bootstrap.mock.calls.length).toBe(asked + 1)
    expect(client.brokers.get(1)!.address).toEqual(back!.address)
  })

  it('fails with the error of the only address', async () => {
    const [gone] = await brokers(1)
    const where = whereOf(gone!)
    await gone!.close()
    const error = await failure(clientOf([gone!.address]).metadata.refresh())
    expect(error).toMatchObject({ address: where, message: expect.stringMatching(`^cannot connect to ${where}: `) })
  })

  it('fails with an error that names every address and why it failed', async () => {
    const silent = await Peer.start({ offers: null })
    const [gone] = await brokers(1)
    const addresses = [gone!.address, silent.address]
    await gone!.close()
    const error = await failure(clientOf(addresses, { net: { dialTimeoutMs: 30 } }).metadata.refresh())
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toMatch(/^none of 2 brokers answered:\n/)
    expect(error.message).toContain(`  cannot connect to ${whereOf(gone!)}: connect ECONNREFUSED`)
    expect(error.message).toContain(`  ${whereOf(silent)} did not answer ApiVersions`)
    expect((error as ConnectionError).address.split(', ').sort()).toEqual([whereOf(gone!), whereOf(silent)].sort())
    expect((error.cause as AggregateError).errors).toHaveLength(2)
  })

  it('fails where there is no address at all', async () => {
    expect((await failure(clientOf([]).metadata.refresh())).message).toBe('brokers: no bootstrap address was given')
  })

  it('tells of a bootstrap function that fails, and asks it again', async () => {
    const [peer] = await brokers(1)
    const find = vi.fn(async () => [peer!.address]).mockRejectedValueOnce(new Error('no DNS'))
    const client = clientOf(find)
    const error = await failure(client.metadata.refresh())
    expect(error).toMatchObject({ code: 'CONNECTION', message: 'brokers: the function that finds them failed: no DNS' })
    await client.metadata.refresh()
    expect(find).toHaveBeenCalledTimes(2)
  })

  it('does not wait for a bootstrap function that hangs', async () => {
    const [peer] = await brokers(1)
    const find = vi.fn(async () => [peer!.address]).mockReturnValueOnce(new Promise(() => {}))
    const client = clientOf(find, { net: { dialTimeoutMs: 50 } })
    const error = await failure(client.metadata.refresh())
    expect(error.message).toContain('no answer within net.dialTimeoutMs (50 ms)')
    await client.metadata.refresh()
  })

  it('does not hide an error that is not about Kafka', async () => {
    const [peer] = await brokers(1)
    const bug = new TypeError('bug')
    const throwing = async () => {
      throw bug
    }
    expect(await failure(clientOf([peer!.address]).brokers.callAny(throwing, signal))).toBe(bug)
  })
})

describe('a leader', () => {
  it('is the broker that the snapshot tells, with its epoch', async () => {
    const peer: Peer = await Peer.start({
      script: { Metadata: () => cluster([peer], topic('a', { leaderEpoch: 4 })) },
    })
    const client = clientOf([peer.address])
    await client.metadata.lookUp('a')
    expect(client.leader('a', 0)).toEqual({ broker: client.brokers.get(1), leaderEpoch: 4 })
    expect(await client.controller()).toBe(client.brokers.get(1))
  })

  it.each([
    ['an unknown topic', 'b', 0, 1, 'b-0: UNKNOWN_TOPIC_OR_PARTITION'],
    ['an unknown partition', 'a', 1, 1, 'a-1: UNKNOWN_TOPIC_OR_PARTITION'],
    ['no leader', 'a', 0, -1, 'a-0: LEADER_NOT_AVAILABLE'],
    [
      'a leader that is down',
      'a',
      0,
      9,
      'a-0 (its leader, node 9, is not among the live brokers): LEADER_NOT_AVAILABLE',
    ],
  ])('may be missing, which a refresh may heal: %s', async (_, name, partition, leader, message) => {
    const peer: Peer = await Peer.start({ script: { Metadata: () => cluster([peer], topic('a', { leader })) } })
    const client = clientOf([peer.address])
    await client.metadata.lookUp('a')
    const error = await failure(Promise.resolve().then(() => client.leader(name, partition)))
    expect(error).toMatchObject({ remedy: 'refresh-metadata', message: expect.stringContaining(message) })
  })
})
