import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { VirtualClock } from '../../../src/testing.ts'
import { batchOf, RawClient, startCluster } from './support.ts'

const topics = { a: { partitions: 2 } }
const askMetadata = (client: RawClient) => client.ask('Metadata', { topics: [{ name: 'a' }] })
const leadersOf = async (client: RawClient) =>
  (await askMetadata(client)).topics[0]!.partitions.map(({ leaderId }) => leaderId)

async function withClient(brokers = 1) {
  const cluster = await startCluster({ brokers, topics })
  return { cluster, client: await RawClient.connect(cluster) }
}

describe('brokers and leaders', () => {
  it('a stopped broker takes no connections, and others lead', async () => {
    const { cluster, client } = await withClient(3)
    const [, second] = cluster.brokers
    const gone = await RawClient.connect(cluster, 2)
    const stopped = cluster.stopBroker(2)
    await gone.closed
    await expect(RawClient.connect(cluster, 2)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    const { brokers, topics: answers } = await askMetadata(client)
    expect(brokers.map(({ nodeId }) => nodeId)).toEqual([1, 3])
    expect(answers[0]!.partitions[1]).toMatchObject({
      leaderId: 3,
      leaderEpoch: 1,
      isrNodes: [3, 1],
      offlineReplicas: [2],
    })
    await stopped.undo()
    expect(cluster.brokers[1]).toBe(second)
    await RawClient.connect(cluster, 2)
    expect((await askMetadata(client)).topics[0]!.partitions[1]).toMatchObject({ isrNodes: [2, 3, 1], leaderId: 3 })
  })

  it('a crash is not noticed at once where a test wants so', async () => {
    const { cluster, client } = await withClient(2)
    using _ = cluster.stopBroker(2, { isNoticed: false })
    expect(await leadersOf(client)).toEqual([1, 2])
  })

  it('a partition has no leader while the last replica in sync is down', async () => {
    const cluster = await startCluster({ brokers: 2, topics: { a: { partitions: 2, replicationFactor: 1 } } })
    const client = await RawClient.connect(cluster)
    const stopped = cluster.stopBroker(2)
    const [first, second] = (await askMetadata(client)).topics[0]!.partitions
    expect(first).toMatchObject({ errorCode: 0, leaderId: 1 })
    expect(second).toMatchObject({ errorCode: errorCodes.LEADER_NOT_AVAILABLE, leaderId: -1, isrNodes: [2] })
    await stopped.undo()
    expect(await leadersOf(client)).toEqual([1, 2])
  })

  it('leaders move, and back', async () => {
    const { cluster, client } = await withClient(2)
    const moved = cluster.moveLeader('a', 0, 2)
    expect(await leadersOf(client)).toEqual([2, 2])
    await moved.undo()
    expect(await leadersOf(client)).toEqual([1, 2])
    {
      using _ = cluster.shuffleLeaders()
      expect(await leadersOf(client)).toEqual([2, 1])
    }
    expect(await leadersOf(client)).toEqual([1, 2])
    expect(() => cluster.moveLeader('a', 0, 9)).toThrow('broker 9 cannot lead a-0; only 1, 2 can')
  })

  it('a leader that is down when its move is undone does not come back', async () => {
    const { cluster, client } = await withClient(3)
    const moved = cluster.moveLeader('a', 0, 3)
    cluster.stopBroker(1)
    await moved.undo()
    expect(cluster.log('a', 0).leader).toBe(3)
    await client.closed
  })

  it('a broker does not start any more when the cluster was stopped', async () => {
    const { cluster } = await withClient(2)
    const stopped = cluster.stopBroker(2)
    await cluster.stop()
    await stopped.undo()
    await expect(RawClient.connect(cluster, 2)).rejects.toMatchObject({ code: 'ECONNREFUSED' })
  })

  it('coordinators move, and go', async () => {
    const { cluster, client } = await withClient(3)
    const coordinator = async () => (await client.ask('FindCoordinator', { coordinatorKeys: ['g'] })).coordinators[0]!
    const { nodeId } = await coordinator()
    const other = (nodeId % 3) + 1
    const moved = cluster.moveCoordinator('group', 'g', other)
    expect(await coordinator()).toMatchObject({ nodeId: other, errorCode: 0 })
    await moved.undo()
    {
      using _ = cluster.removeCoordinator('group', 'g')
      expect(await coordinator()).toMatchObject({ errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE, nodeId: -1 })
    }
    expect(await coordinator()).toMatchObject({ nodeId, errorCode: 0 })
  })
})

describe('answers', () => {
  it('come late, but not one after the other', async () => {
    const clock = new VirtualClock()
    const cluster = await startCluster({ clock, topics })
    const client = await RawClient.connect(cluster)
    cluster.delay(50, { api: 'Metadata' })
    client.send('Metadata', {})
    client.send('Metadata', {})
    client.send('ApiVersions', {})
    await cluster.nextRequest('Metadata')
    clock.advance(50)
    await client.answer('Metadata')
    await client.answer('Metadata')
    await client.answer('ApiVersions')
    expect(cluster.requests()).toHaveLength(3)
  })

  it('never come until what hangs is released', async () => {
    const { cluster, client } = await withClient()
    const hung = cluster.hang({ api: 'Metadata' })
    client.send('Metadata', {})
    await cluster.nextRequest('Metadata')
    expect(hung.hits).toBe(1)
    expect(await (await RawClient.connect(cluster)).ask('ApiVersions', {})).toMatchObject({ errorCode: 0 })
    await hung.undo()
    expect((await client.answer('Metadata')).brokers).toHaveLength(1)
  })

  it('are lost with their connection: with nothing done, with all done, or after they came', async () => {
    const { cluster } = await withClient()
    const fresh = () => RawClient.connect(cluster)
    cluster.disconnect('before-request', { api: 'Produce', times: 1 })
    await expect((await fresh()).produce(['0'])).rejects.toThrow('closed before')
    expect(cluster.log('a', 0).endOffset).toBe(0n)
    cluster.disconnect('before-answer', { api: 'Produce', times: 1 })
    await expect((await fresh()).produce(['1'])).rejects.toThrow('closed before')
    expect(cluster.log('a', 0).endOffset).toBe(1n)
    cluster.disconnect('after-answer', { api: 'Produce', times: 1 })
    const last = await fresh()
    expect(await last.produce(['2'])).toMatchObject({ errorCode: 0, baseOffset: 1n })
    await last.closed
    cluster.cutAnswers({ api: 'Produce', times: 1 })
    await expect((await fresh()).produce(['3'])).rejects.toThrow('closed before')
    expect(await (await fresh()).produce(['4'])).toMatchObject({ baseOffset: 3n })
  })

  it('befall only requests that come as far as them: what ends a request earlier spares the others', async () => {
    const { cluster } = await withClient()
    const first = cluster.disconnect('before-request', { api: 'Produce', times: 1 })
    const second = cluster.disconnect('before-request', { api: 'Produce', times: 1 })
    await expect((await RawClient.connect(cluster)).produce(['0'])).rejects.toThrow('closed before')
    expect([first.hits, second.hits]).toEqual([0, 1])
    await expect((await RawClient.connect(cluster)).produce(['1'])).rejects.toThrow('closed before')
    expect([first.hits, second.hits]).toEqual([1, 1])
    expect(await (await RawClient.connect(cluster)).produce(['2'])).toMatchObject({ baseOffset: 0n })
  })

  it('befall no more requests than they may, though several wait behind another fault', async () => {
    const { cluster } = await withClient()
    const lost = cluster.disconnect('before-request', { api: 'Produce', times: 1 })
    const hung = cluster.hang({ api: 'Produce' })
    const clients = [await RawClient.connect(cluster), await RawClient.connect(cluster)]
    const producing = clients.map(client =>
      client.produce(['x']).then(
        () => 'written',
        () => 'lost',
      ),
    )
    await expect.poll(() => hung.hits).toBe(2)
    await hung.undo()
    expect((await Promise.all(producing)).sort()).toEqual(['lost', 'written'])
    expect(lost.hits).toBe(1)
  })

  it('are refused where they would do something else than they say', async () => {
    const { cluster } = await withClient()
    const api = 'Produce'
    expect(() => cluster.hang({ api, times: 0 })).toThrow('where.times: must be a whole number from 1 on, not 0')
    expect(() => cluster.fail('NOPE' as never, { api })).toThrow('error: there is no such error as "NOPE"')
    expect(() => cluster.disconnect('sometimes' as never)).toThrow('when: must be "before-request", ')
    expect(() => cluster.delay(-1)).toThrow('ms: must be milliseconds from 0 on, not -1')
    expect(() => cluster.throttle(Number.NaN)).toThrow('ms: must be milliseconds from 0 on, not NaN')
    expect(await (await RawClient.connect(cluster)).produce(['x'])).toMatchObject({ errorCode: 0 })
  })

  it('are errors for one partition, as often as is wanted', async () => {
    const { cluster, client } = await withClient()
    const fault = cluster.fail('NOT_ENOUGH_REPLICAS', { api: 'Produce', topic: 'a', partition: 1, times: 2 })
    expect(await client.produce(['x'], { partition: 0 })).toMatchObject({ errorCode: 0 })
    for (const expected of [errorCodes.NOT_ENOUGH_REPLICAS, errorCodes.NOT_ENOUGH_REPLICAS, 0]) {
      expect(await client.produce(['x'], { partition: 1 })).toMatchObject({ errorCode: expected })
    }
    expect(fault.hits).toBe(2)
    expect(cluster.log('a', 1).endOffset).toBe(1n)
  })

  it('are errors in the place that each API has for them', async () => {
    const { cluster, client } = await withClient()
    const failing = (api: Parameters<typeof cluster.fail>[1]['api'], error: Parameters<typeof cluster.fail>[0]) =>
      cluster.fail(error, { api, times: 1 })
    failing('FindCoordinator', 'COORDINATOR_LOAD_IN_PROGRESS')
    expect(await client.ask('FindCoordinator', { coordinatorKeys: ['g', 'h'] })).toMatchObject({
      coordinators: [
        { key: 'g', errorCode: 14 },
        { key: 'h', errorCode: 14 },
      ],
    })
    failing('FindCoordinator', 'COORDINATOR_LOAD_IN_PROGRESS')
    expect(await client.ask('FindCoordinator', { key: 'g' }, 3)).toMatchObject({ errorCode: 14 })
    failing('Metadata', 'TOPIC_AUTHORIZATION_FAILED')
    expect((await askMetadata(client)).topics).toMatchObject([{ name: 'a', errorCode: 29, partitions: [] }])
    failing('Heartbeat', 'REBALANCE_IN_PROGRESS')
    expect(await client.ask('Heartbeat', { groupId: 'g' })).toMatchObject({ errorCode: 27 })
    failing('DescribeGroups', 'GROUP_AUTHORIZATION_FAILED')
    expect(await client.ask('DescribeGroups', { groups: ['g'] })).toMatchObject({
      groups: [{ groupId: 'g', errorCode: 30 }],
    })
    failing('OffsetCommit', 'NOT_COORDINATOR')
    const offsets = [{ name: 'a', partitions: [{ partitionIndex: 1, committedOffset: 5n, committedMetadata: null }] }]
    expect(await client.ask('OffsetCommit', { groupId: 'g', topics: offsets }, 8)).toMatchObject({
      topics: [{ name: 'a', partitions: [{ partitionIndex: 1, errorCode: 16 }] }],
    })
    failing('Fetch', 'FETCH_SESSION_ID_NOT_FOUND')
    expect(await client.ask('Fetch', { topics: [] })).toMatchObject({ errorCode: 70, responses: [] })
    failing('CreateTopics', 'POLICY_VIOLATION')
    const creating = [{ name: 'b', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
    expect(await client.ask('CreateTopics', { topics: creating })).toMatchObject({
      topics: [{ name: 'b', errorCode: 44 }],
    })
  })

  it('ask the client to wait, which nothing is read from meanwhile', async () => {
    const clock = new VirtualClock()
    const cluster = await startCluster({ clock, topics })
    const client = await RawClient.connect(cluster)
    cluster.throttle(1000, { api: 'Metadata', times: 1 })
    expect(await askMetadata(client)).toMatchObject({ throttleTimeMs: 1000 })
    client.send('ApiVersions', {})
    // Answered after the other connection's request, which was sent later: until then it had not been read.
    await (await RawClient.connect(cluster)).ask('Metadata', {})
    expect(cluster.requests('ApiVersions')).toEqual([])
    clock.advance(1000)
    expect(await client.answer('ApiVersions')).toMatchObject({ errorCode: 0, throttleTimeMs: 0 })
  })

  it('may be lies about versions', async () => {
    const { cluster, client } = await withClient()
    {
      using _ = cluster.advertise({ Produce: { min: 3, max: 5 }, Fetch: null })
      const { apiKeys } = await client.ask('ApiVersions', {})
      expect(apiKeys.find(({ apiKey }) => apiKey === 0)).toEqual({ apiKey: 0, minVersion: 3, maxVersion: 5 })
      expect(apiKeys.find(({ apiKey }) => apiKey === 1)).toBeUndefined()
    }
    expect(await client.produce(['x'])).toMatchObject({ errorCode: 0 })
    expect((await client.ask('ApiVersions', {})).apiKeys.find(({ apiKey }) => apiKey === 1)).toBeDefined()
  })
})

describe('where', () => {
  it('chooses by the partition of whatever topic', async () => {
    const { cluster, client } = await withClient()
    const fault = cluster.disconnect('before-request', { partition: 1 })
    expect(await askMetadata(client)).toMatchObject({ topics: [{ errorCode: 0 }] })
    expect(await client.produce(['x'], { partition: 0 })).toMatchObject({ errorCode: 0 })
    await expect(client.produce(['x'], { partition: 1 })).rejects.toThrow('closed before')
    expect(fault.hits).toBe(1)
  })

  it('is refused where it names what is not there', async () => {
    const { cluster } = await withClient()
    expect(() => cluster.hang({ topics: 'a' } as object)).toThrow('where.topics: there is no such field')
    expect(() => cluster.delay(1, { api: ['Fetch', 'Fecth' as 'Fetch'] })).toThrow('there is no such API as "Fecth"')
    expect(() => cluster.on('Fecth' as 'Fetch', () => 'hang')).toThrow('there is no such API as "Fecth"')
  })
})

describe("a test's own handler", () => {
  it('answers, changes an answer, looks on, closes or hangs', async () => {
    const { cluster, client } = await withClient()
    const seen: string[] = []
    const looking = cluster.on('DescribeCluster', ({ endpointType }, { clientId, broker }) => {
      seen.push(`${endpointType} ${clientId} ${broker}`)
      return undefined
    })
    expect((await client.ask('DescribeCluster', {})).brokers).toHaveLength(1)
    expect(seen).toEqual(['1  1'])
    await looking.undo()
    const answering = cluster.on('DescribeCluster', async (_, __, next) => {
      const answer = await next()
      return { ...answer!, clusterId: 'mine' }
    })
    expect(await client.ask('DescribeCluster', {})).toMatchObject({ clusterId: 'mine', brokers: [{ brokerId: 1 }] })
    await answering.undo()
    cluster.on('DescribeCluster', () => 'hang')
    client.send('DescribeCluster', {})
    await cluster.nextRequest('DescribeCluster')
    const other = await RawClient.connect(cluster)
    cluster.on('DescribeCluster', () => 'close')
    other.send('DescribeCluster', {})
    await other.closed
  })

  it('is called once for acks 0, and its brokers too', async () => {
    const { cluster, client } = await withClient()
    cluster.on('Produce', async (_, __, next) => next())
    const topicData = [{ name: 'a', partitionData: [{ index: 0, records: batchOf(['x']) }] }]
    client.send('Produce', { acks: 0, timeoutMs: 1, topicData }, 12)
    await client.ask('ApiVersions', {})
    expect(cluster.log('a', 0).endOffset).toBe(1n)
  })

  it('may be of an API that brokers do not have', async () => {
    const { cluster, client } = await withClient()
    using _ = cluster.on('DescribeAcls', () => ({ throttleTimeMs: 0, errorCode: 0, errorMessage: null, resources: [] }))
    const { apiKeys } = await client.ask('ApiVersions', {})
    expect(apiKeys.find(({ apiKey }) => apiKey === 29)).toBeDefined()
    expect(await client.ask('DescribeAcls', {})).toMatchObject({ errorCode: 0 })
  })
})
