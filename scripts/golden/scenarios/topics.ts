import { apis } from '../../../src/protocol/apis.ts'
import { ZERO_UUID } from '../../../src/protocol/schema.ts'
import type { RawClient } from '../raw-client.ts'

/** No broker has it; nor has a topic this id. */
export const unknownTopic = 'no-such-topic'
export const unknownId = 'unknown-topic-id-____A'
export const timeoutMs = 10_000

export interface Topic {
  readonly name: string
  readonly topicId: string
}

/** Creates a topic of two partitions that keeps what it is given, whatever its timestamp. */
export async function createTopic(client: RawClient, name: string): Promise<Topic> {
  const { CreateTopics } = apis
  const { topics } = await client.call(CreateTopics, client.near(CreateTopics, 7), {
    topics: [{ name, numPartitions: 2, replicationFactor: 1, assignments: [], configs: keepForEver }],
    timeoutMs,
  })
  // Metadata tells the id, and that the partitions have a leader by now.
  for (let tries = 0; tries < 100; tries++) {
    const { topics: known } = await client.call(apis.Metadata, 12, { topics: [{ name }] })
    const topicId = known[0]?.topicId ?? ZERO_UUID
    if (known[0]?.partitions.every(({ leaderId }) => leaderId >= 0) && topicId !== ZERO_UUID) return { name, topicId }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
  throw new Error(`${name} was not created: ${topics[0]?.errorMessage}`)
}

const keepForEver = [
  { name: 'retention.ms', value: '-1' },
  { name: 'message.timestamp.before.max.ms', value: '9223372036854775807' },
]

/** The APIs for the cluster and its topics, in every version, with an answer that succeeds and one that does not. */
export async function topicScenarios(client: RawClient, topic: Topic): Promise<void> {
  await client.each(apis.ApiVersions, () => ({ clientSoftwareName: 'golden', clientSoftwareVersion: '1.0' }))
  await client.attempt(apis.ApiVersions, 0, {})
  await client.each(apis.Metadata, () => ({ topics: [{ name: topic.name }], allowAutoTopicCreation: false }))
  await client.each(apis.Metadata, version => ({
    topics: [version < 12 ? { name: unknownTopic } : { topicId: unknownId, name: null }],
    allowAutoTopicCreation: false,
    includeClusterAuthorizedOperations: true,
    includeTopicAuthorizedOperations: true,
  }))
  // Null means all, from version 1 on; nothing in the list means none.
  await client.named('golden-all').each(apis.Metadata, version => ({ topics: version === 0 ? [] : null }))
  await client.named('golden-no-topics').each(apis.Metadata, () => ({ topics: [] }))
  await client.each(apis.DescribeCluster, version => ({
    includeClusterAuthorizedOperations: version > 0,
    includeFencedBrokers: true,
  }))
  await client.each(apis.DescribeCluster, () => ({ includeClusterAuthorizedOperations: false, endpointType: 2 }))
  await client.each(apis.DescribeTopicPartitions, () => ({
    topics: [{ name: topic.name }, { name: unknownTopic }],
    responsePartitionLimit: 1,
  }))
  await createAndDelete(client)
  await client.each(apis.DescribeLogDirs, () => ({ topics: [{ topic: topic.name, partitions: [0] }] }))
  for (const folder of ['a', 'no-such-folder']) {
    await client.each(apis.AlterReplicaLogDirs, () => ({
      dirs: [{ path: `/tmp/samsa-golden/${folder}`, topics: [{ name: topic.name, partitions: [1] }] }],
    }))
  }
  await partitionScenarios(client, topic)
}

async function createAndDelete(client: RawClient): Promise<void> {
  const { CreateTopics, CreatePartitions, DeleteTopics } = apis
  const nameOf = (version: number) => `golden-made-${version}`
  await client.each(CreateTopics, version => ({
    topics: [
      {
        name: nameOf(version),
        numPartitions: version < 4 ? 1 : -1,
        replicationFactor: version < 4 ? 1 : -1,
        assignments: [],
        configs: [{ name: 'cleanup.policy', value: 'compact' }],
      },
      {
        name: `${nameOf(version)}-placed`,
        numPartitions: -1,
        replicationFactor: -1,
        assignments: [{ partitionIndex: 0, brokerIds: [1] }],
        configs: [],
      },
    ],
    timeoutMs,
  }))
  await client.each(CreateTopics, () => ({
    topics: [{ name: 'not/a/name', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }],
    timeoutMs,
    validateOnly: true,
  }))
  await client.each(CreatePartitions, version => ({
    topics: [{ name: nameOf(version + 2), count: 2, assignments: version === 1 ? [{ brokerIds: [1] }] : null }],
    timeoutMs,
    validateOnly: false,
  }))
  await client.each(CreatePartitions, () => ({
    topics: [{ name: unknownTopic, count: 2, assignments: null }],
    timeoutMs,
    validateOnly: true,
  }))
  const ids = await client.call(apis.Metadata, 12, { topics: [{ name: nameOf(7) }] })
  await client.each(DeleteTopics, version => ({
    topics: [{ name: null, topicId: ids.topics[0]!.topicId }],
    topicNames: [nameOf(version + 1)],
    timeoutMs,
  }))
  await client.each(DeleteTopics, () => ({
    topics: [{ name: unknownTopic, topicId: ZERO_UUID }],
    topicNames: [unknownTopic],
    timeoutMs,
  }))
}

/** What is asked of leaders and of the controller about single partitions. */
async function partitionScenarios(client: RawClient, { name }: Topic): Promise<void> {
  await client.each(apis.OffsetForLeaderEpoch, version => ({
    replicaId: version < 3 ? -2 : -1,
    topics: [{ topic: name, partitions: [{ partition: 0, currentLeaderEpoch: -1, leaderEpoch: 0 }] }],
  }))
  await client.each(apis.OffsetForLeaderEpoch, () => ({
    replicaId: -1,
    topics: [{ topic: name, partitions: [{ partition: 0, currentLeaderEpoch: 99, leaderEpoch: 0 }] }],
  }))
  await client.each(apis.ElectLeaders, () => ({ topicPartitions: [{ topic: name, partitions: [0, 99] }], timeoutMs }))
  await client.each(apis.ElectLeaders, () => ({ electionType: 1, topicPartitions: null, timeoutMs }))
  await client.each(apis.AlterPartitionReassignments, () => ({
    timeoutMs,
    topics: [{ name, partitions: [{ partitionIndex: 0, replicas: [1] }] }],
  }))
  await client.each(apis.AlterPartitionReassignments, () => ({
    timeoutMs,
    topics: [
      {
        name,
        partitions: [
          { partitionIndex: 0, replicas: null },
          { partitionIndex: 1, replicas: [1, 99] },
        ],
      },
    ],
  }))
  await client.each(apis.ListPartitionReassignments, () => ({ timeoutMs, topics: [{ name, partitionIndexes: [0] }] }))
  await client.each(apis.DescribeProducers, () => ({ topics: [{ name, partitionIndexes: [0, 99] }] }))
  await client.each(apis.DeleteRecords, version => ({
    topics: [{ name, partitions: [{ partitionIndex: 1, offset: BigInt(version) }] }],
    timeoutMs,
  }))
  await client.each(apis.DeleteRecords, () => ({
    topics: [{ name, partitions: [{ partitionIndex: 1, offset: 9999n }] }],
    timeoutMs,
  }))
}
