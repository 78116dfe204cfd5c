import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster } from './fake-cluster.ts'
import { beat, GROUP, stableGroup, view } from './members.ts'
import {
  addOffsets,
  commitOffset,
  committedOffset,
  describe as described,
  end,
  open,
  producer,
} from './transactional.ts'

describe('offsets in a transaction', () => {
  it.each([
    [true, 9n],
    [false, 5n],
  ])('count when it ends with committed %s', async (committed, expected) => {
    const cluster = new FakeCluster()
    const topics = [{ name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 5n, committedMetadata: '' }] }]
    await cluster.ask('OffsetCommit', { groupId: GROUP, memberId: '', topics }, { version: 9 })
    const identity = await producer(cluster)
    expect(await addOffsets(cluster, identity)).toMatchObject({ errorCode: 0 })
    expect(await commitOffset(cluster, identity, 9n)).toBe(0)
    expect(await committedOffset(cluster)).toEqual({
      committedOffset: -1n,
      errorCode: errorCodes.UNSTABLE_OFFSET_COMMIT,
    })
    expect(await committedOffset(cluster, false)).toEqual({ committedOffset: 5n, errorCode: 0 })
    await end(cluster, identity, committed)
    expect(await committedOffset(cluster)).toEqual({ committedOffset: expected, errorCode: 0 })
  })

  it('do not replace what was committed after them', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    await addOffsets(cluster, identity)
    await commitOffset(cluster, identity, 9n)
    const topics = [
      { name: 'orders', partitions: [{ partitionIndex: 0, committedOffset: 12n, committedMetadata: '' }] },
    ]
    await cluster.ask('OffsetCommit', { groupId: GROUP, memberId: '', topics }, { version: 9 })
    await end(cluster, identity)
    expect(await committedOffset(cluster)).toEqual({ committedOffset: 12n, errorCode: 0 })
  })

  it('belong to the partition of the group in the topic of offsets', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    await addOffsets(cluster, identity)
    // Java's hash of "billing" is -109829509.
    expect(await described(cluster)).toMatchObject({ topics: [{ topic: '__consumer_offsets', partitions: [9] }] })
  })

  it('need the group to be added before v5, and add it from then on', async () => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    expect(await commitOffset(cluster, identity, 9n)).toBe(errorCodes.INVALID_TXN_STATE)
    expect(await commitOffset(cluster, identity, 9n, {}, { version: 4 })).toBe(errorCodes.TRANSACTION_ABORTABLE)
    expect(await commitOffset(cluster, identity, 9n, {}, { version: 5 })).toBe(0)
    await end(cluster, identity)
    expect(view(cluster).offsets).toMatchObject([{ offset: 9n }])
  })

  it('begin a transaction in v5', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    expect(await commitOffset(cluster, identity, 9n, {}, { version: 5 })).toBe(0)
    expect(await described(cluster)).toMatchObject({ transactionState: 'Ongoing' })
  })

  it('are refused of who does not own the transactional id', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await producer(cluster)
    await addOffsets(cluster, identity)
    const older = { ...identity, producerEpoch: -1 }
    for (const version of [3, 5]) {
      expect(await commitOffset(cluster, older, 1n, {}, { version })).toBe(errorCodes.INVALID_PRODUCER_EPOCH)
    }
    expect(await addOffsets(cluster, older)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
    expect(await addOffsets(cluster, older, { version: 1 })).toMatchObject({
      errorCode: errorCodes.INVALID_PRODUCER_EPOCH,
    })
    await end(cluster, identity)
    expect(await commitOffset(cluster, identity, 1n)).toBe(errorCodes.COORDINATOR_NOT_AVAILABLE)
    expect(await commitOffset(cluster, identity, 1n, {}, { version: 5 })).toBe(errorCodes.CONCURRENT_TRANSACTIONS)
  })

  it('are refused without a group, of a partition that is none, and elsewhere', async () => {
    const cluster = new FakeCluster({ maxOffsetMetadataBytes: 1 })
    const identity = await producer(cluster)
    await addOffsets(cluster, identity)
    const refused = (more: object, options = { version: 3, broker: 1 }) =>
      commitOffset(cluster, identity, 1n, more, options)
    const topic = (name: string, committedMetadata: string) => ({
      topics: [{ name, partitions: [{ partitionIndex: 0, committedOffset: 1n, committedMetadata }] }],
    })
    expect(await refused({ groupId: '' })).toBe(errorCodes.INVALID_GROUP_ID)
    expect(await refused(topic('none', ''))).toBe(errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
    expect(await refused(topic('orders', 'ab'))).toBe(errorCodes.OFFSET_METADATA_TOO_LARGE)
    expect(await refused({}, { version: 3, broker: 2 })).toBe(errorCodes.NOT_COORDINATOR)
    expect(await refused({ generationId: 3, memberId: 'a' })).toBe(errorCodes.ILLEGAL_GENERATION)
  })

  it('are refused of members that are no longer in the group (KIP-447)', async () => {
    const cluster = new FakeCluster()
    const [memberId] = (await stableGroup(cluster, 1)) as [string]
    const identity = await producer(cluster)
    await addOffsets(cluster, identity)
    const as = (who: object) => commitOffset(cluster, identity, 1n, who)
    expect(await as({ memberId, generationId: 1 })).toBe(0)
    expect(await as({ memberId, generationId: 0 })).toBe(errorCodes.ILLEGAL_GENERATION)
    expect(await as({ memberId: 'former', generationId: 1 })).toBe(errorCodes.UNKNOWN_MEMBER_ID)
    expect(await as({ memberId, generationId: 1, groupInstanceId: 'a' })).toBe(errorCodes.UNKNOWN_MEMBER_ID)
    // Clients before that tell no member.
    expect(await as({})).toBe(0)
    expect(await beat(cluster, memberId, 1)).toMatchObject({ errorCode: 0 })
  })
})
