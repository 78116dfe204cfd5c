import { createServer } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { RawClient, startCluster } from './support.ts'

const withClient = async () => {
  const cluster = await startCluster({ brokers: 3, topics: { a: {} } })
  return { cluster, client: await RawClient.connect(cluster) }
}

/** Two faults, undone in both orders: what counts meanwhile is the one that is left. */
const orders = [
  ['the newest first', [1, 0]],
  ['the oldest first', [0, 1]],
] as const

describe.each(orders)('of two faults that contradict each other, when they are undone %s,', (_, order) => {
  it('the coordinator of the one that is left counts, and at last that of the cluster', async () => {
    const { cluster, client } = await withClient()
    const coordinator = async () =>
      (await client.ask('FindCoordinator', { coordinatorKeys: ['g'] })).coordinators[0]!.nodeId
    const usual = await coordinator()
    const others = [1, 2, 3].filter(id => id !== usual)
    const faults = others.map(id => cluster.moveCoordinator('group', 'g', id))
    expect(await coordinator()).toBe(others[1])
    await faults[order[0]]!.undo()
    expect(await coordinator()).toBe(others[order[1]])
    const gone = cluster.removeCoordinator('group', 'g')
    expect(await coordinator()).toBe(-1)
    await faults[order[1]]!.undo()
    expect(await coordinator()).toBe(-1)
    await gone.undo()
    expect(await coordinator()).toBe(usual)
  })

  it('the versions of the one that is left are told, and at last the true ones', async () => {
    const { cluster, client } = await withClient()
    const told = async () => {
      const { apiKeys } = await client.ask('ApiVersions', {})
      return [1, 3].map(key => apiKeys.find(({ apiKey }) => apiKey === key)?.maxVersion)
    }
    const truth = await told()
    const faults = [
      cluster.advertise({ Fetch: { min: 4, max: 5 }, Metadata: null }),
      cluster.advertise({ Fetch: { min: 4, max: 6 } }),
    ]
    expect(await told()).toEqual([6, undefined])
    await faults[order[0]]!.undo()
    expect(await told()).toEqual(
      [
        [5, undefined],
        [6, truth[1]],
      ][order[1]],
    )
    await faults[order[1]]!.undo()
    expect(await told()).toEqual(truth)
  })

  it('the leader of the one that is left leads, and at last who led before', async () => {
    const { cluster } = await withClient()
    const leader = () => cluster.log('a', 0).leader
    const before = leader()
    const others = [1, 2, 3].filter(id => id !== before)
    const faults = others.map(id => cluster.moveLeader('a', 0, id))
    await faults[order[0]]!.undo()
    expect(leader()).toBe(others[order[1]])
    await faults[order[1]]!.undo()
    expect(leader()).toBe(before)
  })
})

it('leaders that were shuffled and then moved come back, whichever is undone first', async () => {
  const { cluster } = await withClient()
  const leader = () => cluster.log('a', 0).leader
  const before = leader()
  const shuffled = cluster.shuffleLeaders()
  const moved = cluster.moveLeader('a', 0, before)
  await shuffled.undo()
  expect(leader()).toBe(before)
  await moved.undo()
  expect(leader()).toBe(before)
})

it('a broker whose port somebody else has taken meanwhile says so, and can be started when it is free again', async () => {
  const { cluster } = await withClient()
  const [host, port] = cluster.brokers[1]!.split(':')
  const stopped = cluster.stopBroker(2)
  const other = createServer()
  onTestFinished(() => void other.close())
  await new Promise<void>(resolve => other.listen({ host: host!, port: Number(port) }, resolve))
  const problem = `broker 2 cannot start again: somebody else has taken ${host}:${port}, its port, meanwhile`
  await expect(stopped.undo()).rejects.toMatchObject({
    code: 'CONFIGURATION',
    message: `broker: ${problem}`,
    cause: { code: 'EADDRINUSE' },
  })
  await new Promise(resolve => other.close(resolve))
  await cluster.startBroker(2)
  expect(await (await RawClient.connect(cluster, 2)).ask('ApiVersions', {})).toMatchObject({ errorCode: 0 })
})

it('a broker that is stopped while it starts stays stopped', async () => {
  const { cluster, client } = await withClient()
  const starting = cluster.stopBroker(2).undo()
  cluster.stopBroker(2)
  await starting
  expect((await client.ask('Metadata', { topics: null })).brokers.map(({ nodeId }) => nodeId)).toEqual([1, 3])
  await expect(RawClient.connect(cluster, 2)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
})
