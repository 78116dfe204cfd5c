import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { ZERO_UUID } from '../../../../src/protocol/schema.ts'
import { type AskOptions, FakeCluster } from './fake-cluster.ts'
import { beat, GROUP, join, SESSION_MS, stableGroup, view } from './members.ts'

interface Commit {
  readonly name?: string
  readonly topicId?: string
  readonly partition?: number
  readonly offset?: bigint
  readonly epoch?: number
  readonly metadata?: string | null
}

const V9 = { version: 9 }

/** Commits one offset; gives the error of its partition. */
async function commit(cluster: FakeCluster, what: Commit, who: object = {}, options: AskOptions = V9): Promise<number> {
  const { name = 'orders', topicId, partition = 0, offset = 5n, epoch, metadata = '' } = what
  const partitions = [
    { partitionIndex: partition, committedOffset: offset, committedLeaderEpoch: epoch, committedMetadata: metadata },
  ]
  const body = { groupId: GROUP, memberId: '', ...who, topics: [{ name, topicId, partitions }] }
  const { topics } = await cluster.ask('OffsetCommit', body, options)
  return topics[0]!.partitions[0]!.errorCode
}

/** Reads offsets of partition 0 of one topic. */
async function fetched(cluster: FakeCluster, name = 'orders', more: object = {}) {
  const body = { groups: [{ groupId: GROUP, topics: [{ name, partitionIndexes: [0] }] }], ...more }
  const { groups } = await cluster.ask('OffsetFetch', body, V9)
  return groups[0]!.topics[0]!.partitions[0]!
}

describe('OffsetCommit', () => {
  it.each([2, 3, 4, 5, 6, 7, 8, 9])('stores offsets in v%i', async version => {
    const cluster = new FakeCluster()
    const what = { partition: 3, offset: 9_007_199_254_740_993n, epoch: version >= 6 ? 4 : -1, metadata: 'half' }
    expect(await commit(cluster, what, {}, { version })).toBe(0)
    expect(view(cluster)).toMatchObject({
      state: 'Empty',
      protocolType: null,
      offsets: [
        { topic: 'orders', partition: 3, offset: 9_007_199_254_740_993n, leaderEpoch: what.epoch, metadata: 'half' },
      ],
    })
  })

  it('names topics by id in v10', async () => {
    const cluster = new FakeCluster()
    const topicId = cluster.store.topicId('orders')!
    expect(await commit(cluster, { topicId }, {}, { version: 10 })).toBe(0)
    expect(view(cluster).offsets).toMatchObject([{ topic: 'orders', offset: 5n }])
    const unknown = { topicId: Buffer.alloc(16, 7).toString('base64url') }
    expect(await commit(cluster, unknown, {}, { version: 10 })).toBe(errorCodes.UNKNOWN_TOPIC_ID)
  })

  it('takes no metadata for an empty one, and refuses one that is too long', async () => {
    const cluster = new FakeCluster({ maxOffsetMetadataBytes: 3 })
    expect(await commit(cluster, { metadata: null })).toBe(0)
    expect((await fetched(cluster)).metadata).toBe('')
    expect(await commit(cluster, { metadata: 'abc' })).toBe(0)
    expect(await commit(cluster, { metadata: 'abcd' })).toBe(errorCodes.OFFSET_METADATA_TOO_LARGE)
    expect((await fetched(cluster)).metadata).toBe('abc')
  })

  it('refuses what is no partition, and stores the others', async () => {
    const cluster = new FakeCluster()
    const unknown = errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    expect(await commit(cluster, { name: 'none' })).toBe(unknown)
    expect(await commit(cluster, { partition: 4 })).toBe(unknown)
    expect(await commit(cluster, { partition: -1 })).toBe(unknown)
    const partitions = [0, 9].map(partitionIndex => ({ partitionIndex, committedOffset: 1n, committedMetadata: '' }))
    const body = { groupId: GROUP, memberId: '', topics: [{ name: 'orders', partitions }] }
    const { topics } = await cluster.ask('OffsetCommit', body, V9)
    expect(topics[0]!.partitions.map(({ errorCode }) => errorCode)).toEqual([0, unknown])
    expect(view(cluster).offsets).toHaveLength(1)
  })

  it('of a member keeps it in the group', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    cluster.clock.advance(SESSION_MS - 1)
    expect(await commit(cluster, {}, { memberId, generationIdOrMemberEpoch: 1 })).toBe(0)
    cluster.clock.advance(SESSION_MS - 1)
    expect(await beat(cluster, memberId, 1)).toMatchObject({ errorCode: 0 })
  })

  it('is refused of who is not in the group, or was in another generation', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    const refused = (who: object) => commit(cluster, {}, who)
    expect(await refused({})).toBe(errorCodes.UNKNOWN_MEMBER_ID)
    expect(await refused({ memberId: 'nobody', generationIdOrMemberEpoch: 1 })).toBe(errorCodes.UNKNOWN_MEMBER_ID)
    expect(await refused({ memberId, generationIdOrMemberEpoch: 2 })).toBe(errorCodes.ILLEGAL_GENERATION)
    expect(await refused({ memberId })).toBe(errorCodes.ILLEGAL_GENERATION)
    expect(await refused({ memberId, generationIdOrMemberEpoch: 1, groupInstanceId: 'a' })).toBe(
      errorCodes.UNKNOWN_MEMBER_ID,
    )
    expect(view(cluster).offsets).toEqual([])
  })

  it('is refused while the leader assigns, and taken while members join', async () => {
    const cluster = new FakeCluster()
    const [leader, follower] = (await stableGroup(cluster, 2)) as [string, string]
    const rejoined = join(cluster, { memberId: leader })
    expect(await commit(cluster, {}, { memberId: follower, generationIdOrMemberEpoch: 2 })).toBe(0)
    await join(cluster, { memberId: follower })
    await rejoined
    expect(await commit(cluster, {}, { memberId: follower, generationIdOrMemberEpoch: 3 })).toBe(
      errorCodes.REBALANCE_IN_PROGRESS,
    )
  })

  it('of a group that is not there is refused if it comes from a member', async () => {
    const cluster = new FakeCluster()
    const member = { memberId: 'a', generationIdOrMemberEpoch: 3 }
    expect(await commit(cluster, {}, member)).toBe(errorCodes.GROUP_ID_NOT_FOUND)
    expect(await commit(cluster, {}, member, { version: 8 })).toBe(errorCodes.ILLEGAL_GENERATION)
    expect(cluster.coordinators.groups()).toEqual([])
  })

  it('is refused by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    expect(await commit(cluster, {}, {}, { version: 9, broker: 2 })).toBe(errorCodes.NOT_COORDINATOR)
  })
})

