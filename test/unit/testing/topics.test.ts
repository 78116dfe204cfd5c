import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { MockCluster } from '../../../src/testing.ts'
import { RawClient, startCluster } from './support.ts'

const ALL_OF_TOPICS = 0b110111111000

async function withClient(options: Parameters<typeof startCluster>[0] = {}) {
  const cluster = await startCluster(options)
  return { cluster, client: await RawClient.connect(cluster) }
}

const newTopic = (name: string, more: object = {}) => ({
  name,
  numPartitions: -1,
  replicationFactor: -1,
  assignments: [],
  configs: [],
  ...more,
})

describe('topics', () => {
  it('are created, grow, and are deleted', async () => {
    const { cluster, client } = await withClient({ brokers: 3 })
    const created = await client.ask('CreateTopics', {
      topics: [newTopic('a', { numPartitions: 2, configs: [{ name: 'retention.ms', value: '1000' }] })],
    })
    expect(created.topics[0]).toMatchObject({ errorCode: 0, numPartitions: 2, replicationFactor: 3 })
    expect(created.topics[0]!.configs).toContainEqual(
      expect.objectContaining({ name: 'retention.ms', value: '1000', configSource: 1 }),
    )
    await client.ask('CreatePartitions', { topics: [{ name: 'a', count: 4, assignments: null }], timeoutMs: 1 })
    const { topics } = await client.ask('Metadata', { topics: null, includeTopicAuthorizedOperations: true })
    expect(topics[0]!.partitions.map(({ leaderId }) => leaderId)).toEqual([1, 2, 3, 1])
    expect(topics[0]).toMatchObject({ topicId: created.topics[0]!.topicId, topicAuthorizedOperations: ALL_OF_TOPICS })
    const deleting = { topics: [{ topicId: topics[0]!.topicId }], timeoutMs: 1 }
    expect(await client.ask('DeleteTopics', deleting)).toMatchObject({ responses: [{ name: 'a', errorCode: 0 }] })
    expect(await client.ask('DeleteTopics', deleting)).toMatchObject({
      responses: [{ name: null, errorCode: errorCodes.UNKNOWN_TOPIC_ID }],
    })
    expect(() => cluster.log('a', 0)).toThrow('there is no topic "a"; there is none')
  })

  it.each([
    [newTopic('a'), 'TOPIC_ALREADY_EXISTS'],
    [newTopic('b c'), 'INVALID_TOPIC_EXCEPTION'],
    [newTopic('..'), 'INVALID_TOPIC_EXCEPTION'],
    [newTopic('x_y'), 'INVALID_TOPIC_EXCEPTION'],
    [newTopic('b', { numPartitions: 0 }), 'INVALID_PARTITIONS'],
    [newTopic('b', { replicationFactor: 2 }), 'INVALID_REPLICATION_FACTOR'],
    [newTopic('b', { configs: [{ name: 'retention', value: '1' }] }), 'INVALID_CONFIG'],
    [newTopic('b', { configs: [{ name: 'retention.ms', value: 'long' }] }), 'INVALID_CONFIG'],
    [newTopic('b', { assignments: [{ partitionIndex: 1, brokerIds: [1] }] }), 'INVALID_REPLICA_ASSIGNMENT'],
    [newTopic('b', { assignments: [{ partitionIndex: 0, brokerIds: [9] }] }), 'INVALID_REPLICA_ASSIGNMENT'],
  ] as const)('are refused: %j, %s', async (topic, error) => {
    const { client } = await withClient({ topics: { a: {}, 'x.y': {} } })
    const { topics } = await client.ask('CreateTopics', { topics: [topic] })
    expect(topics[0]).toMatchObject({ errorCode: errorCodes[error], errorMessage: expect.stringMatching(/./) })
  })

  it('are created when they are asked for, where both sides want it', async () => {
    const ask = (client: RawClient, allowAutoTopicCreation: boolean) =>
      client.ask('Metadata', { topics: [{ name: 'new' }], allowAutoTopicCreation })
    const { client } = await withClient({ configs: { 'num.partitions': 3 } })
    expect((await ask(client, false)).topics[0]).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION })
    expect((await ask(client, true)).topics[0]!.partitions).toHaveLength(3)
    const { client: other } = await withClient({ autoCreateTopics: false })
    expect((await ask(other, true)).topics[0]).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION })
  })

  it('that cannot be by their name are told apart from those that are not there', async () => {
    const { client } = await withClient()
    const asked = { topics: [{ name: 'a/b' }, { name: 'ab' }], allowAutoTopicCreation: false }
    const expected = [
      { errorCode: errorCodes.INVALID_TOPIC_EXCEPTION },
      { errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION },
    ]
    expect((await client.ask('Metadata', asked)).topics).toMatchObject(expected)
    const described = { topics: asked.topics, responsePartitionLimit: 10, cursor: null }
    expect((await client.ask('DescribeTopicPartitions', described)).topics).toMatchObject(expected)
  })

  it('have ids of their own, each time anew', async () => {
    const { cluster, client } = await withClient({ topics: { a: {} } })
    const { topics } = await client.ask('Metadata', { topics: [{ name: 'a' }] })
    cluster.deleteTopic('a')
    cluster.createTopic('a')
    const byId = await client.ask('Metadata', { topics: [{ name: null, topicId: topics[0]!.topicId }] })
    expect(byId.topics[0]).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_ID, name: null })
  })

  it('are described in pages', async () => {
    const { client } = await withClient({ topics: { a: { partitions: 2 }, b: { partitions: 3 } } })
    const pages: string[] = []
    let cursor: { topicName: string; partitionIndex: number } | null = null
    do {
      const asked = { topics: [], responsePartitionLimit: 2, cursor }
      const page: Awaited<ReturnType<typeof client.ask<'DescribeTopicPartitions'>>> = await client.ask(
        'DescribeTopicPartitions',
        asked,
      )
      pages.push(page.topics.map(({ name, partitions: p }) => `${name}${p.map(each => each.partitionIndex)}`).join())
      cursor = page.nextCursor
    } while (cursor !== null)
    expect(pages).toEqual(['a0,1', 'b0,1', 'b2'])
  })
})

