import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { FakeCluster, now } from './fake-cluster.ts'
import {
  beat,
  GROUP,
  type Joining,
  join,
  joinAnew,
  REBALANCE_MS,
  SESSION_MS,
  stableGroup,
  sync,
  view,
} from './members.ts'

describe('a new member', () => {
  it('is told its id first, and joins with that', async () => {
    const cluster = new FakeCluster()
    const first = await join(cluster, {}, { clientId: 'till' })
    expect(first).toMatchObject({ errorCode: errorCodes.MEMBER_ID_REQUIRED, generationId: -1, members: [] })
    expect(first.memberId).toMatch(/^till-[0-9a-f-]{36}$/)
    const { memberId } = first
    expect(await join(cluster, { memberId })).toMatchObject({
      errorCode: 0,
      generationId: 1,
      protocolType: 'consumer',
      protocolName: 'range',
      leader: memberId,
      skipAssignment: false,
      memberId,
      members: [{ memberId, groupInstanceId: null, metadata: expect.any(Buffer) }],
    })
    expect(view(cluster)).toMatchObject({ state: 'CompletingRebalance', members: [{ memberId, clientId: 'test' }] })
  })

  it('joins at once with a version that knows nothing of that', async () => {
    const cluster = new FakeCluster()
    const answer = await join(cluster, {}, { version: 3 })
    expect(answer).toMatchObject({ errorCode: 0, generationId: 1, leader: answer.memberId })
  })

  it('is forgotten if it does not come back with its id', async () => {
    const cluster = new FakeCluster()
    const { memberId } = await join(cluster)
    cluster.clock.advance(SESSION_MS)
    expect(await join(cluster, { memberId })).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID, memberId })
  })

  it('is waited for while it has only got its id', async () => {
    const cluster = new FakeCluster()
    const [leader] = (await stableGroup(cluster, 1)) as [string]
    const { memberId } = await join(cluster)
    const rejoined = join(cluster, { memberId: leader })
    expect(await now(rejoined)).toBeUndefined()
    const answer = join(cluster, { memberId })
    expect((await rejoined).members).toHaveLength(2)
    expect(await answer).toMatchObject({ generationId: 2, leader, members: [] })
  })

  it('is not waited for when its id has not been used in time', async () => {
    const cluster = new FakeCluster()
    const [leader] = (await stableGroup(cluster, 1)) as [string]
    await join(cluster, { sessionTimeoutMs: 2_000 })
    const rejoined = join(cluster, { memberId: leader })
    cluster.clock.advance(2_000)
    expect((await rejoined).members).toHaveLength(1)
  })

  it('is dropped when it has waited too long to be there still', async () => {
    const cluster = new FakeCluster({ newMemberJoinTimeoutMs: 5_000 })
    await stableGroup(cluster, 1, [{ sessionTimeoutMs: 100_000, rebalanceTimeoutMs: 100_000 }])
    const { memberId, answer } = await joinAnew(cluster)
    cluster.clock.advance(4_999)
    expect(view(cluster).members.map(each => each.memberId)).toContain(memberId)
    cluster.clock.advance(1)
    expect(await answer).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
    expect(view(cluster).members).toHaveLength(1)
  })
})

describe('all versions of JoinGroup', () => {
  const { min, max } = apis.JoinGroup.versions
  it.each(Array.from({ length: max - min + 1 }, (_, i) => min + i))('v%i make a group', async version => {
    const cluster = new FakeCluster()
    const first = await join(cluster, {}, { version })
    const { memberId } = first
    const answer = version < 4 ? first : await join(cluster, { memberId }, { version })
    expect(answer).toMatchObject({ errorCode: 0, generationId: 1, leader: memberId, members: [{ memberId }] })
  })

  it('take the session timeout for the rebalance timeout in version 0', async () => {
    const cluster = new FakeCluster()
    const { memberId, generationId } = await join(cluster, { sessionTimeoutMs: 8_000 }, { version: 0 })
    await sync(cluster, memberId, generationId)
    const other = join(cluster, {}, { version: 0 })
    cluster.clock.advance(7_000)
    await beat(cluster, memberId, generationId)
    expect(await now(other)).toBeUndefined()
    // The longer of both: the other has the one that the helper asks for.
    cluster.clock.advance(SESSION_MS - 7_000)
    expect(await other).toMatchObject({ errorCode: 0, generationId: 2, members: [{}] })
  })
})

