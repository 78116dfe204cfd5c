import { describe, expect, it } from 'vitest'
import { cooperativeSticky } from '../../../../src/group/assignors/cooperative-sticky.ts'
import { range } from '../../../../src/group/assignors/range.ts'
import { roundRobin } from '../../../../src/group/assignors/round-robin.ts'
import { sticky } from '../../../../src/group/assignors/sticky.ts'
import type { BalanceStrategy } from '../../../../src/group/assignors/strategy.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { startCluster } from '../../testing/support.ts'
import { GROUP, newClient, startMember } from './support.ts'

const topics = { t: { partitions: 4 } }

it('joins, and has all partitions to itself', async () => {
  const cluster = await startCluster({ topics })
  const { next, member } = startMember(newClient(cluster), ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  expect(member.state).toBe('stable')
  expect(cluster.requests('JoinGroup').map(({ body }) => body.memberId)).toEqual(['', member.identity.memberId])
})

it('shares with another member, and has everything again when that leaves', async () => {
  const cluster = await startCluster({ topics })
  const first = startMember(newClient(cluster), ['t'])
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
  const second = startMember(newClient(cluster), ['t'])
  expect(await first.next()).toBe('revoked t-0 t-1 t-2 t-3')
  const shares = [await first.next(), await second.next()]
  expect(shares.sort()).toEqual(['assigned t-0 t-1', 'assigned t-2 t-3'])
  second.member.close()
  expect(await second.next()).toMatch(/^revoked t/)
  expect(await second.next()).toBe('ended')
  expect(await first.next()).toMatch(/^revoked t/)
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
})

it('keeps what it can through a cooperative rebalance', async () => {
  const cluster = await startCluster({ topics })
  const options = { strategies: [cooperativeSticky()] }
  const first = startMember(newClient(cluster), ['t'], options)
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
  const second = startMember(newClient(cluster), ['t'], options)
  expect(await second.next()).toBe('assigned')
  expect(await first.next()).toBe('revoked t-2 t-3')
  expect(await first.next()).toBe('assigned')
  expect(await second.next()).toBe('assigned t-2 t-3')
  expect(await first.next()).toBe('assigned')
})

it('goes by a strategy that all members know', async () => {
  const cluster = await startCluster({ topics })
  const first = startMember(newClient(cluster), ['t'], { strategies: [sticky(), roundRobin(), range()] })
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
  const second = startMember(newClient(cluster), ['t'], { strategies: [roundRobin()] })
  expect(await first.next()).toMatch(/^revoked/)
  expect([await first.next(), await second.next()].sort()).toEqual(['assigned t-0 t-2', 'assigned t-1 t-3'])
})

it('fails where there is none', async () => {
  const cluster = await startCluster({ topics })
  const first = startMember(newClient(cluster), ['t'], { strategies: [range()] })
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
  const second = startMember(newClient(cluster), ['t'], { strategies: [roundRobin()] })
  expect(await second.next()).toBe('lost')
  expect(await second.next()).toMatch(/^failed: .*group "billing": INCONSISTENT_GROUP_PROTOCOL/)
})

it.for([{ protocolName: 'roundrobin' }, { protocolType: 'connect' }])(
  'does not take an assignment for its own that is one of %o',
  async other => {
    const cluster = await startCluster({ topics })
    cluster.on('SyncGroup', async (_request, _context, next) => ({ ...(await next())!, ...other }))
    const { next } = startMember(newClient(cluster), ['t'])
    expect(await next()).toBe('lost')
    expect(await next()).toMatch(/^failed: .*INCONSISTENT_GROUP_PROTOCOL/)
  },
)

it('gives up everything before it joins again, however long that takes', async () => {
  const cluster = await startCluster({ topics })
  let finish = () => {}
  const working = new Promise<void>(resolve => {
    finish = resolve
  })
  const first = startMember(newClient(cluster), ['t'], {}, { revoke: () => working })
  expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
  const joins = cluster.requests('JoinGroup').length
  startMember(newClient(cluster), ['t'])
  expect(await first.next()).toMatch(/^revoked/)
  // Heartbeats go on meanwhile.
  await cluster.nextRequest('Heartbeat')
  await cluster.nextRequest('Heartbeat')
  const byFirst = () =>
    cluster.requests('JoinGroup').filter(({ body }) => body.memberId === first.member.identity.memberId)
  expect(byFirst().length).toBeLessThanOrEqual(joins)
  const before = byFirst().length
  finish()
  expect(await first.next()).toMatch(/^assigned t-. t-.$/)
  expect(byFirst()).toHaveLength(before + 1)
})

it('loses everything when the coordinator has dropped it, and joins as somebody new', async () => {
  const cluster = await startCluster({ topics })
  // The coordinator waits no longer than that for the one that it has not dropped in truth.
  const { member, next } = startMember(newClient(cluster), ['t'], { sessionTimeoutMs: 100, rebalanceTimeoutMs: 100 })
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  const { memberId } = member.identity
  cluster.fail('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 })
  expect(await next()).toBe('lost')
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  expect(member.identity.memberId).not.toBe(memberId)
})

it('fails with what its owner throws when all is lost, though it gives something up meanwhile', async () => {
  const cluster = await startCluster({ topics })
  let finish = () => {}
  const working = new Promise<void>(resolve => {
    finish = resolve
  })
  const lose = () => Promise.reject(new Error('no handler'))
  const options = { sessionTimeoutMs: 100, rebalanceTimeoutMs: 100 }
  const { member, next } = startMember(newClient(cluster), ['t'], options, { revoke: () => working, lose })
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  member.rejoin('a test')
  expect(await next()).toMatch(/^revoked/)
  cluster.fail('UNKNOWN_MEMBER_ID', { api: 'Heartbeat', times: 1 })
  expect(await next()).toBe('lost')
  // A rejection that nobody handles by then ends the process.
  await new Promise(resolve => setImmediate(resolve))
  finish()
  expect(await next()).toBe('failed: Error: no handler')
})

it('keeps its id when the group has moved on without it', async () => {
  const cluster = await startCluster({ topics })
  const { member, next } = startMember(newClient(cluster), ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  const { memberId } = member.identity
  cluster.fail('ILLEGAL_GENERATION', { api: 'Heartbeat', times: 1 })
  expect(await next()).toBe('lost')
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  expect(member.identity.memberId).toBe(memberId)
})

it.for(['JoinGroup', 'SyncGroup', 'FindCoordinator'] as const)(
  'finds the coordinator again when it moves during %s',
  async api => {
    const cluster = await startCluster({ brokers: 2, topics })
    cluster.fail('NOT_COORDINATOR', { api, times: 1 })
    const { next } = startMember(newClient(cluster), ['t'])
    expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  },
)

it('stays a member when its coordinator moves', async () => {
  const cluster = await startCluster({ brokers: 2, topics })
  cluster.moveCoordinator('group', GROUP, 1)
  const { member, next } = startMember(newClient(cluster), ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  const { identity } = member
  cluster.moveCoordinator('group', GROUP, 2)
  await cluster.nextRequest('Heartbeat', { broker: 2 })
  await cluster.nextRequest('Heartbeat', { broker: 2 })
  expect(member.state).toBe('stable')
  expect(member.identity).toBe(identity)
})

it.for(['FindCoordinator', 'JoinGroup', 'SyncGroup'] as const)(
  'tries %s again while the coordinator reads its state, however long that takes',
  async api => {
    const cluster = await startCluster({ topics })
    cluster.fail('COORDINATOR_LOAD_IN_PROGRESS', { api, times: 50 })
    const { next } = startMember(newClient(cluster), ['t'])
    expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  },
)

it('warns of a coordinator that is not ready only where that lasts', async () => {
  const cluster = await startCluster({ topics })
  const warnings: string[] = []
  cluster.fail('COORDINATOR_NOT_AVAILABLE', { api: 'FindCoordinator', times: 2 })
  cluster.fail('COORDINATOR_LOAD_IN_PROGRESS', { api: 'JoinGroup', times: 1 })
  cluster.fail('NOT_COORDINATOR', { api: 'SyncGroup', times: 1 })
  const { next, member } = startMember(newClient(cluster, warnings), ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  expect(warnings).toEqual([])

  member.close()
  cluster.fail('COORDINATOR_NOT_AVAILABLE', { api: 'FindCoordinator', times: 6 })
  const other = startMember(newClient(cluster, warnings), ['t'])
  expect(await other.next()).toBe('assigned t-0 t-1 t-2 t-3')
  expect(warnings).toEqual(['a group cannot be joined yet'])
})

it('tries again what the coordinator refuses for now, but not for ever', async () => {
  const cluster = await startCluster({ topics })
  cluster.fail('REQUEST_TIMED_OUT', { api: 'JoinGroup', times: 4 })
  const { next } = startMember(newClient(cluster), ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')

  cluster.fail('REQUEST_TIMED_OUT', { api: 'JoinGroup', times: 100 })
  const other = startMember(newClient(cluster), ['t'])
  expect(await other.next()).toBe('lost')
  expect(await other.next()).toMatch(/^failed: .*REQUEST_TIMED_OUT/)
})

it('shares out anew when a topic gets partitions', async () => {
  const cluster = await startCluster({ topics })
  const client = newClient(cluster)
  const { next, member, subscription } = startMember(client, ['t'])
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
  cluster.createTopic('u', { partitions: 2 })
  subscription.topics = ['t', 'u']
  member.rejoin('the subscription has changed')
  expect(await next()).toMatch(/^revoked/)
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3 u-0 u-1')
  cluster.deleteTopic('u')
  await client.metadata.refresh()
  expect(await next()).toMatch(/^revoked/)
  expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
})

describe('a static member', () => {
  it('gets its partitions back without a rebalance when it is started anew', async () => {
    const cluster = await startCluster({ topics })
    const first = startMember(newClient(cluster), ['t'], { instanceId: 'one' })
    expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
    const second = startMember(newClient(cluster), ['t'], { instanceId: 'two' })
    expect(await first.next()).toMatch(/^revoked/)
    const share = await second.next()
    expect(await first.next()).toMatch(/^assigned/)
    second.member.close()
    expect(await second.next()).toMatch(/^revoked/)
    expect(await second.next()).toBe('ended')
    expect(cluster.requests('LeaveGroup')).toEqual([])
    const { identity } = first.member

    const again = startMember(newClient(cluster), ['t'], { instanceId: 'two' })
    expect(await again.next()).toBe(share)
    await cluster.nextRequest('Heartbeat')
    expect(first.member.identity).toBe(identity)
  })

  it('makes no plan when it was the leader before it was started anew', async () => {
    const cluster = await startCluster({ topics })
    let plans = 0
    const { name, plan } = range()
    const counting: BalanceStrategy = {
      name,
      plan(...all) {
        plans++
        return plan(...all)
      },
    }
    const options = { instanceId: 'one', strategies: [counting] }
    const first = startMember(newClient(cluster), ['t'], options)
    expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
    first.member.close()
    expect(await first.next()).toMatch(/^revoked/)
    expect(await first.next()).toBe('ended')
    const again = startMember(newClient(cluster), ['t'], options)
    expect(await again.next()).toBe('assigned t-0 t-1 t-2 t-3')
    expect(plans).toBe(1)
  })

  it('ends when another one takes its place, and says so', async () => {
    const cluster = await startCluster({ topics })
    const first = startMember(newClient(cluster), ['t'], { instanceId: 'one' })
    expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
    const second = startMember(newClient(cluster), ['t'], { instanceId: 'one' })
    expect(await second.next()).toBe('assigned t-0 t-1 t-2 t-3')
    expect(await first.next()).toBe('lost')
    expect(await first.next()).toMatch(/^failed: .*FENCED_INSTANCE_ID .*consumer\.group\.instanceId/)
  })
})

describe('closing', () => {
  it.for(['FindCoordinator', 'JoinGroup', 'SyncGroup'] as const)('ends at once while %s has no answer', async api => {
    const cluster = await startCluster({ topics })
    const hung = cluster.hang({ api })
    const asked = cluster.nextRequest(api)
    const { member, next } = startMember(newClient(cluster), ['t'])
    await asked
    member.close()
    expect(await next()).toBe('ended')
    hung.undo()
  })

  it('leaves with the member id that is told when it is closed already: else the group would wait for it', async () => {
    const cluster = await startCluster({ topics })
    cluster.delay(50, { api: 'JoinGroup', times: 1 })
    const asked = cluster.nextRequest('JoinGroup')
    const { member, next } = startMember(newClient(cluster), ['t'])
    await asked
    member.close()
    expect(await next()).toBe('ended')
    const [left] = cluster.requests('LeaveGroup')
    expect(left?.body.members).toMatchObject([{ memberId: expect.stringContaining('samsa') }])
  })

  it('leaves the group while the join of a rebalance has no answer', async () => {
    const cluster = await startCluster({ topics })
    const { member, next } = startMember(newClient(cluster), ['t'])
    expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
    cluster.hang({ api: 'JoinGroup' })
    const asked = cluster.nextRequest('JoinGroup')
    member.rejoin('a test')
    await asked
    member.close()
    expect(await next()).toMatch(/^revoked/)
    expect(await next()).toBe('ended')
    expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
  })

  it('ends when the coordinator does not answer', async () => {
    const cluster = await startCluster({ topics })
    const { member, next } = startMember(newClient(cluster), ['t'])
    expect(await next()).toBe('assigned t-0 t-1 t-2 t-3')
    cluster.hang({})
    member.close()
    expect(await next()).toMatch(/^revoked/)
    expect(await next()).toBe('ended')
  })
})

describe('with older brokers', () => {
  const versions = (name: 'JoinGroup' | 'SyncGroup' | 'Heartbeat' | 'LeaveGroup' | 'FindCoordinator') => {
    const { min, max } = apis[name].versions
    return Array.from({ length: max - min + 1 }, (_, i) => [name, min + i] as const)
  }
  it.for([
    ...versions('JoinGroup'),
    ...versions('SyncGroup'),
    ...versions('Heartbeat'),
    ...versions('LeaveGroup'),
    ...versions('FindCoordinator'),
  ])('joins, rebalances and leaves with %s %i', async ([api, max]) => {
    const cluster = await startCluster({ topics })
    cluster.advertise({ [api]: { min: apis[api].versions.min, max } })
    const first = startMember(newClient(cluster), ['t'])
    expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
    const second = startMember(newClient(cluster), ['t'])
    expect(await first.next()).toMatch(/^revoked/)
    expect([await first.next(), await second.next()].sort()).toEqual(['assigned t-0 t-1', 'assigned t-2 t-3'])
    second.member.close()
    expect(await second.next()).toMatch(/^revoked/)
    expect(await second.next()).toBe('ended')
    expect(await first.next()).toMatch(/^revoked/)
    expect(await first.next()).toBe('assigned t-0 t-1 t-2 t-3')
    expect(cluster.requests(api).every(({ version }) => version === max)).toBe(true)
  })
})
