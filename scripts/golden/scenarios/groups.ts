import { apis } from '../../../src/protocol/apis.ts'
import { ConsumerProtocolAssignment } from '../../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { encodeMessage } from '../../../src/protocol/embedded/message.ts'
import type { RawClient } from '../raw-client.ts'
import { type Topic, unknownTopic } from './topics.ts'

/** Groups of all kinds, with a group for each version, so that every version has a life of its own. */
export async function groupScenarios(client: RawClient, topic: Topic): Promise<void> {
  const find = { key: 'golden-group-0', coordinatorKeys: ['golden-group-0'] }
  await client.each(apis.FindCoordinator, () => find)
  await untilCoordinated(client)
  await client.each(apis.FindCoordinator, () => find)
  await client.each(apis.FindCoordinator, () => ({ key: 'x', keyType: 9, coordinatorKeys: ['x'] }))
  for (let step = 0; step <= 10; step++) await classicGroup(client, topic, step)
  await client.each(apis.ListGroups, () => ({ statesFilter: ['Stable'] }))
  await client.each(apis.DescribeGroups, () => ({ groups: ['golden-group-9'], includeAuthorizedOperations: true }))
  await client.each(apis.DescribeGroups, () => ({ groups: ['no-such-group'] }))
  await refusals(client, topic)
  await leave(client)
  await consumerGroup(client, topic)
}

/** The coordinator's topic is made at the first request; until it is, the answers are that there is none. */
async function untilCoordinated(client: RawClient): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const { errorCode } = await client.call(apis.Heartbeat, 4, {
      groupId: 'golden-group-0',
      generationId: 1,
      memberId: 'x',
    })
    if (errorCode === 25) return // UNKNOWN_MEMBER_ID
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

const lastMembers = new Map<string, string>()

/** The life of a classic group up to its commits, each request in the version nearest to `step`. */
async function classicGroup(client: RawClient, topic: Topic, step: number): Promise<void> {
  const { JoinGroup, SyncGroup, Heartbeat, OffsetCommit, OffsetFetch } = apis
  const groupId = `golden-group-${step}`
  const topics = [topic.name]
  const metadata = encodeMessage(ConsumerProtocolSubscription, Math.min(step, 3), { topics })
  // Every other group has a static member.
  const groupInstanceId = step % 2 === 1 && client.near(JoinGroup, step) >= 5 ? 'static-1' : null
  const join = (memberId: string) =>
    client.call(JoinGroup, client.near(JoinGroup, step), {
      groupId,
      sessionTimeoutMs: 300_000,
      rebalanceTimeoutMs: 300_000,
      memberId,
      groupInstanceId,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata }],
      reason: 'to be recorded',
    })
  let joined = await join('')
  if (joined.errorCode === 79) joined = await join(joined.memberId) // MEMBER_ID_REQUIRED
  const { memberId, generationId } = joined
  lastMembers.set(groupId, memberId)
  const member = { groupId, generationId, memberId, groupInstanceId }
  const assignment = encodeMessage(ConsumerProtocolAssignment, Math.min(step, 3), {
    assignedPartitions: [{ topic: topic.name, partitions: [0, 1] }],
  })
  await client.call(SyncGroup, client.near(SyncGroup, step), {
    ...member,
    protocolType: 'consumer',
    protocolName: 'range',
    assignments: [{ memberId, assignment }],
  })
  await client.call(Heartbeat, client.near(Heartbeat, step), member)
  const partitions = [{ partitionIndex: 0, committedOffset: 3n, committedLeaderEpoch: 0, committedMetadata: 'meta' }]
  await client.call(OffsetCommit, client.near(OffsetCommit, step), {
    ...member,
    generationIdOrMemberEpoch: generationId,
    topics: [{ ...topic, partitions }],
  })
  const wanted = [{ ...topic, partitionIndexes: [0, 1] }]
  await client.call(OffsetFetch, client.near(OffsetFetch, step), {
    groupId,
    topics: wanted,
    groups: [{ groupId, topics: wanted }],
    requireStable: true,
  })
}