describe('a member is refused', () => {
  it.each<[string, Joining, number]>([
    ['without a group id', { groupId: '' }, errorCodes.INVALID_GROUP_ID],
    ['with a session that is too short', { sessionTimeoutMs: 99 }, errorCodes.INVALID_SESSION_TIMEOUT],
    ['with a session that is too long', { sessionTimeoutMs: 20_001 }, errorCodes.INVALID_SESSION_TIMEOUT],
    ['with an id that nobody handed out', { memberId: 'made-up' }, errorCodes.UNKNOWN_MEMBER_ID],
    ['without protocols', { protocols: [] }, errorCodes.INCONSISTENT_GROUP_PROTOCOL],
    ['without a kind', { protocolType: '' }, errorCodes.INCONSISTENT_GROUP_PROTOCOL],
  ])('%s', async (_, joining, errorCode) => {
    const cluster = new FakeCluster({ minSessionTimeoutMs: 100, maxSessionTimeoutMs: 20_000 })
    expect(await join(cluster, joining)).toMatchObject({ errorCode, memberId: joining.memberId ?? '' })
  })

  it('when it is of another kind than the group, or has no assignor in common with all', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 2, [{ protocols: ['range', 'sticky'] }, { protocols: ['sticky', 'range', 'own'] }])
    const inconsistent = { errorCode: errorCodes.INCONSISTENT_GROUP_PROTOCOL }
    expect(await join(cluster, { protocolType: 'connect' })).toMatchObject(inconsistent)
    expect(await join(cluster, { protocols: ['own', 'other'] })).toMatchObject(inconsistent)
    expect(view(cluster).state).toBe('Stable')
  })

  it('when the group is full, unless it is in already', async () => {
    const cluster = new FakeCluster({ maxGroupSize: 2 })
    const ids = await stableGroup(cluster, 2)
    expect(await join(cluster)).toMatchObject({ errorCode: errorCodes.GROUP_MAX_SIZE_REACHED, memberId: '' })
    const again = ids.map(memberId => join(cluster, { memberId }))
    expect((await Promise.all(again)).map(({ errorCode }) => errorCode)).toEqual([0, 0])
  })

  it('by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    expect(await join(cluster, {}, { broker: 2 })).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
    cluster.store.owner = () => undefined
    expect(await join(cluster)).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
    expect(cluster.coordinators.groups()).toEqual([])
  })
})

describe('the initial rebalance', () => {
  const versionThatJoinsAtOnce = { version: 3 }

  it('waits for more members, as long as they come', async () => {
    const cluster = new FakeCluster({ initialRebalanceDelayMs: 3_000 })
    const first = join(cluster, {}, versionThatJoinsAtOnce)
    cluster.clock.advance(2_000)
    const second = join(cluster, {}, versionThatJoinsAtOnce)
    cluster.clock.advance(1_000)
    expect(await now(first)).toBeUndefined()
    cluster.clock.advance(2_999)
    expect(await now(second)).toBeUndefined()
    cluster.clock.advance(1)
    expect((await first).members).toHaveLength(2)
    expect(await second).toMatchObject({ generationId: 1, leader: (await first).memberId })
  })

  it('waits no longer than the rebalance timeout', async () => {
    const cluster = new FakeCluster({ initialRebalanceDelayMs: 3_000 })
    const first = join(cluster, { rebalanceTimeoutMs: 8_000 }, versionThatJoinsAtOnce)
    for (let at = 0; at < 8_000; at += 1_000) {
      expect(await now(first)).toBeUndefined()
      join(cluster, { rebalanceTimeoutMs: 8_000 }, versionThatJoinsAtOnce)
      cluster.clock.advance(1_000)
    }
    expect((await first).members).toHaveLength(9)
  })
})

