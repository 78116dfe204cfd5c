import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster, now } from './fake-cluster.ts'
import { assignment, beat, GROUP, join, SESSION_MS, sync, view } from './members.ts'

const FIRST = 'till-1'
const SECOND = 'till-2'

/** Two static members with their assignments; the first leads. */
async function staticGroup(cluster: FakeCluster): Promise<[leader: string, follower: string]> {
  const first = await join(cluster, { groupInstanceId: FIRST })
  const second = join(cluster, { groupInstanceId: SECOND })
  await join(cluster, { groupInstanceId: FIRST, memberId: first.memberId })
  const { memberId: follower, generationId } = await second
  await sync(cluster, first.memberId, generationId, { [first.memberId]: [0, 1], [follower]: [2, 3] })
  await sync(cluster, follower, generationId)
  return [first.memberId, follower]
}

describe('a static member', () => {
  it('joins at once, and its id begins with its name', async () => {
    const cluster = new FakeCluster()
    const answer = await join(cluster, { groupInstanceId: FIRST })
    expect(answer).toMatchObject({ errorCode: 0, generationId: 1, members: [{ groupInstanceId: FIRST }] })
    expect(answer.memberId).toMatch(/^till-1-[0-9a-f-]{36}$/)
  })

  it('that follows comes back under a new id to its old assignment, and nobody else notices', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await staticGroup(cluster)
    const back = await join(cluster, { groupInstanceId: SECOND })
    expect(back).toMatchObject({ errorCode: 0, generationId: 2, leader, members: [], skipAssignment: false })
    expect(back.memberId).not.toBe(follower)
    const synced = await sync(cluster, back.memberId, 2, {}, { groupInstanceId: SECOND })
    expect(synced.assignment).toEqual(assignment('orders', [2, 3]))
    expect(await beat(cluster, leader, 2)).toMatchObject({ errorCode: 0 })
    expect(view(cluster).state).toBe('Stable')
  })

  it('that leads comes back and is told to leave the assignment alone', async () => {
    const cluster = new FakeCluster()
    const [, follower] = await staticGroup(cluster)
    const back = await join(cluster, { groupInstanceId: FIRST })
    expect(back).toMatchObject({ generationId: 2, leader: back.memberId, skipAssignment: true })
    expect(back.members.map(({ memberId }) => memberId)).toContain(follower)
    expect((await sync(cluster, back.memberId, 2)).assignment).toEqual(assignment('orders', [0, 1]))
  })

  it('that leads is not told so where it would assign anew', async () => {
    const cluster = new FakeCluster()
    const [leader] = await staticGroup(cluster)
    const back = await join(cluster, { groupInstanceId: FIRST }, { version: 8 })
    expect(back).toMatchObject({ generationId: 2, leader, members: [] })
    expect(back.memberId).not.toBe(leader)
    // Members that join later find it as the leader.
    const again = await join(cluster, { groupInstanceId: SECOND })
    expect(again.leader).toBe(back.memberId)
  })

  it('fences who used its name before', async () => {
    const cluster = new FakeCluster()
    const [, follower] = await staticGroup(cluster)
    const { memberId } = await join(cluster, { groupInstanceId: SECOND })
    const former = { groupId: GROUP, memberId: follower, groupInstanceId: SECOND, generationId: 2 }
    const fenced = { errorCode: errorCodes.FENCED_INSTANCE_ID }
    expect(await cluster.ask('Heartbeat', former)).toMatchObject(fenced)
    expect(await sync(cluster, follower, 2, {}, { groupInstanceId: SECOND })).toMatchObject(fenced)
    expect(await join(cluster, { memberId: follower, groupInstanceId: SECOND })).toMatchObject(fenced)
    const { memberId: id, ...commit } = { ...former, generationIdOrMemberEpoch: 2 }
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: '' }] }]
    const refused = await cluster.ask('OffsetCommit', { ...commit, memberId: id, topics }, { version: 9 })
    expect(refused.topics[0]!.partitions[0]).toMatchObject(fenced)
    expect(await cluster.ask('Heartbeat', { ...former, memberId })).toMatchObject({ errorCode: 0 })
    // Without its name it is only somebody who is not there any more.
    expect(await beat(cluster, follower, 2)).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('fences who waits in JoinGroup under its name', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await staticGroup(cluster)
    const former = join(cluster, { memberId: leader, groupInstanceId: FIRST })
    const other = join(cluster, { groupInstanceId: FIRST })
    expect(await former).toMatchObject({ errorCode: errorCodes.FENCED_INSTANCE_ID, memberId: leader })
    await join(cluster, { memberId: follower, groupInstanceId: SECOND })
    expect(await other).toMatchObject({ errorCode: 0, generationId: 3, leader: (await other).memberId })
  })

  it('begins a rebalance when it comes back while the leader assigns, maybe to its old id', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await staticGroup(cluster)
    const rejoined = [FIRST, SECOND].map((groupInstanceId, i) =>
      join(cluster, { groupInstanceId, memberId: [leader, follower][i]! }),
    )
    await Promise.all(rejoined)
    const waiting = sync(cluster, follower, 3, {}, { groupInstanceId: SECOND })
    const back = join(cluster, { groupInstanceId: SECOND })
    expect(await waiting).toMatchObject({ errorCode: errorCodes.FENCED_INSTANCE_ID })
    expect(await now(back)).toBeUndefined()
    expect(await beat(cluster, leader, 3)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
    await join(cluster, { groupInstanceId: FIRST, memberId: leader })
    expect(await back).toMatchObject({ errorCode: 0, generationId: 4 })
  })

  it('begins a rebalance when it comes back with assignors that change the vote', async () => {
    const cluster = new FakeCluster()
    const both = { protocols: ['range', 'sticky'] }
    const { memberId: leader } = await join(cluster, { ...both, groupInstanceId: FIRST })
    await sync(cluster, leader, 1, { [leader]: [0] })
    const back = await join(cluster, { protocols: ['sticky'], groupInstanceId: FIRST })
    expect(back).toMatchObject({ generationId: 2, protocolName: 'sticky', skipAssignment: false })
    expect(view(cluster).state).toBe('CompletingRebalance')
  })

  it('keeps its place while it is away, until its session ends', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = await staticGroup(cluster)
    cluster.clock.advance(SESSION_MS - 1)
    await beat(cluster, leader, 2)
    expect(view(cluster).state).toBe('Stable')
    cluster.clock.advance(1)
    expect(view(cluster)).toMatchObject({ state: 'PreparingRebalance', members: [{ memberId: leader }] })
    expect(await beat(cluster, follower, 2)).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('stays a member when it does not join a rebalance in time', async () => {
    const cluster = new FakeCluster()
    const away = { groupInstanceId: SECOND, sessionTimeoutMs: 100_000, rebalanceTimeoutMs: 5_000 }
    const { memberId: leader } = await join(cluster, { groupInstanceId: FIRST, rebalanceTimeoutMs: 5_000 })
    const second = join(cluster, away)
    await join(cluster, { groupInstanceId: FIRST, memberId: leader, rebalanceTimeoutMs: 5_000 })
    const { memberId, generationId } = await second
    await sync(cluster, leader, generationId, { [leader]: [0], [memberId]: [1] })
    await sync(cluster, memberId, generationId)
    const rejoined = join(cluster, { groupInstanceId: FIRST, memberId: leader, rebalanceTimeoutMs: 5_000 })
    cluster.clock.advance(5_000)
    expect((await rejoined).members.map(({ groupInstanceId }) => groupInstanceId)).toEqual([FIRST, SECOND])
  })
})