/** What members are told that the group does not know. */
async function refusals(client: RawClient, topic: Topic): Promise<void> {
  const groupId = 'golden-group-9'
  const member = { groupId, generationId: 7, memberId: 'nobody' }
  const partitions = [{ partitionIndex: 0, committedOffset: 3n, committedMetadata: null }]
  await client.each(apis.Heartbeat, () => member)
  await client.each(apis.SyncGroup, () => {
    return { ...member, protocolType: 'consumer', protocolName: 'range', assignments: [] }
  })
  await client.each(apis.JoinGroup, () => ({
    groupId,
    sessionTimeoutMs: 1,
    memberId: '',
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata: Buffer.alloc(0) }],
  }))
  await client.each(apis.OffsetCommit, () => {
    return { ...member, generationIdOrMemberEpoch: 7, topics: [{ ...topic, partitions }] }
  })
  await client.each(apis.OffsetFetch, version => {
    const wanted = version < 2 ? [{ name: unknownTopic, partitionIndexes: [0] }] : null
    return { groupId, topics: wanted, groups: [{ groupId, memberId: 'nobody', memberEpoch: 7, topics: wanted }] }
  })
  await client.each(apis.LeaveGroup, () => {
    return { groupId, memberId: 'nobody', members: [{ memberId: 'nobody', groupInstanceId: null }] }
  })
  await client.each(apis.DeleteGroups, () => ({ groupsNames: [groupId, 'no-such-group'] }))
  await client.each(apis.OffsetDelete, () => {
    return { groupId, topics: [{ name: topic.name, partitions: [{ partitionIndex: 0 }] }] }
  })
}

async function leave(client: RawClient): Promise<void> {
  for (const [groupId, memberId] of lastMembers) {
    const step = Number(groupId.split('-').at(-1))
    const members = [{ memberId, groupInstanceId: null, reason: 'recorded' }]
    await client.call(apis.LeaveGroup, client.near(apis.LeaveGroup, step), { groupId, memberId, members })
  }
  lastMembers.clear()
  await client.each(apis.OffsetDelete, () => {
    return { groupId: 'golden-group-10', topics: [{ name: 'golden-raw', partitions: [{ partitionIndex: 0 }] }] }
  })
  await client.each(apis.DeleteGroups, version => ({ groupsNames: [`golden-group-${version}`] }))
}

/** The groups of KIP-848, which the broker assigns. */
async function consumerGroup(client: RawClient, topic: Topic): Promise<void> {
  const { ConsumerGroupHeartbeat, ConsumerGroupDescribe } = apis
  for (const version of client.versions(ConsumerGroupHeartbeat)) {
    const groupId = `golden-consumer-group-${version}`
    const joined = await client.call(ConsumerGroupHeartbeat, version, {
      groupId,
      memberId: 'member-1-of-the-golden',
      memberEpoch: 0,
      instanceId: version === 1 ? 'static-1' : null,
      rackId: 'rack-a',
      rebalanceTimeoutMs: 300_000,
      subscribedTopicNames: version === 0 ? [topic.name] : null,
      subscribedTopicRegex: version === 0 ? null : 'golden-r.*',
      serverAssignor: 'uniform',
      topicPartitions: [],
    })
    const { memberId, memberEpoch } = joined
    await client.call(ConsumerGroupHeartbeat, version, { groupId, memberId: memberId!, memberEpoch })
    await client.call(ConsumerGroupHeartbeat, version, { groupId, memberId: 'nobody', memberEpoch: 5 })
    const describe = client.near(ConsumerGroupDescribe, version)
    await client.call(ConsumerGroupDescribe, describe, { groupIds: [groupId], includeAuthorizedOperations: true })
    await client.call(ConsumerGroupDescribe, describe, {
      groupIds: ['no-such-group'],
      includeAuthorizedOperations: false,
    })
    const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedMetadata: null }]
    const commit = { groupId, memberId: memberId!, topics: [{ ...topic, partitions }] }
    await client.call(apis.OffsetCommit, 9, { ...commit, generationIdOrMemberEpoch: memberEpoch })
    await client.call(apis.OffsetCommit, 9, { ...commit, generationIdOrMemberEpoch: memberEpoch + 1 })
    await client.each(apis.OffsetFetch, fetchVersion => {
      // Null, for all topics, came with version 2.
      return {
        groupId,
        topics: fetchVersion < 2 ? [] : null,
        groups: [{ groupId, memberId, memberEpoch: memberEpoch + 1, topics: null }],
      }
    })
    await client.call(ConsumerGroupHeartbeat, version, { groupId, memberId: memberId!, memberEpoch: -1 })
  }
}
