import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'
import { type Topic, timeoutMs, unknownId, unknownTopic } from './topics.ts'

const timestamp = 1_700_000_000_000
const records = [
  { timestamp, key: 'key', value: 'value', headers: [['header', 'one'] as const] },
  { timestamp: timestamp + 1, key: null, value: 'no key' },
  { timestamp: timestamp + 2, key: 'no value', value: null },
]

/** Produce, Fetch and ListOffsets in every version. Leaves records in both partitions. */
export async function recordScenarios(client: RawClient, topic: Topic): Promise<void> {
  const { name, topicId } = topic
  const batch = await client.codec.batch(records)
  const produce = (at: Topic, index: number) => ({
    acks: -1,
    timeoutMs,
    topicData: [{ ...at, partitionData: [{ index, records: batch }] }],
  })
  await client.each(apis.Produce, () => produce(topic, 0))
  await client.each(apis.Produce, () => produce(topic, 1))
  await client.each(apis.Produce, () => produce({ name: unknownTopic, topicId: unknownId }, 0))
  // Of a sequence that cannot follow: what idempotence is about.
  const first = await client.codec.batch(records, { producerId: 77n, epoch: 0, sequence: 0 })
  const topicData = [{ name, topicId, partitionData: [{ index: 0, records: first }] }]
  await client.named('golden-idempotent').call(apis.Produce, 9, { acks: -1, timeoutMs, topicData })
  const late = await client.codec.batch(records, { producerId: 77n, epoch: 0, sequence: 9 })
  await client.each(apis.Produce, () => ({
    acks: -1,
    timeoutMs,
    topicData: [{ name, topicId, partitionData: [{ index: 0, records: late }] }],
  }))
  const fetch = (fetchOffset: bigint) => ({
    maxWaitMs: 100,
    minBytes: 1,
    maxBytes: 1000,
    topics: [{ topic: name, topicId, partitions: [{ partition: 0, fetchOffset, partitionMaxBytes: 200 }] }],
  })
  await client.each(apis.Fetch, () => fetch(0n))
  await client.each(apis.Fetch, () => fetch(9999n))
  await client.each(apis.Fetch, () => ({ ...fetch(0n), sessionId: 12345, sessionEpoch: 3 }))
  await fetchSessions(client, topic)
  for (const special of [-1n, -2n, -3n, BigInt(timestamp + 1)]) {
    await client.each(apis.ListOffsets, version => ({
      replicaId: -1,
      isolationLevel: 1,
      // -3, for the record with the greatest timestamp, came with version 7.
      topics: [
        { name, partitions: [{ partitionIndex: 0, timestamp: version < 7 && special === -3n ? -1n : special }] },
      ],
      timeoutMs,
    }))
  }
  await client.each(apis.ListOffsets, () => ({
    replicaId: -1,
    topics: [{ name, partitions: [{ partitionIndex: 99, timestamp: -1n }] }],
  }))
}

/** Incremental fetches (KIP-227), and one of somebody whose log is not the leader's (KIP-595). */
async function fetchSessions(client: RawClient, { name, topicId }: Topic): Promise<void> {
  const limits = { maxWaitMs: 100, minBytes: 1, maxBytes: 1000 }
  const partition = { fetchOffset: 0n, partitionMaxBytes: 140 }
  const topics = [{ topic: name, topicId, partitions: [0, 1].map(index => ({ ...partition, partition: index })) }]
  const [opening, going, apart] = ['golden-session', 'golden-forgotten', 'golden-diverging'].map(id => client.named(id))
  for (const version of client.versions(apis.Fetch)) {
    if (version >= 7) {
      const { sessionId } = await opening!.call(apis.Fetch, version, {
        ...limits,
        sessionId: 0,
        sessionEpoch: 0,
        topics,
      })
      const forgottenTopicsData = [{ topic: name, topicId, partitions: [1] }]
      await going!.call(apis.Fetch, version, { ...limits, sessionId, sessionEpoch: 1, topics: [], forgottenTopicsData })
    }
    if (version < 12) continue
    const beyond = {
      partition: 0,
      fetchOffset: 9999n,
      lastFetchedEpoch: 0,
      currentLeaderEpoch: 0,
      partitionMaxBytes: 140,
    }
    await apart!.call(apis.Fetch, version, { ...limits, topics: [{ topic: name, topicId, partitions: [beyond] }] })
  }
  for (const each of [opening, going, apart]) each?.close()
}