describe('OffsetFetch', () => {
  it.each([1, 2, 3, 4, 5, 6, 7])('reads one group in v%i', async version => {
    const cluster = new FakeCluster()
    await commit(cluster, { epoch: 2, metadata: 'm' })
    const topics = [{ name: 'orders', partitionIndexes: [0, 1] }]
    const answer = await cluster.ask('OffsetFetch', { groupId: GROUP, topics }, { version })
    expect(answer).toMatchObject({
      errorCode: 0,
      topics: [
        {
          name: 'orders',
          partitions: [
            { partitionIndex: 0, committedOffset: 5n, metadata: 'm', errorCode: 0 },
            { partitionIndex: 1, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '', errorCode: 0 },
          ],
        },
      ],
    })
    expect(answer.topics[0]!.partitions[0]!.committedLeaderEpoch).toBe(version >= 5 ? 2 : -1)
  })

  it('reads many groups at once, and all topics of one', async () => {
    const cluster = new FakeCluster()
    await commit(cluster, {})
    await commit(cluster, { name: 'bills', partition: 1, offset: 7n })
    for (const version of [8, 9]) {
      const groups = [
        { groupId: GROUP, topics: null },
        { groupId: 'none', topics: [{ name: 'orders', partitionIndexes: [0] }] },
      ]
      expect(await cluster.ask('OffsetFetch', { groups }, { version })).toMatchObject({
        groups: [
          {
            groupId: GROUP,
            errorCode: 0,
            topics: [
              { name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5n }] },
              { name: 'bills', partitions: [{ partitionIndex: 1, committedOffset: 7n }] },
            ],
          },
          { groupId: 'none', errorCode: 0, topics: [{ partitions: [{ committedOffset: -1n, errorCode: 0 }] }] },
        ],
      })
    }
    const { topics } = await cluster.ask('OffsetFetch', { groupId: GROUP, topics: null }, { version: 2 })
    expect(topics.map(({ name }) => name)).toEqual(['orders', 'bills'])
  })

  it('names topics by id in v10', async () => {
    const cluster = new FakeCluster()
    const topicId = cluster.store.topicId('orders')!
    const unknown = Buffer.alloc(16, 7).toString('base64url')
    await commit(cluster, {})
    const asked = [topicId, unknown].map(id => ({ topicId: id, partitionIndexes: [0] }))
    const groups = [{ groupId: GROUP, topics: asked }]
    const answer = await cluster.ask('OffsetFetch', { groups }, { version: 10 })
    expect(answer.groups[0]!.topics).toMatchObject([
      { topicId, partitions: [{ committedOffset: 5n, errorCode: 0 }] },
      { topicId: unknown, partitions: [{ committedOffset: -1n, errorCode: errorCodes.UNKNOWN_TOPIC_ID }] },
    ])
    const all = await cluster.ask('OffsetFetch', { groups: [{ groupId: GROUP, topics: null }] }, { version: 10 })
    expect(all.groups[0]!.topics).toMatchObject([{ topicId, partitions: [{ committedOffset: 5n }] }])
    expect(topicId).not.toBe(ZERO_UUID)
  })

  it('is refused by a broker that does not coordinate the group', async () => {
    const cluster = new FakeCluster()
    const elsewhere = errorCodes.NOT_COORDINATOR
    const topics = [{ name: 'orders', partitionIndexes: [0] }]
    const ask = (body: object, version: number) => cluster.ask('OffsetFetch', body, { version, broker: 2 })
    expect(await ask({ groups: [{ groupId: GROUP, topics }] }, 9)).toMatchObject({ groups: [{ errorCode: elsewhere }] })
    expect(await ask({ groupId: GROUP, topics }, 7)).toMatchObject({ errorCode: elsewhere })
    // Version 1 has no error but those of partitions.
    expect(await ask({ groupId: GROUP, topics }, 1)).toMatchObject({
      topics: [{ partitions: [{ errorCode: elsewhere }] }],
    })
  })

  it('forgets a topic that is deleted', async () => {
    const cluster = new FakeCluster()
    await commit(cluster, {})
    await commit(cluster, { name: 'bills' })
    cluster.store.deleteTopic('orders')
    cluster.store.createTopic('orders', 4)
    expect((await fetched(cluster)).committedOffset).toBe(-1n)
    expect((await fetched(cluster, 'bills')).committedOffset).toBe(5n)
  })
})

