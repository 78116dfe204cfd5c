import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../src/index.ts'
import { openTransaction } from '../kafka/support/open-transaction.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, visibleTopic } from '../support/kafka.ts'

needsKafka()

const UNKNOWN_ID = 'AAAAAAAAAAAAAAAAAAABAA'
const quick = { admin: { retry: { max: 1, backoffMs: 10 } } }
const freshName = () => `test-${randomBytes(6).toString('hex')}`
const uuid = expect.stringMatching(/^[\w-]{22}$/)

describe('listTopics', () => {
  it('lists topics by name', async () => {
    const kafka = newKafka()
    const names = [await visibleTopic(kafka), await visibleTopic(kafka)].sort()
    const topics = await kafka.admin().listTopics()
    expect(topics.filter(({ name }) => names.includes(name))).toEqual(
      names.map(name => ({ name, topicId: uuid, isInternal: false })),
    )
  })
})

describe('describeTopics', () => {
  it('describes by name and by id, each topic with an outcome of its own', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const [topic, other, unknown] = [
      await visibleTopic(kafka, { partitions: 2 }),
      await visibleTopic(kafka),
      freshName(),
    ]
    const topicId = (await admin.listTopics()).find(({ name }) => name === other)!.topicId!
    const outcomes = await admin.describeTopics([unknown, topic, { topicId }, 'a/b', { topicId: UNKNOWN_ID }])
    const one = { leader: 1, leaderEpoch: 0, replicas: [1], isr: [1], offlineReplicas: [] }
    const elr = { eligibleLeaderReplicas: [], lastKnownElr: [] }
    expect(outcomes).toEqual([
      { name: unknown, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
      {
        name: topic,
        topicId: uuid,
        isInternal: false,
        partitions: [
          { partition: 0, ...one, ...elr },
          { partition: 1, ...one, ...elr },
        ],
      },
      { name: other, topicId, isInternal: false, partitions: [{ partition: 0, ...one }] },
      { name: 'a/b', error: expect.objectContaining({ code: 'INVALID_TOPIC_EXCEPTION' }) },
      { name: '', topicId: UNKNOWN_ID, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_ID' }) },
    ])
    expect(outcomes[3]?.error?.message).toContain('describing topic "a/b"')
  })

  it('tells what this client may do, when asked for', async () => {
    const kafka = newKafka()
    const topic = await visibleTopic(kafka)
    const [described] = await kafka.admin().describeTopics([topic], { includeAuthorizedOperations: true })
    expect(described?.authorizedOperations).toEqual(expect.arrayContaining(['read', 'write', 'describe_configs']))
  })
})

describe('createPartitions', () => {
  it('adds partitions, and tells of each topic why it could not', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const [topic, three, unknown] = [
      await visibleTopic(kafka),
      await visibleTopic(kafka, { partitions: 3 }),
      freshName(),
    ]
    expect(
      await admin.createPartitions([
        { name: three, totalCount: 2 },
        { name: unknown, totalCount: 2 },
        { name: topic, totalCount: 3, replicaAssignment: [[1], [1]] },
      ]),
    ).toEqual([
      { name: three, error: expect.objectContaining({ code: 'INVALID_PARTITIONS' }) },
      { name: unknown, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
      { name: topic },
    ])
    await admin.createPartitions([{ name: three, totalCount: 9 }], { validateOnly: true })
    // The leader of the last one is known as soon as the broker has heard of it.
    expect(await kafka.client.leader(topic, 2)).toMatchObject({ nodeId: 1 })
    expect(await kafka.client.partitions(topic)).toEqual([0, 1, 2])
    expect(await kafka.client.partitions(three)).toEqual([0, 1, 2])
  })
})

describe('deleteTopics', () => {
  it('deletes by id, and tells of ids that nobody has', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const name = freshName()
    const [created] = await admin.createTopics([{ name }])
    const topicId = created!.topicId!
    expect(await admin.deleteTopics([{ topicId: UNKNOWN_ID }, { topicId }])).toEqual([
      { name: '', topicId: UNKNOWN_ID, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_ID' }) },
      { name, topicId },
    ])
    const [again] = await admin.deleteTopics([name])
    expect(again?.error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })
})

describe('deleteRecords', () => {
  it('deletes the oldest messages, and tells of each partition what is left', async () => {
    const kafka = newKafka(quick)
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka, { partitions: 3 })
    const messages = [0, 1, 2].flatMap(partition => ['a', 'b', 'c'].map(value => ({ topic, partition, value })))
    await kafka.producer().sendAll(messages)
    const outcomes = await admin.deleteRecords([
      { topic, partition: 0, beforeOffset: 2n },
      { topic, partition: 1, beforeOffset: -1n },
      { topic, partition: 2, beforeOffset: 9n },
      { topic: 'a/b', partition: 0, beforeOffset: 0n },
      { topic, partition: 7, beforeOffset: 0n },
    ])
    expect(outcomes.map(({ partition, lowWatermark, error }) => [partition, lowWatermark, error?.code])).toEqual([
      [0, 2n, undefined],
      [1, 3n, undefined],
      [2, undefined, 'OFFSET_OUT_OF_RANGE'],
      [0, undefined, 'INVALID_TOPIC_EXCEPTION'],
      [7, undefined, 'UNKNOWN_TOPIC_OR_PARTITION'],
    ])
    expect(outcomes[2]?.error?.message).toContain(`${topic}-2 before 9 on broker 1`)
    expect(await kafka.client.getOffset(topic, 0, 'oldest')).toBe(2n)
  })
})

describe('listOffsets', () => {
  it('tells where places are', async () => {
    const kafka = newKafka(quick)
    const topic = await visibleTopic(kafka, { partitions: 6, configs: { 'retention.ms': '-1' } })
    const timestamps = [2000, 5000, 3000]
    const messages = [0, 1, 2, 3].flatMap(partition =>
      timestamps.map(timestamp => ({ topic, partition, value: 'x', timestamp })),
    )
    await kafka.producer().sendAll(messages)
    const outcomes = await kafka.admin().listOffsets([
      { topic, partition: 0, spec: 'earliest' },
      { topic, partition: 1, spec: 'latest' },
      { topic, partition: 2, spec: 'max_timestamp' },
      { topic, partition: 3, spec: new Date(2500) },
      { topic, partition: 4, spec: new Date(2500) },
      { topic, partition: 5, spec: 'earliest_local' },
      { topic, partition: 9, spec: 'latest' },
    ])
    expect(outcomes).toEqual([
      { topic, partition: 0, offset: 0n, leaderEpoch: 0 },
      { topic, partition: 1, offset: 3n, leaderEpoch: 0 },
      { topic, partition: 2, offset: 1n, timestamp: 5000, leaderEpoch: 0 },
      { topic, partition: 3, offset: 1n, timestamp: 5000, leaderEpoch: 0 },
      { topic, partition: 4, offset: -1n },
      { topic, partition: 5, offset: 0n, leaderEpoch: 0 },
      { topic, partition: 9, error: expect.objectContaining({ code: 'UNKNOWN_TOPIC_OR_PARTITION' }) },
    ])
    const [tiered] = await kafka.admin().listOffsets([{ topic, partition: 0, spec: 'latest_tiered' }])
    expect(tiered).toMatchObject({ topic, partition: 0, offset: -1n })
  })

  it('ends before what transactions have not decided about, when asked for', async () => {
    const kafka = newKafka()
    const topic = await visibleTopic(kafka)
    await kafka.producer().send({ topic, value: 'x' })
    await openTransaction(kafka, freshName(), topic)
    const latest = [{ topic, partition: 0, spec: 'latest' as const }]
    const admin = kafka.admin()
    expect(await admin.listOffsets(latest)).toMatchObject([{ offset: 2n }])
    expect(await admin.listOffsets(latest, { isolationLevel: 'read_committed' })).toMatchObject([{ offset: 1n }])
  })
})

it('arguments that cannot be are refused by the name of what is wrong, before anybody is asked', async () => {
  const admin = newKafka({ brokers: '127.0.0.1:1' }).admin()
  const calls: readonly (readonly [() => Promise<unknown>, string])[] = [
    [() => admin.listTopics({ listInternal: 1 } as never), 'options.listInternal: must be true or false, not 1'],
    [() => admin.listTopics({ timeoutMs: 0 }), 'options.timeoutMs: must be at least 1, not 0'],
    [() => admin.listTopics(null as never), 'options: must be an object'],
    [() => admin.listTopics({ listInternl: true } as never), 'options.listInternl: unknown option'],
    [() => admin.deleteTopics(['a', 'a']), 'names[1]: is the same as names[0]: "a"'],
    [() => admin.deleteTopics([{ topicId: 'x' }]), 'names[0]: must be the name of a topic, or { topicId } with its id'],
    [() => admin.describeTopics('a' as never), 'topics: must be a list, not "a"'],
    [
      () => admin.deleteRecords([{ topic: 'a', partition: 0, beforeOffset: 1 } as never]),
      'beforeOffset: must be a bigint',
    ],
    [
      () => admin.listOffsets([{ topic: 'a', partition: -1, spec: 'latest' }]),
      'partitions[0].partition: must be at least 0',
    ],
    [
      () => admin.listOffsets([{ topic: 'a', partition: 0, spec: 'first' as never }]),
      'must be one of latest, earliest',
    ],
    [() => admin.createPartitions([{ name: 'a', totalCount: 0 }]), 'topics[0].totalCount: must be at least 1, not 0'],
    [() => admin.createPartitions([null as never]), 'topics[0]: must be an object'],
  ]
  for (const [call, message] of calls) {
    const error = await failure(call())
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toContain(message)
  }
})
