import { expect, it, onTestFinished } from 'vitest'
import { Kafka } from '../../../src/index.ts'
import type { MockCluster } from '../../../src/testing.ts'
import { startCluster } from '../testing/support.ts'
import { committed, newGroup, reader, topics, write } from './support.ts'

function newOffsetManager(cluster: MockCluster, enable = false) {
  const logger = { debug() {}, info() {}, warn() {}, error() {} }
  const kafka = new Kafka({ brokers: cluster.brokers, logger })
  onTestFinished(() => kafka.close())
  const offsets = { initial: 'oldest' as const, autoCommit: { enable, intervalMs: 60_000 } }
  return { kafka, manager: kafka.offsetManager('billing', { offsets }) }
}

it('says where a group that nobody is a member of goes on, and commits how far it was read', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a', 'b', 'c')
  const { kafka, manager } = newOffsetManager(cluster)
  const offsets = await manager.managePartition('t', 0)
  expect(offsets.nextOffset).toBe('oldest')
  for await (const message of kafka.consumer().consumePartition('t', 0, { from: offsets.nextOffset })) {
    offsets.markMessage(message, 'by hand')
    if (`${message.value}` === 'b') break
  }
  await manager.commit()
  expect(committed(cluster)).toEqual({ 't-0': 2n })
  await manager.close()

  const again = await newOffsetManager(cluster).manager.managePartition('t', 0)
  expect([again.nextOffset, again.metadata]).toEqual([2n, 'by hand'])
  // A member goes on from there as well.
  const { handler, read, has } = reader()
  newGroup(cluster).consume(['t'], handler)
  await has(1)
  expect(read).toEqual(['t-0 c'])
})

it('marks forward, and resets to wherever it is told', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newOffsetManager(cluster)
  const offsets = await manager.managePartition('t', 1)
  offsets.markOffset(5n)
  offsets.markOffset(3n)
  expect(offsets.nextOffset).toBe(5n)
  await manager.commit()
  offsets.resetOffset(1n, 'once more')
  await manager.commit()
  expect(committed(cluster)).toEqual({ 't-1': 1n })
  expect(() => offsets.markOffset(-1n)).toThrow('offset: must be a bigint from 0n on, not -1')
  await expect(manager.managePartition('t', 1)).rejects.toThrow('t-1 is managed already')
  await expect(manager.managePartition('t', -1)).rejects.toThrow('partition: must be a whole number')
})

it('is refused while the group has members, and says why', async () => {
  const cluster = await startCluster({ topics })
  write(cluster, 0, 'a')
  const { handler, has } = reader()
  const group = newGroup(cluster)
  group.consume(['t'], handler)
  await has(1)
  const { manager } = newOffsetManager(cluster)
  const offsets = await manager.managePartition('t', 1)
  offsets.markOffset(4n)
  await expect(manager.commit()).rejects.toThrow(
    'the offset of t-1, which only members may commit while there are any, in group "billing": UNKNOWN_MEMBER_ID',
  )
  await group.close()
  // It stays marked.
  await manager.commit()
  expect(committed(cluster)).toEqual({ 't-0': 1n, 't-1': 4n })
})

it('commits what is marked when it is closed, unless it must not do so by itself', async () => {
  const cluster = await startCluster({ topics })
  const { manager } = newOffsetManager(cluster, true)
  const [first, second] = [await manager.managePartition('t', 0), await manager.managePartition('t', 1)]
  first.markOffset(1n)
  second.markOffset(2n)
  await first.close()
  expect(committed(cluster)).toEqual({ 't-0': 1n })
  expect(() => first.markOffset(9n)).toThrow('the offsets of t-0 are managed no more')
  await manager.close()
  expect(committed(cluster)).toEqual({ 't-0': 1n, 't-1': 2n })
  await expect(manager.commit()).rejects.toThrow('the offset manager of group "billing" is closed')

  const silent = newOffsetManager(cluster).manager
  ;(await silent.managePartition('t', 0)).markOffset(7n)
  await silent.close()
  expect(committed(cluster)).toEqual({ 't-0': 1n, 't-1': 2n })
})
