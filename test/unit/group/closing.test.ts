import { expect, it, onTestFinished, vi } from 'vitest'
import { cooperativeSticky } from '../../../src/group/assignors/cooperative-sticky.ts'
import type { GroupSession } from '../../../src/group/types.ts'
import type { ConsumerGroup } from '../../../src/index.ts'
import { startCluster } from '../testing/support.ts'
import { committed, gate, newGroup, reader, topics, Until, write } from './support.ts'

/** How long something may take that is no matter of how long it takes. */
const patient = { timeout: 50_000, interval: 5 }
const never = { offsets: { autoCommit: { intervalMs: 60_000 } } }

/** How long closing takes where nothing counts but timers, which run as fast as the event loop goes round. */
async function closingMs(group: ConsumerGroup): Promise<number> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  onTestFinished(() => void vi.useRealTimers())
  let isClosed = false
  const closing = group.close().then(() => {
    isClosed = true
  })
  let ms = 0
  for (; !isClosed && ms < 60_000; ms += 10) {
    await vi.advanceTimersByTimeAsync(10)
    await new Promise(resolve => setImmediate(resolve))
  }
  await closing
  return ms
}

it('ends in the turn in which the consuming has begun, and for all who wait', async () => {
  const cluster = await startCluster({ topics })
  const group = newGroup(cluster)
  const consuming = group.consume(['t'], reader().handler)
  await Promise.all([group.close(), group.close(), consuming])
  expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
})

it.for(['FindCoordinator', 'JoinGroup', 'SyncGroup', 'Fetch'] as const)(
  'ends within a second, and has left, while %s has no answer',
  async api => {
    const cluster = await startCluster({ topics })
    const hung = cluster.hang({ api })
    const asked = cluster.nextRequest(api)
    const group = newGroup(cluster)
    const consuming = group.consume(['t'], reader().handler)
    await asked
    expect(await closingMs(group)).toBeLessThan(1_000)
    await consuming
    hung.undo()
    expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
  },
)

it('ends within a second, and has left, while the join of a rebalance has no answer', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const group = newGroup(cluster, { ...never, group: { rebalance: { strategies: [cooperativeSticky()] } } })
  const { handler, has } = reader()
  const consuming = group.consume(['t'], handler)
  await has(1)
  cluster.hang({ api: 'JoinGroup' })
  const asked = cluster.nextRequest('JoinGroup')
  cluster.fail('REBALANCE_IN_PROGRESS', { api: 'Heartbeat', times: 1 })
  await asked
  await group.close()
  await consuming
  expect(committed(cluster)).toEqual({ 't-0': 1n })
  expect(cluster.groups().flatMap(({ members }) => members)).toEqual([])
})

it('leaves when the first join is answered at last, though it has ended long before', async () => {
  const cluster = await startCluster({ topics })
  const { open, opened } = gate()
  cluster.on('JoinGroup', async (_request, _context, next) => {
    const joined = await next()
    await opened
    return joined
  })
  const asked = cluster.nextRequest('JoinGroup')
  const group = newGroup(cluster)
  const consuming = group.consume(['t'], reader().handler)
  await asked
  expect(await closingMs(group)).toBeLessThan(1_000)
  await consuming
  const left = cluster.nextRequest('LeaveGroup')
  open()
  expect((await left).body.members).toMatchObject([{ memberId: expect.stringMatching(/./) }])
})

it('commits in the generation of a join that is answered while handlers finish', async () => {
  const cluster = await startCluster({ topics })
  const options = { ...never, group: { rebalance: { strategies: [cooperativeSticky()] } } }
  newGroup(cluster, options).consume(['t'], reader().handler)
  await vi.waitFor(() => expect(cluster.groups()).toMatchObject([{ state: 'Stable' }]), patient)
  const group = newGroup(cluster, options)
  const until = new Until()
  const finish = gate()
  let session: GroupSession | undefined
  const consuming = group.consume(['t'], {
    async consumeClaim(its, claim) {
      for await (const message of claim) {
        session = its
        until.changed()
        await finish.opened
        its.markMessage(message)
      }
    },
  })
  await vi.waitFor(() => expect(group.assignment).toMatchObject([{ partitions: [expect.any(Number)] }]), patient)
  const partition = group.assignment[0]!.partitions[0]!
  write(cluster, partition, 'a')
  await until.holds(() => session !== undefined)

  const { memberId, generationId } = session!
  const answer = gate()
  let isJoining = false
  cluster.on('JoinGroup', async (request, _context, next) => {
    if (request.memberId !== memberId) return next()
    isJoining = true
    until.changed()
    const joined = await next()
    await answer.opened
    return joined
  })
  cluster.fail('REBALANCE_IN_PROGRESS', { api: 'Heartbeat', times: 1 })
  await until.holds(() => isJoining)
  const closing = group.close()
  answer.open()
  await vi.waitFor(() => expect(session!.generationId).toBeGreaterThan(generationId), patient)
  // The other member makes the plan.
  await vi.waitFor(() => expect(cluster.groups()).toMatchObject([{ state: 'Stable' }]), patient)
  finish.open()
  await Promise.all([closing, consuming])
  expect(committed(cluster)).toEqual({ [`t-${partition}`]: 1n })
})

it('ends within a second while nothing is said of what was committed', async () => {
  const cluster = await startCluster({ topics })
  cluster.hang({ api: 'OffsetFetch' })
  const asked = cluster.nextRequest('OffsetFetch')
  const group = newGroup(cluster)
  const consuming = group.consume(['t'], reader().handler)
  await asked
  expect(await closingMs(group)).toBeLessThan(1_000)
  await consuming
})

it('ends within a second when the coordinator has fallen silent: what was not committed is repeated, not lost', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const group = newGroup(cluster, never)
  const { handler, has } = reader()
  const consuming = group.consume(['t'], handler)
  await has(1)
  cluster.hang({})
  expect(await closingMs(group)).toBeLessThan(1_000)
  await consuming
  expect(committed(cluster)).toEqual({})
})

it('ends within a second when handlers wait for commits that have no answer', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  write(cluster, 1, 'b')
  cluster.hang({ api: 'OffsetCommit' })
  const asked = cluster.nextRequest('OffsetCommit')
  const group = newGroup(cluster, never)
  const failures: string[] = []
  const consuming = group.consume(['t'], {
    async consumeClaim(session, claim) {
      for await (const message of claim) {
        session.markMessage(message)
        await session.commit().catch(error => failures.push(String(error)))
      }
    },
  })
  await asked
  expect(await closingMs(group)).toBeLessThan(1_000)
  await consuming
  expect(failures.length).toBeGreaterThan(0)
  expect(failures[0]).toMatch(
    /^ClosedError: .* the coordinator of group "billing" has not answered to a commit within 500 ms/,
  )
})
