import { randomBytes } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, visibleTopic } from '../support/kafka.ts'

needsKafka()

const freshName = () => `test-${randomBytes(6).toString('hex')}`

describe('describeConfigs', () => {
  it('describes topics, brokers, loggers and groups, each with an outcome of its own', async () => {
    const kafka = newKafka()
    const topic = await visibleTopic(kafka, { configs: { 'retention.ms': '1234' } })
    const outcomes = await kafka.admin().describeConfigs([
      { type: 'topic', name: topic, keys: ['retention.ms', 'cleanup.policy'] },
      { type: 'broker', name: '1', keys: ['log.retention.ms', 'node.id'] },
      { type: 'broker_logger', name: '1', keys: ['kafka.server.KafkaApis'] },
      { type: 'group', name: 'some-group' },
      { type: 'topic', name: 'a/b' },
      { type: 'broker', name: '77' },
    ])
    const [ofTopic, ofBroker, ofLogger, ofGroup, illegal, absent] = outcomes
    expect(ofTopic).toMatchObject({ type: 'topic', name: topic })
    expect(ofTopic?.configs?.find(({ name }) => name === 'retention.ms')).toEqual({
      name: 'retention.ms',
      value: '1234',
      source: 'dynamic_topic_config',
      isDefault: false,
      isReadOnly: false,
      isSensitive: false,
      type: 'long',
      synonyms: [],
    })
    expect(ofTopic?.configs?.find(({ name }) => name === 'cleanup.policy')).toMatchObject({
      value: 'delete',
      source: 'default_config',
      isDefault: true,
      type: 'list',
    })
    expect(ofBroker?.configs).toHaveLength(2)
    expect(ofBroker?.configs?.find(({ name }) => name === 'node.id')).toMatchObject({
      value: '1',
      source: 'static_broker_config',
      isReadOnly: true,
    })
    expect(ofLogger?.error ?? ofLogger?.configs).toBeDefined()
    expect(ofGroup?.configs?.map(({ name }) => name)).toContain('consumer.session.timeout.ms')
    expect(illegal?.error).toMatchObject({ code: 'INVALID_TOPIC_EXCEPTION' })
    expect(illegal?.error?.message).toContain('describing the configuration of topic "a/b"')
    expect(absent?.error).toMatchObject({ code: 'BROKER_NOT_AVAILABLE' })
    expect(absent?.error?.message).toMatch(/broker 77, which is not among the live ones \(1\)/)
  })

  it('tells what entries mean, and all places where they are set', async () => {
    const kafka = newKafka()
    const topic = await visibleTopic(kafka, { configs: { 'min.insync.replicas': '1' } })
    const [described] = await kafka
      .admin()
      .describeConfigs([{ type: 'topic', name: topic, keys: ['min.insync.replicas'] }], {
        includeSynonyms: true,
        includeDocumentation: true,
      })
    const [entry] = described!.configs!
    expect(entry?.documentation).toContain('acks')
    const name = 'min.insync.replicas'
    expect(entry?.synonyms).toEqual(
      expect.arrayContaining([
        { name, value: '1', source: 'dynamic_topic_config' },
        { name, value: '1', source: 'default_config' },
      ]),
    )
  })
})

