import { describe, expect, it, onTestFinished } from 'vitest'
import type { TopicPartition } from '../../../../src/consumer/message.ts'
import { Coordinator } from '../../../../src/group/coordinator.ts'
import { OUTSIDE } from '../../../../src/group/offsets/commit.ts'
import { OffsetStore, type OffsetStoreOptions } from '../../../../src/group/offsets/offset-store.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import type { MockCluster } from '../../../../src/testing.ts'
import { startCluster } from '../../testing/support.ts'
import { GROUP, newClient } from '../membership/support.ts'

const t0 = { topic: 't', partition: 0 }
const t1 = { topic: 't', partition: 1 }
const at = (offset: bigint, metadata = '', leaderEpoch = 0) => ({ offset, metadata, leaderEpoch })
const topics = { t: { partitions: 2 } }

function mark(manager: OffsetStore, partition: TopicPartition, offset: bigint, metadata = ''): void {
  manager.progress(partition)?.mark(offset, 0, metadata)
  manager.onMarked()
}

function reset(manager: OffsetStore, partition: TopicPartition, offset: bigint, metadata = ''): void {
  manager.progress(partition)?.reset(offset, 0, metadata)
  manager.onMarked()
}

/** A manager of the offsets of a group without members. Commits only when it is told to, unless it is told otherwise. */
function newManager(cluster: MockCluster, options: Partial<OffsetStoreOptions> = {}) {
  const client = newClient(cluster)
  const failures: string[] = []
  const manager = new OffsetStore(
    client,
    new Coordinator(client, GROUP),
    {
      autoCommit: { enable: false, intervalMs: 1 },
      retry: { max: 3, backoffMs: 0, maxBackoffMs: 0 },
      openRetry: { max: Infinity, backoffMs: 0, maxBackoffMs: 0 },
      ...options,
    },
    { committer: () => ({ ...OUTSIDE }), onFailure: error => failures.push(String(error)) },
  )
  onTestFinished(() => manager.close(new Error('the test is over')))
  return { manager, failures }
}

/** What the group has committed, as somebody sees it who comes now. */
async function committed(cluster: MockCluster): Promise<Record<string, string>> {
  const found = await newManager(cluster).manager.open([t0, t1])
  return Object.fromEntries([...found].map(([name, { offset, metadata }]) => [name, `${offset} ${metadata}`.trim()]))
}

it('finds nothing where nothing was committed, and then what was', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  expect(await manager.open([t0, t1])).toEqual(new Map())
  mark(manager, t0, 5n, 'by noon')
  await manager.commit()
  expect(await newManager(cluster).manager.open([t0, t1])).toEqual(new Map([['t-0', at(5n, 'by noon')]]))
})

it('goes forward only, unless it is reset', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  await manager.open([t0])
  mark(manager, t0, 5n)
  mark(manager, t0, 3n)
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': '5' })
  reset(manager, t0, 2n)
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': '2' })
})

it('keeps offsets exactly that are beyond what a number holds', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  await manager.open([t0])
  const large = 2n ** 60n + 1n
  mark(manager, t0, large)
  mark(manager, t0, large - 1n)
  manager.progress(t0)!.markUpTo(5, 0, '')
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': `${large}` })
})

it('commits each offset once', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  await manager.open([t0, t1])
  mark(manager, t0, 1n)
  await Promise.all([manager.commit(), manager.commit()])
  mark(manager, t1, 1n)
  await manager.commit()
  await manager.commit()
  const requests = cluster.requests('OffsetCommit').map(({ body }) => body.topics[0]!.partitions)
  expect(requests.map(list => list.map(each => each.partitionIndex))).toEqual([[0], [1]])
})

it('is never overtaken: what is marked during a commit goes with the next', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  await manager.open([t0])
  const hung = cluster.hang({ api: 'OffsetCommit' })
  mark(manager, t0, 1n)
  const asked = cluster.nextRequest('OffsetCommit')
  const first = manager.commit()
  await asked
  mark(manager, t0, 2n)
  const second = manager.commit()
  expect(cluster.requests('OffsetCommit')).toHaveLength(1)
  hung.undo()
  await Promise.all([first, second])
  expect(await committed(cluster)).toEqual({ 't-0': '2' })
})

it('commits by itself some time after something was marked', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster, { autoCommit: { enable: true, intervalMs: 1 } })
  await manager.open([t0])
  const asked = cluster.nextRequest('OffsetCommit')
  mark(manager, t0, 7n)
  await asked
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': '7' })
  expect(cluster.requests('OffsetCommit')).toHaveLength(1)
})

