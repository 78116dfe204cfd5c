import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { needsKafka, newKafka, visibleTopic } from '../support/kafka.ts'
import { joinClassic, joinConsumer, leaveConsumer } from './support/members.ts'

needsKafka()

const freshName = () => `group-${randomBytes(6).toString('hex')}`

describe('listGroups', () => {
  it('lists groups of all kinds, by state and by type when asked to', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka)
    const [classic, consumer, empty] = [freshName(), freshName(), freshName()]
    await joinClassic(kafka, classic, { topic })
    await joinConsumer(kafka, consumer, { topic })
    await admin.alterGroupOffsets([{ groupId: empty, offsets: [{ topic, partition: 0, offset: 0n }] }])
    const mine = (groups: { readonly groupId: string }[]) =>
      groups.filter(({ groupId }) => [classic, consumer, empty].includes(groupId))
    const ofConsumers = { protocolType: 'consumer', coordinator: 1 }
    const all = mine(await admin.listGroups())
    expect(all).toHaveLength(3)
    expect(all).toEqual(
      expect.arrayContaining([
        { groupId: classic, ...ofConsumers, state: 'Stable', type: 'classic' },
        { groupId: consumer, ...ofConsumers, state: expect.any(String), type: 'consumer' },
        { groupId: empty, protocolType: '', coordinator: 1, state: 'Empty', type: 'classic' },
      ]),
    )
    expect(mine(await admin.listGroups({ types: ['consumer'] }))).toMatchObject([{ groupId: consumer }])
    expect(mine(await admin.listGroups({ states: ['Empty'] }))).toMatchObject([{ groupId: empty }])
    await leaveConsumer(kafka, consumer, await anyMember(consumer))

    async function anyMember(groupId: string): Promise<string> {
      const [described] = await admin.describeGroups([groupId])
      return described!.members![0]!.memberId
    }
  })
})

describe('describeGroups', () => {
  it('describes classic groups and those of KIP-848, each with an outcome of its own', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka)
    const [classic, consumer, unknown] = [freshName(), freshName(), freshName()]
    const memberId = await joinClassic(kafka, classic, { topic, groupInstanceId: 'one' })
    const newMemberId = await joinConsumer(kafka, consumer, { topic })
    const [first, second, third] = await admin.describeGroups([classic, unknown, consumer])
    const identity = { clientId: 'samsa', clientHost: expect.stringMatching(/^\/127\.0\.0\.1$/), rackId: 'r1' }
    const assignment = [{ topic, partitions: [0] }]
    expect(first).toEqual({
      groupId: classic,
      type: 'classic',
      state: 'Stable',
      protocolType: 'consumer',
      assignor: 'range',
      coordinator: 1,
      members: [{ memberId, groupInstanceId: 'one', ...identity, subscribedTopics: [topic], assignment }],
    })
    expect(second).toMatchObject({ groupId: unknown, error: { code: 'GROUP_ID_NOT_FOUND' } })
    expect(second?.error?.message).toContain(`describing group "${unknown}" on broker 1`)
    expect(third).toMatchObject({
      groupId: consumer,
      type: 'consumer',
      protocolType: 'consumer',
      assignor: 'uniform',
      coordinator: 1,
      members: [{ memberId: newMemberId, ...identity, subscribedTopics: [topic], targetAssignment: assignment }],
    })
    expect(third?.groupEpoch).toBeGreaterThan(0)
    expect(third).not.toHaveProperty('authorizedOperations')
    const operations = { includeAuthorizedOperations: true }
    for (const { authorizedOperations } of await admin.describeGroups([classic, consumer], operations)) {
      expect(authorizedOperations).toEqual(expect.arrayContaining(['read', 'delete', 'describe']))
    }
    await leaveConsumer(kafka, consumer, newMemberId)
  })
})