describe('incrementalAlterConfigs', () => {
  it('sets, deletes, appends and subtracts, and leaves other entries alone', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka, {
      configs: { 'retention.ms': '1000', 'cleanup.policy': 'compact', 'segment.ms': '5000' },
    })
    const entries = async () => {
      const keys = ['retention.ms', 'cleanup.policy', 'segment.ms', 'max.message.bytes']
      const [described] = await admin.describeConfigs([{ type: 'topic', name: topic, keys }])
      return Object.fromEntries(described!.configs!.map(({ name, value, isDefault }) => [name, isDefault || value]))
    }
    const alter = (configs: Parameters<typeof admin.incrementalAlterConfigs>[0][number]['configs']) =>
      admin.incrementalAlterConfigs([{ type: 'topic', name: topic, configs }])
    expect(
      await alter([
        { name: 'max.message.bytes', value: '5555' },
        { name: 'retention.ms', operation: 'delete' },
        { name: 'cleanup.policy', operation: 'append', value: 'delete' },
      ]),
    ).toEqual([{ type: 'topic', name: topic }])
    await expect.poll(entries).toEqual({
      'retention.ms': true,
      'cleanup.policy': 'compact,delete',
      'segment.ms': '5000',
      'max.message.bytes': '5555',
    })
    await alter([{ name: 'cleanup.policy', operation: 'subtract', value: 'compact' }])
    await expect.poll(entries).toMatchObject({ 'cleanup.policy': 'delete' })
  })

  it('has an outcome for each resource, in the words of the broker, and only checks where validateOnly is set', async () => {
    const kafka = newKafka()
    const admin = kafka.admin()
    const topic = await visibleTopic(kafka)
    const soon = [{ name: 'retention.ms', value: 'soon' }]
    const outcomes = await admin.incrementalAlterConfigs(
      [
        { type: 'topic', name: topic, configs: soon },
        { type: 'topic', name: freshName(), configs: [{ name: 'retention.ms', value: '1' }] },
        { type: 'broker', name: '', configs: [{ name: 'log.retention.ms', value: '100000' }] },
        { type: 'broker', name: '1', configs: [{ name: 'node.id', value: '2' }] },
      ],
      { validateOnly: true },
    )
    const [invalid, unknown, all, readOnly] = outcomes
    expect(invalid?.error).toMatchObject({ code: 'INVALID_CONFIG' })
    expect(invalid?.error?.message).toMatch(/the configuration of topic ".*the broker says: .*soon/)
    expect(unknown?.error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    expect(all).toEqual({ type: 'broker', name: '' })
    expect(readOnly?.error).toMatchObject({ code: 'INVALID_REQUEST' })
    const keys = ['log.retention.ms']
    const [described] = await admin.describeConfigs([{ type: 'broker', name: '', keys }])
    expect(described?.configs?.map(({ value }) => value) ?? []).not.toContain('100000')
  })

  it('changes brokers, loggers and groups', async () => {
    const admin = newKafka().admin()
    const group = freshName()
    const changes = (operation: 'set' | 'delete') => {
      const op = (name: string, value: string) => ({ name, operation, ...(operation === 'set' ? { value } : {}) })
      return [
        { type: 'broker', name: '1', configs: [op('log.cleaner.threads', '2')] },
        { type: 'broker_logger', name: '1', configs: [op('kafka.server.SamsaTest', 'ERROR')] },
        { type: 'group', name: group, configs: [op('consumer.session.timeout.ms', '50000')] },
      ] as const
    }
    const outcomes = await admin.incrementalAlterConfigs(changes('set'))
    expect(outcomes[0]).toEqual({ type: 'broker', name: '1' })
    expect(outcomes[2]).toEqual({ type: 'group', name: group })
    // A broker has no such logger until it uses it, and refuses to change one that it does not have.
    expect(outcomes[1]?.error).toMatchObject({ code: 'INVALID_CONFIG' })
    const value = async () => {
      const keys = ['consumer.session.timeout.ms']
      const [described] = await admin.describeConfigs([{ type: 'group', name: group, keys }])
      return described?.configs?.[0]
    }
    await expect.poll(value).toMatchObject({ value: '50000', source: 'dynamic_group_config' })
    expect(await admin.listConfigResources({ types: ['group'] })).toContainEqual({ type: 'group', name: group })
    expect(await admin.listConfigResources()).toEqual(
      expect.arrayContaining([
        { type: 'broker', name: '1' },
        { type: 'group', name: group },
      ]),
    )
    await admin.incrementalAlterConfigs(changes('delete'))
    await expect.poll(value).toMatchObject({ value: '45000', source: 'default_config' })
  })

  it('changes the level of a logger', async () => {
    const admin = newKafka().admin()
    const [loggers] = await admin.describeConfigs([{ type: 'broker_logger', name: '1' }])
    const logger = loggers!.configs![0]!
    expect(logger).toMatchObject({ source: 'dynamic_broker_logger_config' })
    const resource = { type: 'broker_logger', name: '1' } as const
    const outcome = await admin.incrementalAlterConfigs([
      { ...resource, configs: [{ name: logger.name, value: logger.value! }] },
    ])
    expect(outcome).toEqual([resource])
  })

  it('refuses what cannot be', async () => {
    const admin = newKafka({ brokers: '127.0.0.1:1' }).admin()
    const resource = { type: 'topic', name: 'a' } as const
    const calls: readonly (readonly [() => Promise<unknown>, string])[] = [
      [
        () =>
          admin.incrementalAlterConfigs([{ ...resource, configs: [{ name: 'x', operation: 'delete', value: '1' }] }]),
        'resources[0].configs[0].value: must be left out to delete',
      ],
      [
        () => admin.incrementalAlterConfigs([{ ...resource, configs: [{ name: 'x' }] }]),
        'resources[0].configs[0].value: must be given to set',
      ],
      [
        () => admin.describeConfigs([{ type: 'topics' as never, name: 'a' }]),
        'resources[0].type: must be one of "topic"',
      ],
      [() => admin.describeConfigs([resource, resource]), 'resources[1]: is the same as resources[0]: topic "a"'],
    ]
    for (const [call, message] of calls) expect((await failure(call())).message).toContain(message)
  })
})