describe('configurations', () => {
  const TOPIC = { resourceType: 2, resourceName: 'a' }
  async function described(client: RawClient, name: string) {
    const resources = [{ ...TOPIC, configurationKeys: [name] }]
    const { results } = await client.ask('DescribeConfigs', { resources, includeSynonyms: true })
    return results[0]!.configs[0]!
  }
  const alter = async (client: RawClient, name: string, configOperation: number, value: string | null) => {
    const resources = [{ ...TOPIC, configs: [{ name, configOperation, value }] }]
    return (await client.ask('IncrementalAlterConfigs', { resources })).responses[0]!
  }

  it('come from the topic, else the brokers, else from Kafka', async () => {
    const { client } = await withClient({ topics: { a: {} }, configs: { 'message.max.bytes': 500 } })
    expect(await described(client, 'max.message.bytes')).toMatchObject({ value: '500', configSource: 4, configType: 3 })
    expect(await alter(client, 'max.message.bytes', 0, '90')).toMatchObject({ errorCode: 0 })
    expect(await described(client, 'max.message.bytes')).toMatchObject({
      value: '90',
      configSource: 1,
      synonyms: [
        { name: 'max.message.bytes', value: '90', source: 1 },
        { name: 'message.max.bytes', value: '500', source: 4 },
        { name: 'message.max.bytes', value: '1048588', source: 5 },
      ],
    })
    expect(await client.produce(['x'.repeat(100)])).toMatchObject({ errorCode: errorCodes.MESSAGE_TOO_LARGE })
    await alter(client, 'max.message.bytes', 1, null)
    expect(await client.produce(['x'.repeat(100)])).toMatchObject({ errorCode: 0 })
  })

  it('that are lists grow and shrink', async () => {
    const { client } = await withClient({ topics: { a: {} } })
    await alter(client, 'cleanup.policy', 2, 'compact')
    expect(await described(client, 'cleanup.policy')).toMatchObject({ value: 'delete,compact' })
    await alter(client, 'cleanup.policy', 3, 'delete')
    expect(await described(client, 'cleanup.policy')).toMatchObject({ value: 'compact' })
    expect(await alter(client, 'retention.ms', 2, '1')).toMatchObject({ errorCode: errorCodes.INVALID_CONFIG })
    expect(await alter(client, 'cleanup.policy', 0, 'shred')).toMatchObject({ errorCode: errorCodes.INVALID_CONFIG })
  })
})

