import { describe, expect, it } from 'vitest'
import { ConfigurationError, UnsupportedVersionError } from '../../src/index.ts'
import { apis } from '../../src/protocol.ts'
import { failure } from '../support/failure.ts'
import { bootstrap, needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

const hasty = { metadata: { retry: { max: 1, backoffMs: 10 } } }

describe('kafka.client', () => {
  it('tells of brokers, controller and topics', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { partitions: 3 })
    const brokers = await kafka.client.brokers()
    const [host, port] = bootstrap()[0]!.split(':')
    expect(brokers).toContainEqual({ nodeId: 1, host, port: Number(port), rack: expect.any(String) })
    expect(brokers).toContainEqual(await kafka.client.controller())
    expect(await kafka.client.partitions(topic)).toEqual([0, 1, 2])
    expect(await kafka.client.topics()).toContain(topic)
    expect(await kafka.client.writablePartitions(topic)).toEqual([0, 1, 2])
    expect(await kafka.client.leader(topic, 2)).toEqual({ ...brokers[0], leaderEpoch: 0 })
    expect(await kafka.client.replicas(topic, 0)).toEqual([1])
    expect(await kafka.client.inSyncReplicas(topic, 0)).toEqual([1])
    expect(await kafka.client.offlineReplicas(topic, 0)).toEqual([])
    expect(await kafka.client.coordinator('some-group')).toEqual(brokers[0])
  })

  it('sees partitions that were added once its metadata is refreshed', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    expect(await kafka.client.partitions(topic)).toEqual([0])
    const [outcome] = await kafka.admin().createPartitions([{ name: topic, totalCount: 2 }])
    expect(outcome).toEqual({ name: topic })
    const refreshed = async () => {
      await kafka.client.refreshMetadata([topic])
      return kafka.client.partitions(topic)
    }
    // The broker hears of them a moment later than the controller.
    await expect.poll(refreshed).toEqual([0, 1])
  })

  it('names the topic or the partition that is not there, and creates none', async () => {
    const kafka = newKafka(hasty)
    const topic = await newTopic(kafka)
    for (const call of [
      () => kafka.client.partitions('not-there'),
      () => kafka.client.leader('not-there', 0),
      () => kafka.client.refreshMetadata([topic, 'not-there']),
      () => kafka.client.getOffset('not-there', 0, 'newest'),
    ]) {
      const error = await failure(call())
      expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
      expect(error.message).toContain('not-there')
    }
    expect((await failure(kafka.client.replicas(topic, 7))).message).toContain(`${topic}-7`)
    expect(await kafka.client.topics()).not.toContain('not-there')
  })
})

describe('client.request', () => {
  it('asks any API, where it says', async () => {
    const { client } = newKafka()
    const { clusterId } = await client.request(apis.DescribeCluster, { includeClusterAuthorizedOperations: false })
    expect(clusterId).toMatch(/^[\w-]{22}$/)
    const software = { clientSoftwareName: 'test', clientSoftwareVersion: '1' }
    const { apiKeys } = await client.request(apis.ApiVersions, software, { broker: 1 })
    expect(apiKeys.map(({ apiKey }) => apiKey)).toContain(apis.Produce.key)
    const group = { group: 'nobody' }
    const { groups } = await client.request(apis.DescribeGroups, { groups: ['nobody'] }, group)
    expect(groups[0]).toMatchObject({ groupId: 'nobody', groupState: 'Dead' })
  })

  it("leaves the broker's errors in the answer", async () => {
    const { client } = newKafka()
    const topics = [{ name: 'no/slash', numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] }]
    const answer = await client.request(apis.CreateTopics, { topics }, { controller: true })
    expect(answer.topics[0]).toMatchObject({ name: 'no/slash', errorCode: 17 })
  })

  it('asks the leader, in no newer version than told', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka)
    await kafka.producer().send({ topic, value: 'x' })
    const partitions = [{ partitionIndex: 0, timestamp: -1n }]
    const body = { replicaId: -1, topics: [{ name: topic, partitions }] }
    const leader = { leader: { topic, partition: 0 } }
    const answer = await kafka.client.request(apis.ListOffsets, body, leader, { maxVersion: 1 })
    expect(answer.topics[0]?.partitions[0]).toMatchObject({ errorCode: 0, offset: 1n, leaderEpoch: -1 })
  })

  it('refuses targets that cannot be, and fields that the version does not have', async () => {
    const { client } = newKafka()
    const notThere = client.request(apis.ListGroups, {})
    expect(await failure(notThere)).toBeInstanceOf(ConfigurationError)
    expect((await failure(notThere)).message).toBe('target: must be given: ListGroups goes to { broker }')
    const twice = client.request(apis.ListGroups, {}, { broker: 1, any: true } as never)
    expect((await failure(twice)).message).toMatch(/^target: must have one of any, .*, not broker, any$/)
    const old = client.request(apis.ListGroups, { typesFilter: ['Consumer'] }, { broker: 1 }, { maxVersion: 4 })
    expect(await failure(old)).toBeInstanceOf(UnsupportedVersionError)
    expect((await failure(old)).message).toContain('typesFilter')
  })
})
