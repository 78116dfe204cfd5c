import { expect, it } from 'vitest'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'
import { ownCluster } from './support/own.ts'
import { LONG_MS, quickToNotice, quiet } from './support/restarts.ts'

needsKafka()

const cluster = ownCluster({ brokers: 3, config: quickToNotice })
const kafkaOfThree = () => newKafka({ brokers: cluster().bootstrap, logger: quiet })
const preferTwo = { partitions: undefined, replicaAssignment: [[2, 3]] }

it('moves partitions to other brokers, and tells of those on the move', { timeout: LONG_MS }, async () => {
  const kafka = kafkaOfThree()
  const admin = kafka.admin()
  const topic = await newTopic(kafka, { ...preferTwo, configs: { 'min.insync.replicas': '1' } })
  const partition = { topic, partition: 0 }
  await kafka.producer().sendAll(Array.from({ length: 100 }, () => ({ topic, value: 'x'.repeat(1000) })))
  // So slow that the move is under way for as long as the test looks.
  await throttle('1')
  expect(
    await admin.alterPartitionReassignments([
      { ...partition, replicas: [1, 2] },
      { topic, partition: 7, replicas: [1] },
      { topic: 'not-there', partition: 0, replicas: null },
    ]),
  ).toEqual([
    partition,
    { topic, partition: 7, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
    { topic: 'not-there', partition: 0, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
  ])
  const [moving] = await admin.listPartitionReassignments([partition])
  expect(moving).toMatchObject({ ...partition, addingReplicas: [1], removingReplicas: [3] })
  expect(await admin.listPartitionReassignments()).toEqual([moving])
  await throttle('100000000')
  await expect.poll(() => admin.listPartitionReassignments(), { timeout: 30_000 }).toEqual([])
  const replicas = async () => (await admin.describeTopics([topic]))[0]?.partitions?.[0]?.replicas
  await expect.poll(replicas).toEqual([1, 2])
  const [refused] = await admin.alterPartitionReassignments([{ ...partition, replicas: [1] }], {
    allowReplicationFactorChange: false,
  })
  expect(refused?.error?.message).toMatch(/the broker says: /)
  const [nothing] = await admin.alterPartitionReassignments([{ ...partition, replicas: null }])
  expect(nothing?.error).toMatchObject({ code: 'NO_REASSIGNMENT_IN_PROGRESS' })

  /** Bounds, in bytes a second, how fast the topic is copied. */
  async function throttle(rate: string): Promise<void> {
    const names = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate']
    const outcomes = await admin.incrementalAlterConfigs([
      ...['1', '2', '3'].map(name => ({
        type: 'broker' as const,
        name,
        configs: names.map(name => ({ name, value: rate })),
      })),
      {
        type: 'topic',
        name: topic,
        configs: ['leader', 'follower'].map(who => ({ name: `${who}.replication.throttled.replicas`, value: '*' })),
      },
    ])
    for (const { error } of outcomes) if (error) throw error
  }
})

it('elects the preferred leader, and forgets a broker that is gone; every broker is asked', {
  timeout: LONG_MS,
}, async () => {
  const kafka = kafkaOfThree()
  const admin = kafka.admin()
  const topic = await newTopic(kafka, preferTwo)
  const partition = { topic, partition: 0 }
  await admin.alterGroupOffsets(
    Array.from({ length: 12 }, (_, i) => ({ groupId: `g${i}`, offsets: [{ ...partition, offset: BigInt(i) }] })),
  )
  // The groups have different coordinators, and each of those was asked about its own.
  const groups = await admin.listGroups()
  expect(groups.map(({ groupId }) => groupId)).toEqual(expect.arrayContaining(['g0', 'g5', 'g11']))
  expect(new Set(groups.map(({ coordinator }) => coordinator)).size).toBeGreaterThan(1)
  const offsets = await admin.listGroupOffsets(groups.map(({ groupId }) => groupId))
  for (const { groupId, offsets: [own] = [] } of offsets) expect(own?.offset).toBe(BigInt(groupId.slice(1)))
  expect((await admin.describeLogDirs()).map(({ broker }) => broker)).toEqual([1, 2, 3])

  const leader = async () => (await admin.describeTopics([topic]))[0]?.partitions?.[0]?.leader
  await expect.poll(leader).toBe(2)
  await cluster().broker(2).stop()
  await expect.poll(leader, { timeout: 30_000 }).toBe(3)
  expect(await kafka.client.leader(topic, 0)).toMatchObject({ nodeId: 3 })
  const fenced = async () => {
    const { brokers } = await admin.describeCluster({ includeFencedBrokers: true })
    return brokers.filter(({ isFenced }) => isFenced).map(({ nodeId }) => nodeId)
  }
  await expect.poll(fenced, { timeout: 30_000 }).toEqual([2])
  const [early] = await admin.electLeaders('preferred', [partition])
  expect(early?.error).toMatchObject({ code: 'PREFERRED_LEADER_NOT_AVAILABLE' })
  await cluster().broker(2).start()
  const elect = async () => (await admin.electLeaders('preferred', [partition]))[0]?.error?.code
  await expect.poll(elect, { timeout: 30_000 }).toBe(undefined)
  await expect.poll(leader).toBe(2)
  expect(await elect()).toBe('ELECTION_NOT_NEEDED')
  expect(await admin.electLeaders('preferred')).toEqual(expect.any(Array))
  const [unclean] = await admin.electLeaders('unclean', [partition])
  expect(unclean?.error).toMatchObject({ code: 'ELECTION_NOT_NEEDED' })

  await cluster().broker(2).stop()
  await expect.poll(fenced, { timeout: 30_000 }).toEqual([2])
  await admin.unregisterBroker(2)
  await expect.poll(fenced).toEqual([])
})
