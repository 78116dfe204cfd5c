import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { joinClassic } from '../kafka/support/members.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, visibleTopic } from '../support/kafka.ts'

needsKafka()

const freshName = () => `group-${randomBytes(6).toString('hex')}`

describe('offsets of groups', () => {
  it('are set, told and forgotten, for many groups at once', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka, { partitions: 2 })
    const [one, other, none] = [freshName(), freshName(), freshName()]
    const place = (partition: number) => ({ topic, partition })
    expect(
      await admin.alterGroupOffsets([
        {
          groupId: one,
          offsets: [
            { ...place(0), offset: 3n, metadata: 'here' },
            { ...place(1), offset: 4n, leaderEpoch: 0 },
          ],
        },
        {
          groupId: other,
          offsets: [
            { ...place(0), offset: 5n },
            { topic: 'not-there', partition: 0, offset: 1n },
          ],
        },
      ]),
    ).toEqual([
      { groupId: one, partitions: [place(0), place(1)] },
      {
        groupId: other,
        partitions: [
          place(0),
          {
            topic: 'not-there',
            partition: 0,
            error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }),
          },
        ],
      },
    ])
    const only = { groupId: one, partitions: [place(1), { topic, partition: 7 }] }
    expect(await admin.listGroupOffsets([one, other, none])).toEqual([
      {
        groupId: one,
        offsets: [
          { ...place(0), offset: 3n, metadata: 'here' },
          { ...place(1), offset: 4n, leaderEpoch: 0, metadata: '' },
        ],
      },
      { groupId: other, offsets: [{ ...place(0), offset: 5n, metadata: '' }] },
      { groupId: none, offsets: [] },
    ])
    expect(await admin.listGroupOffsets([only], { requireStable: true })).toEqual([
      {
        groupId: one,
        offsets: [
          { ...place(1), offset: 4n, leaderEpoch: 0, metadata: '' },
          { topic, partition: 7, offset: -1n, metadata: '' },
        ],
      },
    ])
    expect(
      await admin.deleteGroupOffsets([
        { groupId: one, partitions: [place(0)] },
        { groupId: none, partitions: [place(0)] },
      ]),
    ).toEqual([
      { groupId: one, partitions: [place(0)] },
      { groupId: none, error: expect.objectContaining({ code: 'GROUP_ID_NOT_FOUND' }) },
    ])
    const [left] = await admin.listGroupOffsets([one])
    expect(left?.offsets).toMatchObject([place(1)])
  })

  it('cannot be changed while the group has members, which the outcome says', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka)
    const groupId = freshName()
    await joinClassic(kafka, groupId, { topic })
    const [altered] = await admin.alterGroupOffsets([{ groupId, offsets: [{ topic, partition: 0, offset: 1n }] }])
    expect(altered).toMatchObject({ groupId, error: { code: 'UNKNOWN_MEMBER_ID' } })
    const [deleted] = await admin.deleteGroupOffsets([{ groupId, partitions: [{ topic, partition: 0 }] }])
    expect(deleted).toMatchObject({ partitions: [{ topic, error: { code: 'GROUP_SUBSCRIBED_TO_TOPIC' } }] })
  })
})

describe('listGroupLag', () => {
  it('tells how far groups are behind', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka, { partitions: 2 })
    await kafka.producer().sendAll(Array.from({ length: 10 }, (_, i) => ({ topic, partition: i % 2, value: 'x' })))
    const [behind, done, none] = [freshName(), freshName(), freshName()]
    const at = (partition: number, offset: bigint) => ({ topic, partition, offset })
    await admin.alterGroupOffsets([
      { groupId: behind, offsets: [at(0, 1n), at(1, 3n)] },
      { groupId: done, offsets: [at(0, 5n)] },
    ])
    expect(await admin.listGroupLag([behind, done, none])).toEqual([
      {
        groupId: behind,
        partitions: [
          { ...at(0, 1n), endOffset: 5n, lag: 4n },
          { ...at(1, 3n), endOffset: 5n, lag: 2n },
        ],
        totalLag: 6n,
      },
      { groupId: done, partitions: [{ ...at(0, 5n), endOffset: 5n, lag: 0n }], totalLag: 0n },
      { groupId: none, partitions: [], totalLag: 0n },
    ])
  })
})

describe('members and groups', () => {
  it('are removed by name, by id, or all', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka)
    const [named, nameless] = [freshName(), freshName()]
    await joinClassic(kafka, named, { topic, groupInstanceId: 'one' })
    const memberId = await joinClassic(kafka, nameless, { topic })
    const reason = { reason: 'they are not needed' }
    const members = [{ groupInstanceId: 'one' }, { groupInstanceId: 'two' }]
    expect(await admin.removeMembersFromGroup(named, members, reason)).toEqual([
      { memberId: '', groupInstanceId: 'one' },
      { memberId: '', groupInstanceId: 'two', error: expect.objectContaining({ code: 'UNKNOWN_MEMBER_ID' }) },
    ])
    const [blocked] = await admin.deleteGroups([nameless])
    expect(blocked).toMatchObject({ groupId: nameless, error: { code: 'NON_EMPTY_GROUP' } })
    expect(await admin.removeMembersFromGroup(nameless, 'all')).toEqual([{ memberId }])
    const unknown = freshName()
    expect(await admin.deleteGroups([unknown, named, nameless])).toEqual([
      { groupId: unknown, error: expect.objectContaining({ code: 'GROUP_ID_NOT_FOUND' }) },
      { groupId: named },
      { groupId: nameless },
    ])
    expect(await failure(admin.removeMembersFromGroup(unknown, 'all'))).toMatchObject({ code: 'GROUP_ID_NOT_FOUND' })
    const error = await failure(admin.removeMembersFromGroup(named, [{} as never]))
    expect(error.message).toContain('members[0].groupInstanceId: give this of a static member')
  })
})
