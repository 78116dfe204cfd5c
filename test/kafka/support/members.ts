import { randomUUID } from 'node:crypto'
import type { Kafka } from '../../../src/index.ts'
import { apis, ConsumerProtocolAssignment, ConsumerProtocolSubscription, encodeMessage } from '../../../src/protocol.ts'

const MEMBER_ID_REQUIRED = 79

export interface MemberOptions {
  readonly topic: string
  readonly groupInstanceId?: string
}

/** Makes a group of the classic protocol with one member, which reads partition 0. It never says anything again. */
export async function joinClassic(kafka: Kafka, groupId: string, { topic, groupInstanceId }: MemberOptions) {
  const group = { group: groupId }
  const metadata = encodeMessage(ConsumerProtocolSubscription, 3, { topics: [topic], rackId: 'r1' })
  const body = {
    groupId,
    sessionTimeoutMs: 45_000,
    rebalanceTimeoutMs: 60_000,
    protocolType: 'consumer',
    protocols: [{ name: 'range', metadata }],
    ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
  }
  let joined = await kafka.client.request(apis.JoinGroup, { ...body, memberId: '' }, group)
  if (joined.errorCode === MEMBER_ID_REQUIRED) {
    joined = await kafka.client.request(apis.JoinGroup, { ...body, memberId: joined.memberId }, group)
  }
  const { memberId, generationId } = joined
  const assignment = encodeMessage(ConsumerProtocolAssignment, 1, {
    assignedPartitions: [{ topic, partitions: [0] }],
  })
  const synced = await kafka.client.request(
    apis.SyncGroup,
    {
      groupId,
      generationId,
      memberId,
      protocolType: 'consumer',
      protocolName: 'range',
      ...(groupInstanceId === undefined ? {} : { groupInstanceId }),
      assignments: [{ memberId, assignment }],
    },
    group,
  )
  if (joined.errorCode !== 0 || synced.errorCode !== 0) {
    throw new Error(`joining failed: ${joined.errorCode}, ${synced.errorCode}`)
  }
  return memberId
}

/** Makes a group of KIP-848 with one member. It never says anything again. */
export async function joinConsumer(kafka: Kafka, groupId: string, { topic }: MemberOptions) {
  const memberId = randomUUID()
  const body = {
    groupId,
    memberId,
    memberEpoch: 0,
    rackId: 'r1',
    rebalanceTimeoutMs: 60_000,
    subscribedTopicNames: [topic],
    topicPartitions: [],
  }
  const answer = await kafka.client.request(apis.ConsumerGroupHeartbeat, body, { group: groupId })
  if (answer.errorCode !== 0) throw new Error(`joining failed: ${answer.errorCode} ${answer.errorMessage}`)
  return memberId
}

/** Has a member of a KIP-848 group leave. */
export async function leaveConsumer(kafka: Kafka, groupId: string, memberId: string) {
  const body = { groupId, memberId, memberEpoch: -1 }
  await kafka.client.request(apis.ConsumerGroupHeartbeat, body, { group: groupId })
}
