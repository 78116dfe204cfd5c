import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { FakeCluster, now } from './fake-cluster.ts'
import { assignment, beat, GROUP, join, joinAnew, SESSION_MS, stableGroup, sync, view } from './members.ts'

/** Two members that have joined, and wait for what the leader assigns. */
async function joinedGroup(cluster: FakeCluster): Promise<[leader: string, follower: string]> {
  const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
  await Promise.all([leader, follower].map(memberId => join(cluster, { memberId })))
  return [leader, follower]
}

describe('SyncGroup', () => {
  it('brings to all what the leader assigns, whoever asks first', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await joinedGroup(cluster)
    const early = sync(cluster, follower, 3)
    expect(await now(early)).toBeUndefined()
    const answer = await sync(cluster, leader, 3, { [leader]: [0, 1], [follower]: [2, 3] })
    expect(answer).toMatchObject({ errorCode: 0, protocolType: 'consumer', protocolName: 'range' })
    expect(answer.assignment).toEqual(assignment('orders', [0, 1]))
    expect((await early).assignment).toEqual(assignment('orders', [2, 3]))
    expect((await sync(cluster, follower, 3)).assignment).toEqual(assignment('orders', [2, 3]))
    expect(view(cluster)).toMatchObject({
      state: 'Stable',
      members: [
        { memberId: leader, assignment: [{ topic: 'orders', partitions: [0, 1] }] },
        { memberId: follower, assignment: [{ topic: 'orders', partitions: [2, 3] }] },
      ],
    })
  })

  it('gives nothing to whom the leader has forgotten', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await joinedGroup(cluster)
    await sync(cluster, leader, 3, { [leader]: [0] })
    expect(await sync(cluster, follower, 3)).toMatchObject({ errorCode: 0, assignment: Buffer.alloc(0) })
  })

  it('does not take assignments from a follower', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await joinedGroup(cluster)
    const answer = sync(cluster, follower, 3, { [follower]: [0, 1, 2, 3] })
    expect(await now(answer)).toBeUndefined()
    await sync(cluster, leader, 3)
    expect(await answer).toMatchObject({ errorCode: 0, assignment: Buffer.alloc(0) })
  })

  it('is cut short when somebody comes', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await joinedGroup(cluster)
    const waiting = sync(cluster, follower, 3)
    await joinAnew(cluster)
    expect(await waiting).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
    expect(await sync(cluster, leader, 3)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
  })

  it('keeps the session of who waits for the leader', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await joinedGroup(cluster)
    const waiting = sync(cluster, follower, 3)
    for (let i = 0; i < 3; i++) {
      cluster.clock.advance(SESSION_MS - 1)
      await beat(cluster, leader, 3)
    }
    await sync(cluster, leader, 3, { [leader]: [0], [follower]: [1] })
    expect((await waiting).assignment).toEqual(assignment('orders', [1]))
    cluster.clock.advance(SESSION_MS - 1)
    expect(await beat(cluster, follower, 3)).toMatchObject({ errorCode: 0 })
  })

  it.each([
    ['of who is not in the group', { memberId: 'nobody' }, errorCodes.UNKNOWN_MEMBER_ID],
    ['of a group that is not there', { groupId: 'others' }, errorCodes.UNKNOWN_MEMBER_ID],
    ['without a group', { groupId: '' }, errorCodes.INVALID_GROUP_ID],
    ['of an older generation', { generationId: 2 }, errorCodes.ILLEGAL_GENERATION],
    ['of another kind', { protocolType: 'connect' }, errorCodes.INCONSISTENT_GROUP_PROTOCOL],
    ['with another assignor', { protocolName: 'sticky' }, errorCodes.INCONSISTENT_GROUP_PROTOCOL],
    ['of a static member that is none', { groupInstanceId: 'a' }, errorCodes.UNKNOWN_MEMBER_ID],
  ])('is refused %s', async (_, wrong, errorCode) => {
    const cluster = new FakeCluster()
    const [memberId] = await joinedGroup(cluster)
    const request = { groupId: GROUP, memberId, generationId: 3, assignments: [], ...wrong }
    expect(await cluster.ask('SyncGroup', request)).toMatchObject({ errorCode })
    expect(view(cluster).state).toBe('CompletingRebalance')
  })

  it('is refused by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    const [leader] = await joinedGroup(cluster)
    const answer = await sync(cluster, leader, 3, {}, {}, { broker: 2 })
    expect(answer).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
  })

  const { min, max } = apis.SyncGroup.versions
  it.each(Array.from({ length: max - min + 1 }, (_, i) => min + i))('works in v%i', async version => {
    const cluster = new FakeCluster()
    const [leader] = (await stableGroup(cluster, 1)) as [string]
    expect(await sync(cluster, leader, 1, {}, {}, { version })).toMatchObject({
      errorCode: 0,
      assignment: assignment('orders', [0]),
    })
  })
})

describe('Heartbeat', () => {
  it('keeps a member in the group', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    for (let i = 0; i < 5; i++) {
      cluster.clock.advance(SESSION_MS - 1)
      expect(await beat(cluster, memberId, 1)).toMatchObject({ errorCode: 0 })
    }
    cluster.clock.advance(SESSION_MS)
    expect(await beat(cluster, memberId, 1)).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('counts as one also while the group waits for its leader', async () => {
    const cluster = new FakeCluster()
    const [, follower] = await joinedGroup(cluster)
    expect(await beat(cluster, follower, 3)).toMatchObject({ errorCode: 0 })
  })

  it('tells a member to join again', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    await joinAnew(cluster)
    expect(await beat(cluster, memberId, 1)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
  })

  it.each([
    ['of who is not in the group', { memberId: 'nobody' }, errorCodes.UNKNOWN_MEMBER_ID],
    ['of a group that is not there', { groupId: 'others' }, errorCodes.UNKNOWN_MEMBER_ID],
    ['without a group', { groupId: '' }, errorCodes.INVALID_GROUP_ID],
    ['of another generation', { generationId: 2 }, errorCodes.ILLEGAL_GENERATION],
  ])('is refused %s', async (_, wrong, errorCode) => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    const request = { groupId: GROUP, memberId, generationId: 1, ...wrong }
    for (let version = 0; version <= apis.Heartbeat.versions.max; version++) {
      expect(await cluster.ask('Heartbeat', request, { version })).toMatchObject({ errorCode })
    }
  })

  it('is refused by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    expect(await beat(cluster, memberId, 1, { broker: 2 })).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
  })
})
