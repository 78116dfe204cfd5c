import { describe, expect, it } from 'vitest'
import { java } from './support/java.ts'
import { committed, mockCluster, orSkip } from './support/mock.ts'

const values = Array.from({ length: 40 }, (_, i) => `value-${i}`)

const assignors = {
  RangeAssignor: 'range',
  RoundRobinAssignor: 'roundrobin',
  StickyAssignor: 'sticky',
  CooperativeStickyAssignor: 'cooperative-sticky',
}

it("Java's client shares partitions in a group, with each of its assignors", async context => {
  const topics = Object.fromEntries(Object.values(assignors).map(assignor => [assignor, { partitions: 4 }]))
  const cluster = await mockCluster({ topics })
  const byClass = Object.entries(assignors).map(([name, assignor]) => [
    `org.apache.kafka.clients.consumer.${name}`,
    assignor,
  ])
  const task = { topics: Object.fromEntries(byClass), partitions: 4, values }
  const outcome = await orSkip(context, () => java('groups', cluster.brokers, task))
  const read = [...values].sort()
  const expected = (assignor = '') => ({ state: 'Stable', assignor, members: 2, read, committed: read.length, left: 0 })
  expect(outcome).toEqual(Object.fromEntries(byClass.map(([name, assignor]) => [name, expected(assignor)])))
  expect(cluster.groups()).toEqual([])
})

describe.each([
  ['with an epoch for each transaction (KIP-890)', {}],
  ['as before that', { EndTxn: { min: 0, max: 4 }, TxnOffsetCommit: { min: 0, max: 4 }, Produce: { min: 3, max: 11 } }],
])("transactions of Java's client, %s,", (_, apiVersions) => {
  it('count with their offsets once they are committed', async context => {
    // With markers that take their time the client meets CONCURRENT_TRANSACTIONS.
    const coordinators = { markerDelayMs: 5 }
    const cluster = await mockCluster({ apiVersions, coordinators, topics: { orders: {}, bills: {} } })
    cluster.produce('orders', values)
    const task = { from: 'orders', to: 'bills', count: values.length }
    const outcome = await orSkip(context, () => java('transactions', cluster.brokers, task))
    expect(outcome).toEqual({
      open: 'Ongoing',
      topics: ['__consumer_offsets', 'bills'],
      committed: values.length - 1,
      seen: values.filter((_, i) => i % 2 === 0),
    })
    expect(committed(cluster, 'transformers', 'orders')).toEqual(new Map([[0, BigInt(values.length - 1)]]))
    const epochs = new Set(cluster.log('bills', 0).batches.map(({ producerEpoch }) => producerEpoch))
    // The marker of each has the epoch of the next.
    expect(epochs.size).toBe('EndTxn' in apiVersions ? 1 : values.length + 1)
  })

  it('are taken over by who comes later with the same id', async context => {
    const cluster = await mockCluster({ apiVersions, topics: { bills: {} } })
    const outcome = await orSkip(context, () => java('fenced', cluster.brokers, { to: 'bills' }))
    expect(['ProducerFencedException', 'InvalidProducerEpochException']).toContain(outcome.error)
    expect(
      cluster
        .log('bills', 0)
        .messages('read_committed')
        .map(({ value }) => String(value)),
    ).toEqual(['done'])
  })
})

it("Java's administrator finds a transaction that hangs, and aborts it", async context => {
  const cluster = await mockCluster({ topics: { bills: {} } })
  const outcome = await orSkip(context, () => java('hanging', cluster.brokers, { to: 'bills' }))
  expect(outcome).toEqual({ before: 0, after: -1 })
  const { lastStableOffset, messages } = cluster.log('bills', 0)
  expect(lastStableOffset).toBe(2n)
  expect(messages('read_committed')).toEqual([])
})

it("Java's client is let in with the right password, and only with that", async context => {
  const cluster = await mockCluster({ sasl: { users: { alice: 'wonder' } } })
  const mechanisms = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
  const task = { user: 'alice', password: 'wonder', mechanisms }
  const outcome = await orSkip(context, () => java('passwords', cluster.brokers, task))
  expect(outcome).toEqual(
    Object.fromEntries(mechanisms.map(mechanism => [mechanism, ['3', 'SaslAuthenticationException']])),
  )
})