describe('the options of a cluster', () => {
  it('are checked all together', async () => {
    const options = {
      brokers: 0,
      topcis: {},
      topics: { a: { partition: 1 } },
      apiVersions: { Fetch: { min: 0, max: 99 }, Fetsch: null },
      configs: { 'num.partitions': 'many' },
      clock: {},
    }
    await expect(MockCluster.start(options as never)).rejects.toMatchObject({
      problems: [
        { option: 'topcis', problem: expect.stringContaining('did you mean topics?') },
        { option: 'brokers', problem: 'must be at least 1, not 0' },
        { option: 'topics.a.partition', problem: expect.stringContaining('known ones are partitions') },
        { option: 'apiVersions.Fetch', problem: 'must be null or { min, max } from 4 to 18' },
        { option: 'apiVersions.Fetsch', problem: expect.stringContaining('no such API') },
        { option: 'configs', problem: expect.stringContaining('Invalid value many for configuration num.partitions') },
        { option: 'clock', problem: expect.stringContaining('must have now()') },
      ],
    })
    await expect(MockCluster.start({ topics: { 'no topic': {}, a: { partitions: 0 } } })).rejects.toMatchObject({
      problems: [
        { option: 'topics["no topic"]', problem: expect.stringContaining('Topic name is invalid') },
        { option: 'topics["a"]', problem: 'Number of partitions must be larger than 0.' },
      ],
    })
  })
})

describe('fixtures', () => {
  it('go where their keys belong, else by turns', async () => {
    const { cluster } = await withClient({ topics: { a: { partitions: 3 } } })
    const written = cluster.produce('a', ['0', '1', '2', { key: 'alice', value: '3' }, { key: 'alice', value: '4' }])
    expect(written.map(({ partition }) => partition).slice(0, 3)).toEqual([0, 1, 2])
    expect(written[3]!.partition).toBe(written[4]!.partition)
    expect(written[4]!.offset).toBe(written[3]!.offset + 1n)
    expect(() => cluster.produce('a', [{ partition: 3 }])).toThrow('must be 0 to 2, the partitions of a, not 3')
    const headers = { trace: 'abc', several: ['1', '2'] }
    const [withHeaders] = cluster.produce('a', [{ value: 'x', partition: 0, headers }])
    const read = [...cluster.log('a', 0).messages()].find(({ offset }) => offset === withHeaders?.offset)
    const list = [...(read?.headers ?? [])].map(([name, value]) => `${name}=${value}`)
    expect(list).toEqual(['trace=abc', 'several=1', 'several=2'])
    const wrong = { value: 12 as never, headers: { trace: {} as never } }
    expect(() => cluster.produce('a', ['fine', wrong])).toThrow(
      /messages\[1\]\.value: must be a string, .* not 12\n {2}messages\[1\]\.headers\.trace: must be/,
    )
  })

  it('are kept no longer than what clients write', async () => {
    const { cluster } = await withClient({ topics: { a: { configs: { 'retention.bytes': 250 } } } })
    for (let i = 0; i < 10; i++) cluster.produce('a', [`${i}`.repeat(40)])
    const { startOffset, endOffset } = cluster.log('a', 0)
    expect(endOffset).toBe(10n)
    expect(startOffset).toBeGreaterThan(5n)
  })
})
