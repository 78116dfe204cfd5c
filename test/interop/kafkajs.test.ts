import { beforeEach, describe, expect, it } from 'vitest'
import type { MockCluster } from '../../src/testing.ts'
import { type KafkaJsPayload, kafkaJs } from './support/kafkajs.ts'
import { committed, eventually, mockCluster, orSkip, sortedValues } from './support/mock.ts'

beforeEach(async context => {
  await orSkip(context, () => kafkaJs([]))
})

const GROUP = 'billing'
const messages = Array.from({ length: 60 }, (_, i) => ({ key: `key-${i}`, value: `value-${i}` }))
const values = messages.map(({ value }) => value).sort()

/** A member that keeps what it reads, and what it was assigned last. */
async function member(cluster: MockCluster) {
  const consumer = await (await kafkaJs(cluster.brokers)).consumer(GROUP)
  const read: KafkaJsPayload[] = []
  const assigned: { partitions: number[] | undefined } = { partitions: undefined }
  consumer.on('consumer.group_join', ({ payload }) => {
    assigned.partitions = payload.memberAssignment.orders ?? []
  })
  await consumer.subscribe({ topics: ['orders'], fromBeginning: true })
  await consumer.run({
    autoCommitThreshold: 1,
    eachMessage: async payload => {
      read.push(payload)
    },
  })
  return { consumer, read, assigned }
}

describe('a group of kafkajs', () => {
  it('shares partitions, reads every message once, commits, and takes over from who leaves', async () => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 6 } } })
    const first = await member(cluster)
    const second = await member(cluster)
    await eventually(() => {
      expect(first.assigned.partitions).toHaveLength(3)
      expect(second.assigned.partitions).toHaveLength(3)
    })
    const producer = await (await kafkaJs(cluster.brokers)).producer()
    await producer.send({ topic: 'orders', messages })
    await eventually(() => {
      expect(sortedValues([...first.read, ...second.read].map(({ message }) => message))).toEqual(values)
      expect([...committed(cluster, GROUP, 'orders').values()].reduce((sum, offset) => sum + offset, 0n)).toBe(60n)
    })
    const partitionsOf = (read: KafkaJsPayload[]) => new Set(read.map(({ partition }) => partition))
    expect([...partitionsOf(first.read)].filter(each => partitionsOf(second.read).has(each))).toEqual([])
    expect(cluster.groups()).toMatchObject([{ groupId: GROUP, state: 'Stable', protocolName: 'RoundRobinAssigner' }])

    await first.consumer.disconnect()
    await eventually(() => expect(second.assigned.partitions).toHaveLength(6))
    await producer.send({ topic: 'orders', messages })
    await eventually(() => expect(first.read.length + second.read.length).toBe(120))
    await second.consumer.disconnect()
    expect(cluster.groups()).toMatchObject([{ state: 'Empty', members: [] }])
  })

  it('goes on when the coordinator moves', async () => {
    const cluster = await mockCluster({ topics: { orders: { partitions: 2 } } })
    const { read } = await member(cluster)
    cluster.produce('orders', ['before'])
    await eventually(() => expect(read).toHaveLength(1))
    for (const broker of [1, 2, 3]) cluster.moveCoordinator('group', GROUP, broker)
    cluster.produce('orders', ['after'])
    await eventually(() => {
      // A message whose commit was refused is read again.
      expect(new Set(sortedValues(read.map(({ message }) => message)))).toEqual(new Set(['after', 'before']))
      expect([...committed(cluster, GROUP, 'orders').values()].reduce((sum, offset) => sum + offset, 0n)).toBe(2n)
    })
  })
})

it('kafkajs looks at groups, sets their offsets and deletes them', async () => {
  const cluster = await mockCluster({ topics: { orders: { partitions: 2 } } })
  const { consumer } = await member(cluster)
  const admin = await (await kafkaJs(cluster.brokers)).admin()
  await eventually(() => expect(cluster.groups()[0]?.state).toBe('Stable'))
  expect((await admin.listGroups()).groups).toEqual([{ groupId: GROUP, protocolType: 'consumer' }])
  expect((await admin.describeGroups([GROUP])).groups).toMatchObject([
    { groupId: GROUP, state: 'Stable', members: [{}] },
  ])
  await consumer.disconnect()
  await admin.setOffsets({ groupId: GROUP, topic: 'orders', partitions: [{ partition: 1, offset: '7' }] })
  expect(await admin.fetchOffsets({ groupId: GROUP, topics: ['orders'] })).toMatchObject([
    {
      topic: 'orders',
      partitions: [
        { partition: 0, offset: '-1' },
        { partition: 1, offset: '7' },
      ],
    },
  ])
  await admin.deleteGroups([GROUP])
  expect(cluster.groups()).toEqual([])
})

