import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { type AskOptions, FakeCluster } from './fake-cluster.ts'
import { beat, GROUP, join, joinAnew, stableGroup, sync, view } from './members.ts'

interface Leaving {
  readonly memberId: string
  readonly groupInstanceId?: string | null
  readonly reason?: string
}

function leave(cluster: FakeCluster, members: readonly Leaving[], options?: AskOptions, groupId = GROUP) {
  return cluster.ask('LeaveGroup', { groupId, members }, options)
}

describe('LeaveGroup', () => {
  it('lets the others begin anew, under another leader if it was the leader who left', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    expect(await leave(cluster, [{ memberId: leader, reason: 'done' }])).toMatchObject({
      errorCode: 0,
      members: [{ memberId: leader, groupInstanceId: null, errorCode: 0 }],
    })
    expect(await beat(cluster, follower, 2)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
    expect(await join(cluster, { memberId: follower })).toMatchObject({ generationId: 3, leader: follower })
  })

  it('leaves an empty group when all leave, and the group can be used again', async () => {
    const cluster = new FakeCluster()
    const ids = await stableGroup(cluster, 2)
    await leave(
      cluster,
      ids.map(memberId => ({ memberId })),
    )
    expect(view(cluster)).toMatchObject({ state: 'Empty', generationId: 3, members: [], leader: null })
    const { answer } = await joinAnew(cluster, { protocols: ['other'] })
    expect(await answer).toMatchObject({ errorCode: 0, generationId: 4, protocolName: 'other' })
  })

  it('completes a rebalance that waited for who leaves', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    const rejoined = join(cluster, { memberId: leader })
    await leave(cluster, [{ memberId: follower }])
    expect((await rejoined).members).toHaveLength(1)
  })

  it('completes a rebalance that waited for who has only got an id', async () => {
    const cluster = new FakeCluster()
    const [leader] = (await stableGroup(cluster, 1)) as [string]
    const { memberId } = await join(cluster)
    const rejoined = join(cluster, { memberId: leader })
    expect((await leave(cluster, [{ memberId }])).members[0]).toMatchObject({ errorCode: 0 })
    expect((await rejoined).members).toHaveLength(1)
  })

  it('lets in who has only got an id so far, when all others have left', async () => {
    const cluster = new FakeCluster()
    const [leader] = (await stableGroup(cluster, 1)) as [string]
    const { memberId } = await join(cluster)
    await leave(cluster, [{ memberId: leader }])
    expect(await join(cluster, { memberId })).toMatchObject({ errorCode: 0, leader: memberId })
  })

  it('answers who waits in JoinGroup', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1)
    const { memberId, answer } = await joinAnew(cluster)
    await leave(cluster, [{ memberId }])
    expect(await answer).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('answers who waits in SyncGroup', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    await Promise.all([leader, follower].map(memberId => join(cluster, { memberId })))
    const waiting = sync(cluster, follower, 3)
    await leave(cluster, [{ memberId: follower }])
    expect(await waiting).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('takes one member in versions up to 2, and tells its error', async () => {
    for (const version of [0, 1, 2]) {
      const cluster = new FakeCluster()
      const [memberId] = (await stableGroup(cluster, 1)) as [string]
      const request = { groupId: GROUP, memberId }
      expect(await cluster.ask('LeaveGroup', request, { version })).toMatchObject({ errorCode: 0 })
      expect(await cluster.ask('LeaveGroup', request, { version })).toMatchObject({
        errorCode: errorCodes.UNKNOWN_MEMBER_ID,
      })
    }
  })

  it.each([3, 4, 5])('takes many members in version %i, each with an error of its own', async version => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 2)) as [string]
    const outcomes = await leave(cluster, [{ memberId }, { memberId: 'nobody' }], { version })
    expect(outcomes.errorCode).toBe(0)
    expect(outcomes.members.map(({ errorCode }) => errorCode)).toEqual([0, errorCodes.UNKNOWN_MEMBER_ID])
    expect(view(cluster).members).toHaveLength(1)
  })

  it('takes out static members by their name', async () => {
    const cluster = new FakeCluster()
    const groupInstanceId = 'till-1'
    const { memberId } = await join(cluster, { groupInstanceId })
    expect((await leave(cluster, [{ memberId: '', groupInstanceId: 'till-2' }])).members).toEqual([
      { memberId: '', groupInstanceId: 'till-2', errorCode: errorCodes.UNKNOWN_MEMBER_ID },
    ])
    expect((await leave(cluster, [{ memberId: 'another', groupInstanceId }])).members).toEqual([
      { memberId: 'another', groupInstanceId, errorCode: errorCodes.FENCED_INSTANCE_ID },
    ])
    expect(view(cluster).members).toMatchObject([{ memberId, instanceId: groupInstanceId }])
    expect((await leave(cluster, [{ memberId: '', groupInstanceId }])).members).toEqual([
      { memberId: '', groupInstanceId, errorCode: 0 },
    ])
    expect(view(cluster).state).toBe('Empty')
  })

  it('is refused without a group, of an unknown one, and elsewhere', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    expect(await leave(cluster, [{ memberId }], {}, '')).toMatchObject({ errorCode: errorCodes.INVALID_GROUP_ID })
    expect(await leave(cluster, [{ memberId }], { broker: 2 })).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
    expect(await leave(cluster, [{ memberId }], {}, 'others')).toMatchObject({
      errorCode: 0,
      members: [{ memberId, errorCode: errorCodes.UNKNOWN_MEMBER_ID }],
    })
  })
})
