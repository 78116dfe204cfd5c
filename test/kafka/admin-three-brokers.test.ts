import { expect, it } from 'vitest'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic, visibleTopic } from '../support/kafka.ts'
import { ownCluster } from './support/own.ts'
import { readMessages } from './support/read.ts'
import { LONG_MS, quickToNotice, quiet } from './support/restarts.ts'

needsKafka()

const cluster = ownCluster({ brokers: 3, config: quickToNotice, logDirs: 2, dynamicQuorum: true })
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

it('gives up a feature and takes it up again, at every broker', { timeout: LONG_MS }, async () => {
  const admin = kafkaOfThree().admin()
  const feature = 'group.version'
  const levels = async () => {
    const described = await Promise.all([1, 2, 3].map(nodeId => admin.describeFeatures({ nodeId })))
    // A feature that is given up is not told.
    return described.map(each => each.finalizedFeatures.find(({ name }) => name === feature)?.maxVersionLevel ?? 0)
  }
  const [level = 0] = await levels()
  expect(level).toBeGreaterThan(0)
  const { finalizedFeaturesEpoch } = await admin.describeFeatures()
  const lower = { feature, maxVersionLevel: 0, upgradeType: 'safe_downgrade' } as const
  expect(await admin.updateFeatures([lower])).toEqual([{ feature }])
  await expect.poll(levels).toEqual([0, 0, 0])
  expect((await admin.describeFeatures()).finalizedFeaturesEpoch).toBeGreaterThan(finalizedFeaturesEpoch!)
  expect(await admin.updateFeatures([{ feature, maxVersionLevel: level }])).toEqual([{ feature }])
  await expect.poll(levels).toEqual([level, level, level])
})

it('moves a replica to another folder of its broker, with all its messages', { timeout: LONG_MS }, async () => {
  const kafka = kafkaOfThree()
  const admin = kafka.admin()
  // So slow that the move is under way for as long as the test looks.
  await throttle('1')
  const configs = { 'min.insync.replicas': '1' }
  const topic = await visibleTopic(kafka, { partitions: undefined, replicaAssignment: [[1]], configs })
  // More than is copied at once, before the broker sees that it is too fast.
  const count = 30
  await kafka.producer().sendAll(Array.from({ length: count }, () => ({ topic, value: 'x'.repeat(100_000) })))
  const replica = { topic, partition: 0, broker: 1 }
  const [at] = await admin.describeReplicaLogDirs([replica])
  const from = at!.current!.path
  const [own] = await admin.describeLogDirs([1])
  const paths = own!.logDirs!.map(({ path }) => path)
  expect(paths).toHaveLength(2)
  const to = paths.find(path => path !== from)!

  expect(await admin.alterReplicaLogDirs([{ ...replica, path: to }])).toEqual([replica])
  const [moving] = await admin.describeReplicaLogDirs([replica])
  expect(moving).toMatchObject({ ...replica, current: { path: from, offsetLag: 0n }, future: { path: to } })
  expect(moving?.future?.offsetLag).toBeGreaterThan(0n)
  await throttle('1000000000')
  const where = async () => (await admin.describeReplicaLogDirs([replica]))[0]
  await expect.poll(where).toEqual({ ...replica, current: { path: to, offsetLag: 0n } })
  expect(await readMessages(kafka, topic, BigInt(count - 1))).toHaveLength(count)

  /** Bounds, in bytes a second, how fast broker 1 copies from folder to folder. */
  async function throttle(value: string): Promise<void> {
    const name = 'replica.alter.log.dirs.io.max.bytes.per.second'
    const broker = { type: 'broker', name: '1' } as const
    const [outcome] = await admin.incrementalAlterConfigs([{ ...broker, configs: [{ name, value }] }])
    if (outcome?.error) throw outcome.error
    const described = async () => (await admin.describeConfigs([{ ...broker, keys: [name] }]))[0]?.configs?.[0]?.value
    await expect.poll(described).toBe(value)
  }
})

it('takes the vote of a controller away, and gives it back', { timeout: LONG_MS }, async () => {
  const admin = kafkaOfThree().admin()
  const { leaderId, voters, nodes } = await admin.describeMetadataQuorum()
  expect(voters).toHaveLength(3)
  const { replicaId, replicaDirectoryId } = voters.find(voter => voter.replicaId !== leaderId)!
  const voter = { voterId: replicaId, voterDirectoryId: replicaDirectoryId! }
  const { listeners } = nodes.find(({ nodeId }) => nodeId === replicaId)!
  const { clusterId } = await admin.describeCluster()

  expect(await failure(admin.removeRaftVoter(voter, { clusterId: 'another' }))).toMatchObject({
    code: 'INCONSISTENT_CLUSTER_ID',
  })
  await admin.removeRaftVoter(voter, { clusterId })
  const left = [1, 2, 3].filter(id => id !== replicaId)
  await expect.poll(votersNow).toEqual(left)
  expect(await failure(admin.removeRaftVoter(voter))).toMatchObject({ code: 'VOTER_NOT_FOUND' })

  // It follows still; one that is behind would be refused.
  await expect
    .poll(follower)
    .toMatchObject({ replicaId, replicaDirectoryId, lastCaughtUpTimestamp: expect.any(Number) })
  await admin.addRaftVoter({ ...voter, listeners }, { clusterId })
  await expect.poll(votersNow).toEqual([1, 2, 3])
  expect(await failure(admin.addRaftVoter({ ...voter, listeners }))).toMatchObject({ code: 'DUPLICATE_VOTER' })

  async function votersNow() {
    return (await admin.describeMetadataQuorum()).voters.map(voter => voter.replicaId).toSorted()
  }

  async function follower() {
    const { observers } = await admin.describeMetadataQuorum()
    return observers.find(observer => observer.replicaId === replicaId)
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