describe('OffsetDelete', () => {
  async function remove(cluster: FakeCluster, name = 'orders', partitionIndex = 0, options: AskOptions = {}) {
    const topics = [{ name, partitions: [{ partitionIndex }] }]
    const answer = await cluster.ask('OffsetDelete', { groupId: GROUP, topics }, options)
    return answer.errorCode || answer.topics[0]!.partitions[0]!.errorCode
  }

  it('forgets what nobody in the group reads', async () => {
    const cluster = new FakeCluster()
    await commit(cluster, {})
    expect(await remove(cluster)).toBe(0)
    expect(view(cluster).offsets).toEqual([])
    expect(await remove(cluster)).toBe(0)
  })

  it('leaves alone what members subscribe to', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1, [{ topics: ['orders'] }])) as [string]
    for (const name of ['orders', 'bills']) {
      await commit(cluster, { name }, { memberId, generationIdOrMemberEpoch: 1 })
    }
    expect(await remove(cluster)).toBe(errorCodes.GROUP_SUBSCRIBED_TO_TOPIC)
    expect(await remove(cluster, 'bills')).toBe(0)
    expect(view(cluster).offsets).toMatchObject([{ topic: 'orders' }])
    await cluster.ask('LeaveGroup', { groupId: GROUP, members: [{ memberId }] })
    expect(await remove(cluster)).toBe(0)
  })

  it('cannot tell what members of another kind work on', async () => {
    const cluster = new FakeCluster()
    await stableGroup(cluster, 1, [{ protocolType: 'connect' }])
    expect(await remove(cluster)).toBe(errorCodes.NON_EMPTY_GROUP)
  })

  it('leaves all alone where a member does not say what it reads in words that are known', async () => {
    const cluster = new FakeCluster()
    const request = {
      groupId: GROUP,
      sessionTimeoutMs: SESSION_MS,
      protocolType: 'consumer',
      protocols: [{ name: 'own', metadata: Buffer.from([0]) }],
    }
    await cluster.ask('JoinGroup', { ...request, memberId: '' }, { version: 3 })
    expect(await remove(cluster)).toBe(errorCodes.GROUP_SUBSCRIBED_TO_TOPIC)
  })

  it('is refused of what is not there, and elsewhere', async () => {
    const cluster = new FakeCluster()
    expect(await remove(cluster)).toBe(errorCodes.GROUP_ID_NOT_FOUND)
    await commit(cluster, {})
    expect(await remove(cluster, 'orders', 9)).toBe(errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await remove(cluster, 'orders', 0, { broker: 2 })).toBe(errorCodes.NOT_COORDINATOR)
  })
})
