import { expect, it } from 'vitest'
import type { MockCluster } from '../../../../src/testing.ts'
import { startCluster } from '../../testing/support.ts'
import { newClient, startMember } from './support.ts'

/** A leader whose metadata is older than what has befallen the topics since, and a reason to make a plan. */
async function planWithOldMetadata(change: (cluster: MockCluster) => void) {
  const cluster = await startCluster({ topics: { t: { partitions: 2 }, u: { partitions: 2 } } })
  const client = newClient(cluster)
  await client.metadata.lookUp('t')
  await client.metadata.lookUp('u')
  const { member, next } = startMember(client, ['t', 'u'])
  expect(await next()).toBe('assigned t-0 t-1 u-0 u-1')
  change(cluster)
  member.rejoin('a test')
  expect(await next()).toMatch(/^revoked/)
  const assigned = await next()
  const joins = cluster.requests('JoinGroup').length
  // It beats only while it is stable.
  for (let beats = 0; beats < 3; beats++) await cluster.nextRequest('Heartbeat')
  return { assigned, more: cluster.requests('JoinGroup').length - joins }
}

it('is content with a plan for a topic that has gone, though its own metadata has it still', async () => {
  const { assigned, more } = await planWithOldMetadata(cluster => cluster.deleteTopic('u'))
  expect(assigned).toBe('assigned t-0 t-1')
  expect(more).toBe(0)
})

it('is content with a plan for a topic that was made anew with more partitions than its own metadata has', async () => {
  const { assigned, more } = await planWithOldMetadata(cluster => {
    cluster.deleteTopic('u')
    cluster.createTopic('u', { partitions: 4 })
  })
  expect(assigned).toBe('assigned t-0 t-1 u-0 u-1 u-2 u-3')
  expect(more).toBe(0)
})
