import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'
import { timeoutMs } from './topics.ts'

/** What a broker says of partitions that another one leads, or that nobody leads any more once `kill` has been called. */
export async function threeBrokerScenarios(client: RawClient, kill: () => Promise<void>): Promise<void> {
  const name = 'golden-elsewhere'
  const assignments = [[2], [3]].map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds }))
  await client.call(apis.CreateTopics, 7, {
    topics: [{ name, numPartitions: -1, replicationFactor: -1, assignments, configs: [] }],
    timeoutMs,
  })
  await until(async () => (await describe(client, name)).every(({ leaderId }) => leaderId > 1))
  const { topics } = await client.call(apis.Metadata, 13, { topics: [{ name }] })
  const topicId = topics[0]!.topicId
  const records = await client.codec.batch([{ timestamp: 1_700_000_000_000, key: null, value: 'lost' }])
  await client.each(apis.Produce, () => ({
    acks: -1,
    timeoutMs,
    topicData: [{ name, topicId, partitionData: [{ index: 0, records }] }],
  }))
  const partition = { partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000, currentLeaderEpoch: 0 }
  await client.each(apis.Fetch, () => ({
    maxWaitMs: 100,
    minBytes: 1,
    topics: [{ topic: name, topicId, partitions: [partition] }],
  }))
  await client.each(apis.ListOffsets, () => ({
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  }))
  await client.each(apis.DescribeCluster, () => ({ includeClusterAuthorizedOperations: false }))
  await kill()
  await until(async () => (await describe(client, name)).some(({ leaderId }) => leaderId < 0))
  await client.each(apis.Metadata, () => ({ topics: [{ name }] }))
  await client.each(apis.DescribeTopicPartitions, () => ({ topics: [{ name }], responsePartitionLimit: 10 }))
}

async function describe(client: RawClient, name: string) {
  const { topics } = await client.call(apis.Metadata, 13, { topics: [{ name }] })
  return topics[0]?.partitions.length === 2 ? topics[0].partitions : [{ leaderId: 0 }]
}

async function until(happened: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await happened()) return
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  throw new Error('waited in vain')
}
