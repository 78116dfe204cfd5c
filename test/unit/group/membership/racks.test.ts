import { describe, expect, it } from 'vitest'
import type { MockCluster } from '../../../../src/testing.ts'
import { startCluster } from '../../testing/support.ts'
import { newClient, startMember } from './support.ts'

/** Each broker in a rack of its own; the only replica of each partition of a topic is where `homes` says, by partition. */
function spread(cluster: MockCluster, homes: number[], missing = new Set<number>()): void {
  cluster.on('Metadata', async (_request, _context, next) => {
    const answer = (await next())!
    const brokers = answer.brokers!.map(broker => ({ ...broker, rack: `rack-${broker.nodeId}` }))
    const topics = answer.topics!.map(topic => ({
      ...topic,
      partitions: topic.partitions!.map(each => ({ ...each, replicaNodes: [homes[each.partitionIndex!]!] })),
    }))
    return { ...answer, brokers: brokers.filter(({ nodeId }) => !missing.has(nodeId!)), topics }
  })
}

/** A leader in the rack of the first broker, and another member in that of the second. */
async function twoMembers(cluster: MockCluster) {
  const client = newClient(cluster)
  const leader = startMember(client, ['t'], { rackId: 'rack-1' })
  expect(await leader.next()).toBe('assigned t-0 t-1')
  const other = startMember(newClient(cluster), ['t'], { rackId: 'rack-2' })
  expect(await leader.next()).toBe('revoked t-0 t-1')
  return { client, leader, other }
}

describe('a group whose members tell their racks', () => {
  it('is shared out anew when replicas move to other racks', async () => {
    const cluster = await startCluster({ topics: { t: { partitions: 2 } }, brokers: 2 })
    const homes = [2, 1]
    spread(cluster, homes)
    const { client, leader, other } = await twoMembers(cluster)
    expect([await leader.next(), await other.next()]).toEqual(['assigned t-1', 'assigned t-0'])
    homes.reverse()
    await client.metadata.refresh()
    expect([await leader.next(), await other.next()]).toEqual(['revoked t-1', 'revoked t-0'])
    expect([await leader.next(), await other.next()]).toEqual(['assigned t-0', 'assigned t-1'])
  })

  it('stays as it is while a broker is down: that will be back, in its rack', async () => {
    const cluster = await startCluster({ topics: { t: { partitions: 2 } }, brokers: 2 })
    const missing = new Set<number>()
    spread(cluster, [2, 1], missing)
    const { client, leader, other } = await twoMembers(cluster)
    await Promise.all([leader.next(), other.next()])
    missing.add(2)
    const joins = cluster.requests('JoinGroup').length
    await client.metadata.refresh()
    // It beats only while it is stable.
    for (let beats = 0; beats < 4; beats++) await cluster.nextRequest('Heartbeat')
    expect(cluster.requests('JoinGroup')).toHaveLength(joins)
  })
})

it('does not rebalance a group whose leader tells no rack', async () => {
  const cluster = await startCluster({ topics: { t: { partitions: 2 } }, brokers: 2 })
  const homes = [2, 1]
  spread(cluster, homes)
  const client = newClient(cluster)
  const { next } = startMember(client, ['t'])
  expect(await next()).toBe('assigned t-0 t-1')
  homes.reverse()
  const joins = cluster.requests('JoinGroup').length
  await client.metadata.refresh()
  for (let beats = 0; beats < 3; beats++) await cluster.nextRequest('Heartbeat')
  expect(cluster.requests('JoinGroup')).toHaveLength(joins)
})
