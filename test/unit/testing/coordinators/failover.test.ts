import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster } from './fake-cluster.ts'
import { beat, join, joinAnew, SESSION_MS, stableGroup, sync, view } from './members.ts'

function moveTo(cluster: FakeCluster, broker: number): void {
  cluster.store.owner = () => broker
  cluster.coordinators.coordinatorsMoved()
}

const there = { broker: 2 }

describe('when the coordinator moves', () => {
  it('members of a stable group go on at the new one', async () => {
    const cluster = new FakeCluster()
    const ids = await stableGroup(cluster, 2)
    moveTo(cluster, 2)
    for (const memberId of ids) {
      expect(await beat(cluster, memberId, 2)).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
      expect(await beat(cluster, memberId, 2, there)).toMatchObject({ errorCode: 0 })
    }
    cluster.clock.advance(SESSION_MS)
    expect(view(cluster).state).toBe('Empty')
  })

  it('who waits is sent away, and the last assignment counts again', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    const { memberId, answer } = await joinAnew(cluster)
    const rejoined = join(cluster, { memberId: leader })
    moveTo(cluster, 2)
    expect(await answer).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
    expect(await rejoined).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR, memberId: leader })
    expect(view(cluster)).toMatchObject({ state: 'Stable', generationId: 2, leader, protocolName: 'range' })
    expect(await beat(cluster, follower, 2, there)).toMatchObject({ errorCode: 0 })
    expect(await join(cluster, { memberId }, there)).toMatchObject({ errorCode: errorCodes.UNKNOWN_MEMBER_ID })
  })

  it('who waits for its assignment is sent away', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    await Promise.all([leader, follower].map(memberId => join(cluster, { memberId })))
    const waiting = sync(cluster, follower, 3)
    moveTo(cluster, 2)
    expect(await waiting).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
    expect(await beat(cluster, follower, 3, there)).toMatchObject({ errorCode: errorCodes.ILLEGAL_GENERATION })
  })

  it('the new one may first have to read its state', async () => {
    const cluster = new FakeCluster({ loadMs: 500 })
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    moveTo(cluster, 2)
    const loading = { errorCode: errorCodes.COORDINATOR_LOAD_IN_PROGRESS }
    expect(await join(cluster, { memberId }, there)).toMatchObject(loading)
    expect(await sync(cluster, memberId, 1, {}, {}, there)).toMatchObject(loading)
    // Heartbeats are believed until it knows better.
    expect(await beat(cluster, memberId, 7, there)).toMatchObject({ errorCode: 0 })
    cluster.clock.advance(500)
    expect(await beat(cluster, memberId, 7, there)).toMatchObject({ errorCode: errorCodes.ILLEGAL_GENERATION })
    cluster.clock.advance(SESSION_MS - 1)
    expect(await beat(cluster, memberId, 1, there)).toMatchObject({ errorCode: 0 })
  })

  it('groups that stay where they are notice nothing', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1)
    const { answer } = await joinAnew(cluster)
    cluster.coordinators.coordinatorsMoved()
    expect(view(cluster).state).toBe('PreparingRebalance')
    cluster.clock.advance(SESSION_MS)
    expect(await answer).toMatchObject({ errorCode: 0 })
  })
})

it('closing stops all that was to come', async () => {
  const cluster = new FakeCluster({ loadMs: 100 })
  await stableGroup(cluster, 2)
  moveTo(cluster, 2)
  cluster.coordinators.close()
  cluster.clock.advance(10 * SESSION_MS)
  expect(view(cluster).state).toBe('Stable')
})
