import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { VirtualClock } from '../../../src/testing.ts'
import { RawClient, startCluster } from './support.ts'

const BY_NAME = 12
const DAY_MS = 86_400_000

describe('partitions', () => {
  const newTopic = (name: string, more: object) => {
    return { name, numPartitions: -1, replicationFactor: -1, assignments: [], configs: [], ...more }
  }

  it('that are more than a cluster has room for are refused, however they are asked for', async () => {
    const cluster = await startCluster({ topics: { a: { partitions: 99_990 } } })
    const client = await RawClient.connect(cluster)
    const assignments = Array.from({ length: 11 }, (_, partitionIndex) => ({ partitionIndex, brokerIds: [1] }))
    const asked = [
      newTopic('b', { numPartitions: 2 ** 31 - 1 }),
      newTopic('c', { numPartitions: 11 }),
      newTopic('d', { assignments }),
      newTopic('e', { numPartitions: 10 }),
    ]
    const { topics } = await client.ask('CreateTopics', { topics: asked })
    const { INVALID_PARTITIONS } = errorCodes
    expect(topics.map(({ errorCode }) => errorCode)).toEqual([
      INVALID_PARTITIONS,
      INVALID_PARTITIONS,
      INVALID_PARTITIONS,
      0,
    ])
    expect(topics[1]!.errorMessage).toContain('has room for 100000 partitions: 99990 are there, and 11 more')
    const growing = [{ name: 'e', count: 11, assignments: null }]
    expect(await client.ask('CreatePartitions', { topics: growing, timeoutMs: 1 })).toMatchObject({
      results: [{ errorCode: INVALID_PARTITIONS, errorMessage: expect.stringContaining('100000') }],
    })
    cluster.deleteTopic('a')
    expect(await client.ask('CreatePartitions', { topics: growing, timeoutMs: 1 })).toMatchObject({
      results: [{ errorCode: 0 }],
    })
  })
})

describe('fetch sessions', () => {
  async function withSlots(slots: number) {
    const clock = new VirtualClock()
    const configs = { 'max.incremental.fetch.session.cache.slots': slots }
    const cluster = await startCluster({ clock, configs, topics: { a: { partitions: 3 } } })
    const fetch = async (sessionId: number, sessionEpoch: number, partitions: readonly number[]) => {
      // On a connection of its own: a session does not end with its connection.
      const client = await RawClient.connect(cluster)
      const asked = partitions.map(partition => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1000 }))
      const topics = asked.length === 0 ? [] : [{ topic: 'a', partitions: asked }]
      const body = { maxWaitMs: 0, minBytes: 0, sessionId, sessionEpoch, topics: topics as never }
      const answer = await client.ask('Fetch', body, BY_NAME)
      client.socket.destroy()
      return answer
    }
    const open = async (...partitions: number[]) => (await fetch(0, 0, partitions)).sessionId
    const isThere = async (session: number, epoch: number) => (await fetch(session, epoch, [])).errorCode === 0
    return { clock, open, isThere }
  }

  it('that nobody uses any more make room for others', async () => {
    const { clock, open, isThere } = await withSlots(2)
    const [first, second] = [await open(0), await open(0)]
    clock.advance(120_000)
    expect(await isThere(first, 1)).toBe(true)
    expect(await open(0)).toBe(0)
    clock.advance(1)
    const third = await open(0)
    expect(third).not.toBe(0)
    expect(await isThere(second, 1)).toBe(false)
    expect(await isThere(first, 2)).toBe(true)
    expect(await isThere(third, 1)).toBe(true)
  })

  it('make room for larger ones, though they are used, when they have had their time', async () => {
    const { clock, open, isThere } = await withSlots(2)
    const [large, small] = [await open(0, 1, 2), await open(0)]
    expect(await open(0, 1)).toBe(0)
    clock.advance(120_001)
    expect([await isThere(large, 1), await isThere(small, 1)]).toEqual([true, true])
    expect(await open(0)).toBe(0)
    expect(await open(0, 1)).not.toBe(0)
    expect([await isThere(large, 2), await isThere(small, 2)]).toEqual([true, false])
  })
})

describe('producers that have written nothing for producer.id.expiration.ms', () => {
  const by = (producerId: bigint, baseSequence: number) => ({ producerId, producerEpoch: 0, baseSequence })

  async function withClock(configs: Record<string, number> = {}) {
    const clock = new VirtualClock()
    const cluster = await startCluster({ clock, configs, topics: { a: {} } })
    const client = await RawClient.connect(cluster)
    const known = async () => {
      const answer = await client.ask('DescribeProducers', { topics: [{ name: 'a', partitionIndexes: [0] }] })
      return answer.topics[0]!.partitions[0]!.activeProducers.map(({ producerId }) => producerId)
    }
    return { clock, cluster, client, known }
  }

  it('are forgotten', async () => {
    const { clock, client, known } = await withClock()
    await client.produce(['x'], by(7n, 0))
    clock.advance(DAY_MS / 2)
    await client.produce(['x'], by(8n, 0))
    clock.advance(DAY_MS / 2 - 1)
    await client.produce(['x'])
    expect(await known()).toEqual([7n, 8n])
    clock.advance(1)
    await client.produce(['x'])
    expect(await known()).toEqual([8n])
    // Of a producer that it does not know a broker takes any sequence.
    expect(await client.produce(['x'], by(7n, 5))).toMatchObject({ errorCode: 0 })
    expect(await client.produce(['x'], by(8n, 5))).toMatchObject({
      errorCode: errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER,
    })
  })

  it('are not forgotten while they write, or their transaction is open', async () => {
    const { clock, cluster, client, known } = await withClock({ 'producer.id.expiration.ms': 1000 })
    cluster.produce('a', ['x'], { transaction: 'open' })
    const [open] = await known()
    for (let sequence = 0; sequence < 5; sequence++) {
      clock.advance(600)
      await client.produce(['x'], by(7n, sequence))
      cluster.produce('a', ['x'], { transaction: 'commit' })
    }
    expect((await known()).slice(0, 1)).toEqual([open])
    expect(await known()).toContain(7n)
    expect(await known()).toHaveLength(4)
  })
})