it('commits what is marked of partitions that are given up, and forgets them', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster, { autoCommit: { enable: true, intervalMs: 60_000 } })
  await manager.open([t0, t1])
  mark(manager, t0, 3n)
  mark(manager, t1, 4n)
  await manager.release([t0])
  expect(await committed(cluster)).toEqual({ 't-0': '3' })
  mark(manager, t0, 9n)
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': '3', 't-1': '4' })
})

it('commits nothing of what is lost', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newManager(cluster)
  await manager.open([t0])
  mark(manager, t0, 3n)
  manager.lose()
  await manager.commit()
  expect(await committed(cluster)).toEqual({})
})

describe('errors', () => {
  it.for([
    'COORDINATOR_LOAD_IN_PROGRESS',
    'NOT_COORDINATOR',
    'COORDINATOR_NOT_AVAILABLE',
    'REQUEST_TIMED_OUT',
  ] as const)('%s is tried again', async error => {
    const cluster = await startCluster({ topics })
    const { manager, failures } = newManager(cluster)
    await manager.open([t0])
    mark(manager, t0, 3n)
    cluster.fail(error, { api: 'OffsetCommit', times: 3 })
    await manager.commit()
    expect(await committed(cluster)).toEqual({ 't-0': '3' })
    expect(failures).toEqual([])
  })

  it.for(['REBALANCE_IN_PROGRESS', 'ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID', 'FENCED_INSTANCE_ID'] as const)(
    '%s is told to the member, and what was marked stays marked',
    async error => {
      const cluster = await startCluster({ topics })
      const { manager, failures } = newManager(cluster)
      await manager.open([t0])
      mark(manager, t0, 3n)
      cluster.fail(error, { api: 'OffsetCommit', times: 1 })
      await expect(manager.commit()).rejects.toThrow(`the offset of t-0 in group "billing": ${error}`)
      expect(failures).toEqual([expect.stringContaining(error)])
      await manager.commit()
      expect(await committed(cluster)).toEqual({ 't-0': '3' })
    },
  )

  it('others are thrown, and tried again with the next commit', async () => {
    const cluster = await startCluster({ topics })
    const { manager, failures } = newManager(cluster)
    await manager.open([t0])
    mark(manager, t0, 3n, 'x'.repeat(5_000))
    await expect(manager.commit()).rejects.toThrow('OFFSET_METADATA_TOO_LARGE')
    expect(failures).toEqual([])
    reset(manager, t0, 3n, 'short')
    await manager.commit()
    expect(await committed(cluster)).toEqual({ 't-0': '3 short' })
  })

  it('an offset that a transaction may still take back is waited for', async () => {
    const cluster = await startCluster({ topics })
    cluster.fail('UNSTABLE_OFFSET_COMMIT', { api: 'OffsetFetch', times: 2 })
    expect(await newManager(cluster).manager.open([t0])).toEqual(new Map())
    expect(cluster.requests('OffsetFetch').map(({ body }) => body.requireStable)).toEqual([true, true, true])
  })
})

const versions = (['OffsetCommit', 'OffsetFetch'] as const).flatMap(name => {
  const { min, max } = apis[name].versions
  return Array.from({ length: max - min + 1 }, (_, i) => [name, min + i] as const)
})

it.for(versions)('works with %s %i', async ([api, max]) => {
  const cluster = await startCluster({ topics })
  cluster.advertise({ [api]: { min: apis[api].versions.min, max } })
  const { manager } = newManager(cluster)
  await manager.open([t0, t1])
  mark(manager, t0, 5n, 'noon')
  mark(manager, t1, 6n)
  await manager.commit()
  expect(await committed(cluster)).toEqual({ 't-0': '5 noon', 't-1': '6' })
  // Without the id of the topic it is called by its name.
  expect(cluster.requests(api).every(({ version }) => version === Math.min(max, 9))).toBe(true)
})

it('goes by the ids of topics where it knows them', async () => {
  const cluster = await startCluster({ topics })
  const client = newClient(cluster)
  await client.metadata.lookUp('t')
  const retry = { max: 0, backoffMs: 0, maxBackoffMs: 0 }
  const options = { autoCommit: { enable: false, intervalMs: 1 }, retry, openRetry: retry }
  const owner = { committer: () => OUTSIDE, onFailure: () => {} }
  const manager = new OffsetStore(client, new Coordinator(client, GROUP), options, owner)
  await manager.open([t0])
  mark(manager, t0, 5n)
  await manager.commit()
  expect(cluster.requests('OffsetCommit').map(({ version }) => version)).toEqual([apis.OffsetCommit.versions.max])
  expect(await manager.open([t0])).toEqual(new Map([['t-0', at(5n)]]))
  expect(cluster.requests('OffsetFetch').map(({ version }) => version)).toEqual([10, 10])
})
