import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster } from './fake-cluster.ts'
import { assignment, GROUP, join, joinAnew, stableGroup, view } from './members.ts'

describe('DescribeGroups', () => {
  it.each([0, 1, 2, 3, 4, 5, 6])('tells in v%i what a stable group has agreed on', async version => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    const { groups } = await cluster.ask('DescribeGroups', { groups: [GROUP] }, { version })
    expect(groups).toMatchObject([
      {
        errorCode: 0,
        groupId: GROUP,
        groupState: 'Stable',
        protocolType: 'consumer',
        protocolData: 'range',
        members: [
          {
            memberId,
            groupInstanceId: null,
            clientId: 'test',
            clientHost: '/127.0.0.1',
            memberMetadata: expect.any(Buffer),
            memberAssignment: assignment('orders', [0]),
          },
        ],
        authorizedOperations: -2_147_483_648,
      },
    ])
    expect(groups[0]!.members[0]!.memberMetadata.length).toBeGreaterThan(0)
  })

  it('tells less of a group that is not stable', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1)
    await joinAnew(cluster)
    const { groups } = await cluster.ask('DescribeGroups', { groups: [GROUP], includeAuthorizedOperations: true })
    const nothing = { memberMetadata: Buffer.alloc(0), memberAssignment: Buffer.alloc(0) }
    expect(groups).toMatchObject([{ groupState: 'PreparingRebalance', protocolData: '', members: [nothing, nothing] }])
    expect(groups[0]!.authorizedOperations & (1 << 3)).not.toBe(0)
  })

  it('tells of a group that is not there', async () => {
    const cluster = new FakeCluster()
    const ask = async (version: number) =>
      (await cluster.ask('DescribeGroups', { groups: ['none'] }, { version })).groups
    expect(await ask(5)).toMatchObject([{ errorCode: 0, groupId: 'none', groupState: 'Dead', members: [] }])
    expect(await ask(6)).toMatchObject([
      { errorCode: errorCodes.GROUP_ID_NOT_FOUND, errorMessage: 'Group none not found.', groupState: 'Dead' },
    ])
  })

  it('is refused by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    const { groups } = await cluster.ask('DescribeGroups', { groups: [GROUP] }, { broker: 2 })
    expect(groups).toMatchObject([{ errorCode: errorCodes.NOT_COORDINATOR, groupId: GROUP }])
  })
})

describe('ListGroups', () => {
  const list = async (cluster: FakeCluster, body: object = {}, options = {}) =>
    (await cluster.ask('ListGroups', body, options)).groups.map(({ groupId }) => groupId)

  it('lists the groups that a broker coordinates', async () => {
    const cluster = new FakeCluster()
    cluster.store.owner = (_, key) => (key === GROUP ? 1 : 2)
    await stableGroup(cluster, 1)
    await join(cluster, { groupId: 'others' }, { broker: 2 })
    for (let version = 0; version <= 5; version++) {
      expect(await list(cluster, {}, { version })).toEqual([GROUP])
      expect(await list(cluster, {}, { version, broker: 2 })).toEqual(['others'])
    }
    expect((await cluster.ask('ListGroups', {})).groups).toEqual([
      { groupId: GROUP, protocolType: 'consumer', groupState: 'Stable', groupType: 'classic' },
    ])
  })

  it('by state and by type, however they are spelled', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1)
    await join(cluster, { groupId: 'empty' })
    expect(await list(cluster, { statesFilter: ['stable', 'Dead'] })).toEqual([GROUP])
    expect(await list(cluster, { statesFilter: ['Empty'] })).toEqual(['empty'])
    expect(await list(cluster, { statesFilter: ['Assigning'] })).toEqual([])
    expect(await list(cluster, { typesFilter: ['Classic'] })).toEqual([GROUP, 'empty'])
    expect(await list(cluster, { typesFilter: ['consumer', 'share'] })).toEqual([])
    expect(await list(cluster, { typesFilter: ['classic'], statesFilter: ['Empty'] })).toEqual(['empty'])
  })
})

describe('DeleteGroups', () => {
  const remove = async (cluster: FakeCluster, groupId: string, options = {}) =>
    (await cluster.ask('DeleteGroups', { groupsNames: [groupId] }, options)).results

  it('deletes a group without members, and its offsets', async () => {
    const cluster = new FakeCluster()
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: '' }] }]
    await cluster.ask('OffsetCommit', { groupId: GROUP, memberId: '', topics }, { version: 9 })
    expect(view(cluster).offsets).toHaveLength(1)
    expect(await remove(cluster, GROUP)).toEqual([{ groupId: GROUP, errorCode: 0 }])
    expect(cluster.coordinators.groups()).toEqual([])
    expect(await remove(cluster, GROUP)).toMatchObject([{ errorCode: errorCodes.GROUP_ID_NOT_FOUND }])
  })

  it('leaves a group with members alone', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1)
    for (const version of [0, 1, 2]) {
      expect(await remove(cluster, GROUP, { version })).toMatchObject([{ errorCode: errorCodes.NON_EMPTY_GROUP }])
    }
    expect(view(cluster).state).toBe('Stable')
    expect(await remove(cluster, GROUP, { broker: 2 })).toMatchObject([{ errorCode: errorCodes.NOT_COORDINATOR }])
  })
})