describe('transactions of kafkajs', () => {
  const transactional = { transactionalId: 'till', maxInFlightRequests: 1, idempotent: true }

  it('show what was committed, offsets too, and nothing that was aborted', async () => {
    const coordinators = { markerDelayMs: 20 }
    const cluster = await mockCluster({ topics: { orders: { partitions: 2 }, bills: {} }, coordinators })
    const producer = await (await kafkaJs(cluster.brokers)).producer(transactional)
    const offsets = (offset: string) => ({
      consumerGroupId: GROUP,
      topics: [{ topic: 'bills', partitions: [{ partition: 0, offset }] }],
    })
    for (const [commits, value, offset] of [
      [true, 'first', '1'],
      [false, 'lost', '2'],
      [true, 'second', '3'],
      [false, 'lost too', '4'],
    ] as const) {
      const transaction = await producer.transaction()
      for (const partition of [0, 1]) await transaction.send({ topic: 'orders', messages: [{ partition, value }] })
      await transaction.sendOffsets(offsets(offset))
      await (commits ? transaction.commit() : transaction.abort())
    }
    expect(committed(cluster, GROUP, 'bills')).toEqual(new Map([[0, 3n]]))
    const { read } = await member(cluster)
    await eventually(() =>
      expect(sortedValues(read.map(({ message }) => message))).toEqual(['first', 'first', 'second', 'second']),
    )
  })

  it('are taken over by who comes later with the same id', async () => {
    const cluster = await mockCluster({ topics: { orders: {} } })
    const { producer } = await kafkaJs(cluster.brokers)
    const former = await producer(transactional)
    const left = await former.transaction()
    await left.send({ topic: 'orders', messages: [{ value: 'left open' }] })
    const next = await producer(transactional)
    const transaction = await next.transaction()
    await transaction.send({ topic: 'orders', messages: [{ value: 'done' }] })
    await transaction.commit()
    await expect(left.commit()).rejects.toThrow()
    const { read } = await member(cluster)
    await eventually(() => expect(sortedValues(read.map(({ message }) => message))).toEqual(['done']))
  })
})

describe.each(['plain', 'scram-sha-256', 'scram-sha-512'])('kafkajs, by %s,', mechanism => {
  const sasl = { users: { alice: 'wonder=land,' } }
  const as = (password: string) => ({ sasl: { mechanism, username: 'alice', password }, retry: { retries: 0 } })

  it('is let in with the right password', async () => {
    const cluster = await mockCluster({ sasl, topics: { orders: {} } })
    const producer = await (await kafkaJs(cluster.brokers, as('wonder=land,'))).producer()
    const sent = await producer.send({ topic: 'orders', messages: [{ value: 'hello' }] })
    expect(sent).toMatchObject([{ partition: 0, baseOffset: '0' }])
  })

  it('is shut out with a wrong one', async () => {
    const cluster = await mockCluster({ sasl })
    const { producer } = await kafkaJs(cluster.brokers, as('wrong'))
    await expect(producer()).rejects.toThrow(/SASL|[Aa]uthentication/)
  })
})

it('kafkajs authenticates again before its session ends', async () => {
  const sasl = { users: { alice: 'secret' }, sessionLifetimeMs: 400 }
  const cluster = await mockCluster({ sasl, topics: { orders: {} }, brokers: 1 })
  const config = {
    sasl: { mechanism: 'plain', username: 'alice', password: 'secret' },
    reauthenticationThreshold: 100,
  }
  const producer = await (await kafkaJs(cluster.brokers, config)).producer()
  await eventually(async () => {
    await producer.send({ topic: 'orders', messages: [{ value: 'hello' }] })
    expect(cluster.requests('SaslAuthenticate').length).toBeGreaterThan(2)
  })
})
