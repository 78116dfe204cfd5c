import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'
import { type Topic, unknownId } from './topics.ts'

const groupId = 'golden-share-group'
/** As a kind of resource that has configs. */
const GROUP = 32

/** Share groups (KIP-932) with what their coordinator keeps, and groups of Kafka Streams (KIP-1071). */
export async function shareAndStreamsScenarios(client: RawClient, topic: Topic): Promise<void> {
  if (client.versions(apis.ShareGroupHeartbeat).length > 0) await shareGroup(client, topic)
  if (client.versions(apis.InitializeShareGroupState).length > 0) await shareState(client, topic)
  if (client.versions(apis.StreamsGroupHeartbeat).length > 0) await streamsGroup(client, topic)
}

async function shareGroup(client: RawClient, topic: Topic): Promise<void> {
  const { ShareGroupHeartbeat, ShareFetch, ShareAcknowledge } = apis
  const member = { groupId, memberId: 'golden-member-of-sharA' }
  const earliest = { name: 'share.auto.offset.reset', configOperation: 0, value: 'earliest' }
  await client.call(apis.IncrementalAlterConfigs, 1, {
    resources: [{ resourceType: GROUP, resourceName: groupId, configs: [earliest] }],
    validateOnly: false,
  })
  const heartbeat = (memberEpoch: number, names: string[] | null) =>
    client.call(ShareGroupHeartbeat, 1, { ...member, memberEpoch, subscribedTopicNames: names })
  let { memberEpoch, assignment } = await heartbeat(0, [topic.name])
  for (let tries = 0; tries < 50 && assignment?.topicPartitions.length !== 1; tries++) {
    await new Promise(resolve => setTimeout(resolve, 200))
    ;({ memberEpoch, assignment } = await heartbeat(memberEpoch, null))
  }
  await heartbeat(77, null)
  await client.each(apis.AlterShareGroupOffsets, () => alterOffsets('no-such-group', topic.name))
  await client.each(apis.ShareGroupDescribe, () => ({ groupIds: [groupId], includeAuthorizedOperations: true }))
  await client.each(apis.ShareGroupDescribe, () => ({
    groupIds: ['no-such-group'],
    includeAuthorizedOperations: false,
  }))
  const limits = { maxWaitMs: 500, minBytes: 1, maxBytes: 100_000, maxRecords: 3, batchSize: 3 }
  for (const version of client.versions(ShareFetch)) {
    const fetch = (shareSessionEpoch: number, acknowledgementBatches: Acknowledgements) =>
      client.call(ShareFetch, version, {
        ...member,
        ...limits,
        shareSessionEpoch,
        topics: [{ topicId: topic.topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches }] }],
        forgottenTopicsData: [],
      })
    const acknowledge = (shareSessionEpoch: number, acknowledgementBatches: Acknowledgements) =>
      client.call(ShareAcknowledge, version, {
        ...member,
        shareSessionEpoch,
        topics: [{ topicId: topic.topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches }] }],
      })
    const first = await fetchSome(
      () => fetch(0, []),
      () => acknowledge(-1, []),
    )
    const acquired = first?.responses[0]?.partitions[0]?.acquiredRecords[0]
    if (acquired === undefined) throw new Error(`ShareFetch v${version} acquired nothing`)
    const { firstOffset } = acquired
    await acknowledge(1, [{ firstOffset, lastOffset: firstOffset + 1n, acknowledgeTypes: [1, 3] }])
    await acknowledge(2, [{ firstOffset: 9999n, lastOffset: 9999n, acknowledgeTypes: [1] }])
    await fetch(99, [])
    await acknowledge(-1, [])
  }
  await client.each(apis.DescribeShareGroupOffsets, () => ({
    groups: [{ groupId, topics: [{ topicName: topic.name, partitions: [0] }] }],
  }))
  await client.each(apis.DescribeShareGroupOffsets, () => ({ groups: [{ groupId: 'no-such-group', topics: null }] }))
  await heartbeat(-1, null)
  await client.each(apis.AlterShareGroupOffsets, () => alterOffsets(groupId, topic.name))
  await client.each(apis.DeleteShareGroupOffsets, () => ({ groupId, topics: [{ topicName: topic.name }] }))
  await client.each(apis.DeleteShareGroupOffsets, () => {
    return { groupId: 'no-such-group', topics: [{ topicName: topic.name }] }
  })
}