describe('a member that joins again', () => {
  it('gets the same answer again while the group waits for its leader', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    const [first] = await Promise.all([join(cluster, { memberId: leader }), join(cluster, { memberId: follower })])
    expect(await join(cluster, { memberId: leader })).toEqual(first)
    expect(await join(cluster, { memberId: follower })).toMatchObject({ generationId: first.generationId, members: [] })
    expect(view(cluster)).toMatchObject({ state: 'CompletingRebalance', generationId: first.generationId })
  })

  it('gets the same answer again in a stable group if it follows and wants nothing else', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    expect(await join(cluster, { memberId: follower })).toMatchObject({ errorCode: 0, generationId: 2, leader })
    expect(view(cluster)).toMatchObject({ state: 'Stable', generationId: 2 })
  })

  it.each([
    ['if it leads', 0, {}],
    ['if it subscribes to something else', 1, { topics: ['bills'] }],
    ['if it works with something else', 1, { protocols: ['range', 'sticky'] }],
  ])('begins a rebalance %s', async (_, which, joining) => {
    const cluster = new FakeCluster()
    const ids = await stableGroup(cluster, 2)
    const answer = join(cluster, { ...joining, memberId: ids[which]! })
    expect(await now(answer)).toBeUndefined()
    expect(view(cluster).state).toBe('PreparingRebalance')
    expect(await beat(cluster, ids[1 - which]!, 2)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
    const other = await join(cluster, { memberId: ids[1 - which]! })
    expect(other.generationId).toBe(3)
    expect(await answer).toMatchObject({ errorCode: 0, generationId: 3, leader: ids[0]! })
  })

  it('begins a rebalance if it wants something else while the group waits for its leader', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    await Promise.all([join(cluster, { memberId: leader }), join(cluster, { memberId: follower })])
    const waiting = sync(cluster, follower, 3)
    const changed = join(cluster, { memberId: follower, topics: ['bills'] })
    expect(await waiting).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS, assignment: Buffer.alloc(0) })
    await join(cluster, { memberId: leader })
    expect(await changed).toMatchObject({ generationId: 4 })
  })
})

describe('a rebalance', () => {
  it('goes on without those who did not join in time, and with another leader if that was one of them', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    const { memberId, answer } = await joinAnew(cluster)
    const rejoined = join(cluster, { memberId: follower })
    const step = SESSION_MS - 1
    for (let waited = 0; waited < REBALANCE_MS; waited += step) {
      expect(await beat(cluster, leader, 2)).toMatchObject({ errorCode: errorCodes.REBALANCE_IN_PROGRESS })
      cluster.clock.advance(step)
    }
    expect((await rejoined).members.map(each => each.memberId)).toEqual([follower, memberId])
    expect(await answer).toMatchObject({ generationId: 3, leader: follower })
    expect(await beat(cluster, leader, 2)).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('waits as long as the slowest member asks for', async () => {
    const cluster = new FakeCluster()
    const slow = { sessionTimeoutMs: 1_000_000, rebalanceTimeoutMs: 90_000 }
    await stableGroup(cluster, 2, [{ sessionTimeoutMs: 1_000_000 }, slow])
    const { answer } = await joinAnew(cluster)
    cluster.clock.advance(89_999)
    expect(await now(answer)).toBeUndefined()
    cluster.clock.advance(1)
    expect((await answer).members).toHaveLength(1)
  })

  it('leaves an empty group when all have gone', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 2)
    cluster.clock.advance(SESSION_MS)
    expect(view(cluster)).toMatchObject({ state: 'Empty', members: [], protocolName: null, leader: null })
  })

  it('drops who does not ask for its assignment in time, and begins anew', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    await Promise.all([join(cluster, { memberId: leader }), join(cluster, { memberId: follower })])
    await sync(cluster, leader, 3, { [leader]: [0, 1], [follower]: [2, 3] })
    for (let waited = 0; waited < REBALANCE_MS; waited += SESSION_MS - 1) {
      await Promise.all([beat(cluster, leader, 3), beat(cluster, follower, 3)])
      cluster.clock.advance(SESSION_MS - 1)
    }
    expect(view(cluster).members.map(({ memberId }) => memberId)).toEqual([leader])
    expect(view(cluster).state).toBe('PreparingRebalance')
  })

  it.each([
    [
      'the one that all have',
      [
        ['a', 'b'],
        ['b', 'c'],
      ],
      'b',
    ],
    [
      'the one with most votes',
      [
        ['a', 'b'],
        ['b', 'a'],
        ['b', 'a'],
      ],
      'b',
    ],
  ])('chooses of the assignors %s', async (_, preferences, chosen) => {
    const cluster = new FakeCluster()
    await stableGroup(
      cluster,
      preferences.length,
      preferences.map(protocols => ({ protocols })),
    )
    expect(view(cluster).protocolName).toBe(chosen)
  })
})

it('a group id may be anything but empty', async () => {
  const cluster = new FakeCluster()
  await joinAnew(cluster, { groupId: '💶 billing' })
  await joinAnew(cluster, { groupId: GROUP })
  expect(cluster.coordinators.groups().map(({ groupId }) => groupId)).toEqual(['💶 billing', GROUP])
})
