import { expect, it } from 'vitest'
import { startCluster } from '../testing/support.ts'
import { newGroup, reader, topics, write } from './support.ts'

/** A member that hears from its coordinator by nothing but the commits that it is refused. */
const deaf = {
  group: { heartbeatIntervalMs: 60_000, sessionTimeoutMs: 90_000, rebalance: { timeoutMs: 100 } },
  offsets: { autoCommit: { intervalMs: 1 } },
}

it('ends at once when a commit is refused, as another member has its instance id', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  cluster.fail('FENCED_INSTANCE_ID', { api: 'OffsetCommit' })
  const consuming = newGroup(cluster, deaf).consume(['t'], reader().handler)
  await expect(consuming).rejects.toThrow('FENCED_INSTANCE_ID')
})

it.for(['ILLEGAL_GENERATION', 'UNKNOWN_MEMBER_ID'] as const)(
  'has lost everything when a commit is refused by %s, and reads again what was not committed',
  async error => {
    const cluster = await startCluster({ topics: { t: {} } })
    write(cluster, 0, 'a')
    cluster.fail(error, { api: 'OffsetCommit', times: 1 })
    const { handler, read, story, has } = reader({ onLost: () => void story.push('lost') })
    newGroup(cluster, deaf).consume(['t'], handler)
    await has(2)
    expect(read).toEqual(['t-0 a', 't-0 a'])
    expect(story).toEqual(['setup t 0', 'lost', 'cleanup', 'setup t 0'])
  },
)

it('joins again when a commit is refused, as the group rebalances', async () => {
  const cluster = await startCluster({ topics: { t: {} } })
  write(cluster, 0, 'a')
  cluster.fail('REBALANCE_IN_PROGRESS', { api: 'OffsetCommit', times: 1 })
  const { handler, story, until } = reader()
  newGroup(cluster, deaf).consume(['t'], handler)
  await until.holds(() => story.length === 3)
  expect(story).toEqual(['setup t 0', 'cleanup', 'setup t 0'])
})
