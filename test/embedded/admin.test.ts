import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { BrokerError, ConfigurationError } from '../../src/index.ts'
import { readBatches } from '../kafka/support/read.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

const freshName = () => `test-${randomBytes(6).toString('hex')}`
const uuid = expect.stringMatching(/^[\w-]{8,}/)

describe('createTopics', () => {
  it('creates topics with the counts that are asked for, and the defaults of the brokers', async () => {
    const admin = newKafka().admin()
    const [two, asBrokersLike] = [freshName(), freshName()]
    expect(
      await admin.createTopics([{ name: two, partitions: 2, replicationFactor: 1 }, { name: asBrokersLike }]),
    ).toEqual([
      { name: two, topicId: uuid, partitions: 2, replicationFactor: 1 },
      { name: asBrokersLike, topicId: uuid, partitions: 1, replicationFactor: 1 },
    ])
  })

  it('gives topics their configuration', async () => {
    const kafka = newKafka()
    const topic = await newTopic(kafka, { configs: { 'max.message.bytes': '1000' } })
    const error = await failure(kafka.producer().send({ topic, value: 'x'.repeat(5000) }))
    expect(error).toMatchObject({ code: 'MESSAGE_TOO_LARGE' })
  })

  it('places replicas where it is told to', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const name = freshName()
    expect(await admin.createTopics([{ name, replicaAssignment: [[1], [1], [1]] }])).toEqual([
      { name, topicId: uuid, partitions: 3, replicationFactor: 1 },
    ])
    expect(await kafka.producer().send({ topic: name, partition: 2, value: 'x' })).toMatchObject({ partition: 2 })
    const [outcome] = await admin.createTopics([{ name: freshName(), replicaAssignment: [[1], [77]] }])
    expect(outcome?.error).toMatchObject({ code: 'INVALID_REPLICA_ASSIGNMENT' })
    expect(outcome?.error?.message).toMatch(/77/)
  })

  it('only checks where validateOnly is set', async () => {
    const admin = newKafka().admin()
    const topics = [{ name: freshName(), partitions: 4 }]
    for (let i = 0; i < 2; i++) {
      const [outcome] = await admin.createTopics(topics, { validateOnly: true })
      expect(outcome).toMatchObject({ name: topics[0]!.name, partitions: 4 })
      expect(outcome).not.toHaveProperty('error')
    }
    expect((await admin.createTopics(topics))[0]).toMatchObject({ topicId: uuid, partitions: 4 })
  })

  it('tells of each topic what became of it, in the order asked for, with the words of the broker', async () => {
    const kafka = newKafka()
    const there = await newTopic(kafka)
    const [fine, badConfig, badFactor] = [freshName(), freshName(), freshName()]
    const outcomes = await kafka
      .admin()
      .createTopics([
        { name: there },
        { name: fine, partitions: 1 },
        { name: badConfig, configs: { 'retention.ms': 'soon' } },
        { name: badFactor, partitions: 1, replicationFactor: 9 },
        { name: 'not a name!' },
      ])
    expect(outcomes.map(({ name, error }) => [name, error?.code])).toEqual([
      [there, 'TOPIC_ALREADY_EXISTS'],
      [fine, undefined],
      [badConfig, 'INVALID_CONFIG'],
      [badFactor, 'INVALID_REPLICATION_FACTOR'],
      ['not a name!', 'INVALID_TOPIC_EXCEPTION'],
    ])
    for (const { name, error } of outcomes) if (error !== undefined) expect(error.message).toContain(`"${name}"`)
    const [exists, , config, factor, illegal] = outcomes
    expect(exists?.error).toBeInstanceOf(BrokerError)
    expect(exists?.error?.message).toMatch(/the broker says: Topic '.*' already exists/)
    expect(config?.error?.message).toMatch(/the broker says: .*soon.*retention\.ms/)
    expect(factor?.error?.message).toMatch(/the broker says: .*9.*1 broker/)
    expect(illegal?.error?.message).toMatch(/the broker says: /)
    expect(await kafka.producer().send({ topic: fine, value: 'x' })).toMatchObject({ offset: 0n })
  })

  it('refuses arguments that cannot be, all of them at once, before it asks anyone', async () => {
    const admin = newKafka({ brokers: '127.0.0.1:1' }).admin()
    const error = await failure(
      admin.createTopics([
        { name: '', partitions: 0 },
        { name: 'b', partitions: 1, replicaAssignment: [[1]] },
        { name: 'c', replicationFactor: 1.5 },
      ]),
    )
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems.map(({ option }) => option)).toEqual([
      'topics[0].name',
      'topics[0].partitions',
      'topics[1].replicaAssignment',
      'topics[2].replicationFactor',
    ])
  })

  it('of no topics gives no outcomes', async () => {
    expect(await newKafka().admin().createTopics([])).toEqual([])
  })
})

describe('deleteTopics', () => {
  it('deletes topics, and tells of those that it does not know', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const [known, unknown] = [await newTopic(kafka), freshName()]
    const outcomes = await admin.deleteTopics([known, unknown])
    const byName = new Map(outcomes.map(({ name, error }) => [name, error]))
    expect([...byName.keys()].toSorted()).toEqual([known, unknown].toSorted())
    expect(byName.get(known)).toBeUndefined()
    expect(byName.get(unknown)).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(byName.get(unknown)?.message).toContain(`"${unknown}"`)
    const [again] = await admin.deleteTopics([known])
    expect(again?.error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  })

  it('deletes the messages too: a topic of the same name is another one, for a producer that knew the first', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const producer = kafka.producer()
    const topic = await newTopic(kafka)
    await producer.sendAll(['a', 'b', 'c'].map(value => ({ topic, value })))
    await admin.deleteTopics([topic])
    await createWhenGone(topic)
    expect(await producer.send({ topic, value: 'anew' })).toMatchObject({ offset: 0n })
    const [batch] = await readBatches(kafka, topic, 0n)
    expect(batch?.at(0)?.value?.toString()).toBe('anew')

    /** A topic may be there for a moment after it was deleted. */
    async function createWhenGone(name: string): Promise<void> {
      for (;;) {
        const [outcome] = await admin.createTopics([{ name }])
        if (outcome?.error === undefined) return
        expect(outcome.error.code).toBe('TOPIC_ALREADY_EXISTS')
      }
    }
  })
})

it('the configuration of an admin is its own, over that of its Kafka', () => {
  const kafka = newKafka({ brokers: '127.0.0.1:1', admin: { timeoutMs: 5 } })
  expect(() => kafka.admin({ timeoutMs: 0 })).toThrow('admin.timeoutMs: must be at least 1, not 0')
})