type Acknowledgements = { firstOffset: bigint; lastOffset: bigint; acknowledgeTypes: number[] }[]
type Fetched = { responses: { partitions: { acquiredRecords: { firstOffset: bigint }[] }[] }[] }

/** A share partition is being made ready while the first fetches come; those find nothing. */
async function fetchSome(open: () => Promise<Fetched>, close: () => Promise<unknown>): Promise<Fetched | undefined> {
  for (let tries = 0; tries < 50; tries++) {
    const answer = await open()
    if (answer.responses.some(({ partitions }) => partitions.some(each => each.acquiredRecords.length > 0)))
      return answer
    await close()
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  return undefined
}

function alterOffsets(group: string, topicName: string) {
  return { groupId: group, topics: [{ topicName, partitions: [{ partitionIndex: 0, startOffset: 1n }] }] }
}

/** What group coordinators and partition leaders say to the coordinator of share groups. */
async function shareState(client: RawClient, { topicId }: Topic): Promise<void> {
  const at = (partition: object, id = topicId) => {
    return { groupId: 'golden-share-state', topics: [{ topicId: id, partitions: [{ partition: 0, ...partition }] }] }
  }
  for (const id of [topicId, unknownId]) {
    await client.each(apis.InitializeShareGroupState, () => at({ stateEpoch: 1, startOffset: 5n }, id) as never)
    await client.each(apis.WriteShareGroupState, () => at(written, id) as never)
    await client.each(apis.ReadShareGroupState, () => at({ leaderEpoch: 0 }, id) as never)
    await client.each(apis.ReadShareGroupStateSummary, () => at({ leaderEpoch: 0 }, id) as never)
  }
  await client.each(apis.WriteShareGroupState, () => at({ ...written, stateEpoch: 0 }) as never)
  await client.each(apis.DeleteShareGroupState, () => at({}) as never)
}

const written = {
  stateEpoch: 1,
  leaderEpoch: 0,
  startOffset: 5n,
  deliveryCompleteCount: 1,
  stateBatches: [{ firstOffset: 5n, lastOffset: 6n, deliveryState: 2, deliveryCount: 1 }],
}

async function streamsGroup(client: RawClient, { name }: Topic): Promise<void> {
  const { StreamsGroupHeartbeat, StreamsGroupDescribe } = apis
  const member = { groupId: 'golden-streams-group', memberId: 'golden-member-streams' }
  const none = { activeTasks: [], standbyTasks: [], warmupTasks: [] }
  const topics = { sourceTopicRegex: [], repartitionSinkTopics: [], repartitionSourceTopics: [], copartitionGroups: [] }
  const changelog = {
    name: 'golden-changelog',
    partitions: 0,
    replicationFactor: 1,
    topicConfigs: [{ key: 'cleanup.policy', value: 'compact' }],
  }
  const joined = await client.attempt(StreamsGroupHeartbeat, 0, {
    ...member,
    ...none,
    memberEpoch: 0,
    endpointInformationEpoch: 0,
    rebalanceTimeoutMs: 300_000,
    topology: {
      epoch: 0,
      subtopologies: [{ subtopologyId: '0', sourceTopics: [name], stateChangelogTopics: [changelog], ...topics }],
    },
    processId: 'golden-process',
    userEndpoint: { host: '127.0.0.1', port: 65535 },
    clientTags: [{ key: 'zone', value: 'a' }],
  })
  const memberEpoch = joined?.memberEpoch ?? 0
  await client.attempt(StreamsGroupHeartbeat, 0, { ...member, memberEpoch, endpointInformationEpoch: 0 })
  await client.attempt(StreamsGroupHeartbeat, 0, { ...member, memberEpoch: 77, endpointInformationEpoch: 0 })
  const describe = { includeAuthorizedOperations: true }
  await client.attempt(StreamsGroupDescribe, 0, { ...describe, groupIds: [member.groupId] })
  await client.attempt(StreamsGroupDescribe, 0, { ...describe, groupIds: ['no-such-group'] })
  await client.attempt(StreamsGroupHeartbeat, 0, { ...member, memberEpoch: -1, endpointInformationEpoch: 0 })
}
