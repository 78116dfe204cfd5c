import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import { type MockCluster, VirtualClock } from '../../../src/testing.ts'
import { type FetchRequest, RawClient, startCluster } from './support.ts'

const BY_NAME = 12

type PartitionRequest = Partial<FetchRequest['topics'][number]['partitions'][number]>

/** A fetch of partitions of topic a, in version 12, which goes by names. */
function fetchOf(partitions: readonly PartitionRequest[], more: Partial<FetchRequest> = {}) {
  const asked = partitions.map(each => ({ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1 << 20, ...each }))
  return { maxWaitMs: 0, minBytes: 1, topics: [{ topic: 'a', partitions: asked }] as never, ...more }
}

async function fetch(client: RawClient, partition: PartitionRequest = {}, more: Partial<FetchRequest> = {}) {
  const { responses } = await client.ask('Fetch', fetchOf([partition], more), BY_NAME)
  return responses[0]!.partitions[0]!
}

const valuesOf = (records: Buffer | null) =>
  Array.from(decodeRecordBatches(records!)).flatMap(batch => Array.from(batch, ({ value }) => String(value)))

async function withTopic(partitions = 1, brokers = 1): Promise<{ cluster: MockCluster; client: RawClient }> {
  const cluster = await startCluster({ brokers, topics: { a: { partitions } } })
  return { cluster, client: await RawClient.connect(cluster) }
}

describe('fetch', () => {
  it('gives batches from the one with the offset on', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', ['0', '1'])
    cluster.produce('a', ['2', '3'])
    cluster.produce('a', ['4'])
    const { records, highWatermark, logStartOffset, abortedTransactions } = await fetch(client, { fetchOffset: 3n })
    expect(valuesOf(records)).toEqual(['2', '3', '4'])
    expect({ highWatermark, logStartOffset, abortedTransactions }).toEqual({
      highWatermark: 5n,
      logStartOffset: 0n,
      abortedTransactions: null,
    })
    expect((await fetch(client, { fetchOffset: 5n })).records).toHaveLength(0)
  })

  it('refuses offsets that are not there', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', ['0', '1', '2'])
    const topics = [{ name: 'a', partitions: [{ partitionIndex: 0, offset: 2n }] }]
    expect(await client.ask('DeleteRecords', { topics, timeoutMs: 1 })).toMatchObject({
      topics: [{ partitions: [{ lowWatermark: 2n, errorCode: 0 }] }],
    })
    expect(await fetch(client, { fetchOffset: 1n })).toMatchObject({ errorCode: errorCodes.OFFSET_OUT_OF_RANGE })
    expect(await fetch(client, { fetchOffset: 4n })).toMatchObject({ errorCode: errorCodes.OFFSET_OUT_OF_RANGE })
    expect(await fetch(client, { fetchOffset: 2n })).toMatchObject({ errorCode: 0, logStartOffset: 2n })
  })

  it('gives the first batch whole however large it is, and cuts the last one off', async () => {
    const { cluster, client } = await withTopic(2)
    for (const partition of [0, 1]) {
      for (let i = 0; i < 3; i++) cluster.produce('a', [{ partition, value: 'x'.repeat(100) }])
    }
    const size = cluster.log('a', 0).batches[0]!.sizeBytes
    expect((await fetch(client, { partitionMaxBytes: 10 })).records).toHaveLength(size)
    expect((await fetch(client, { partitionMaxBytes: size + 10 })).records).toHaveLength(size + 10)
    const both = await client.ask('Fetch', fetchOf([{}, { partition: 1 }], { maxBytes: 3 * size + 10 }), BY_NAME)
    const [first, second] = both.responses[0]!.partitions
    expect(first!.records).toHaveLength(3 * size)
    // What is left does not even hold one batch, and the answer has some already.
    expect(second!.records).toHaveLength(0)
  })

  it('waits for as many bytes as are wanted, wherever they come from', async () => {
    const { cluster, client } = await withTopic(2)
    const asked = fetchOf([{}, { partition: 1 }], { maxWaitMs: 1 << 30, minBytes: 150 })
    client.send('Fetch', asked, BY_NAME)
    await cluster.nextRequest('Fetch')
    cluster.produce('a', [{ partition: 0, value: '0' }])
    cluster.produce('a', [{ partition: 1, value: '1' }])
    cluster.produce('a', [{ partition: 1, value: '2' }])
    const { responses } = await client.answer('Fetch', BY_NAME)
    expect(responses[0]!.partitions.map(({ records }) => valuesOf(records))).toEqual([['0'], ['1', '2']])
  })

  it('answers with what there is when the time is over', async () => {
    const clock = new VirtualClock()
    const cluster = await startCluster({ clock, topics: { a: {} } })
    const client = await RawClient.connect(cluster)
    client.send('Fetch', fetchOf([{}], { maxWaitMs: 60_000, minBytes: 1000 }), BY_NAME)
    await cluster.nextRequest('Fetch')
    cluster.produce('a', ['x'])
    clock.advance(60_000)
    const { responses } = await client.answer('Fetch', BY_NAME)
    expect(valuesOf(responses[0]!.partitions[0]!.records)).toEqual(['x'])
  })

  it('stops waiting when the leader moves away', async () => {
    const { cluster, client } = await withTopic(1, 2)
    client.send('Fetch', fetchOf([{}], { maxWaitMs: 1 << 30 }), BY_NAME)
    await cluster.nextRequest('Fetch')
    cluster.moveLeader('a', 0, 2)
    const { responses } = await client.answer('Fetch', BY_NAME)
    expect(responses[0]!.partitions[0]).toMatchObject({ errorCode: errorCodes.NOT_LEADER_OR_FOLLOWER })
  })

  it('shows readers of what is committed nothing of open transactions, and lists the aborted ones', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', ['0'])
    cluster.produce('a', ['1'], { transaction: 'abort' })
    cluster.produce('a', ['3'], { transaction: 'commit' })
    cluster.produce('a', ['5'], { transaction: 'open' })
    cluster.produce('a', ['6'])
    const seen = await fetch(client, {}, { isolationLevel: 1 })
    expect(seen).toMatchObject({ highWatermark: 7n, lastStableOffset: 5n })
    expect(seen.abortedTransactions).toEqual([{ producerId: expect.any(BigInt), firstOffset: 1n }])
    const batches = Array.from(decodeRecordBatches(seen.records!))
    expect(batches.map(({ isControl }) => isControl)).toEqual([false, false, true, false, true])
    const { messages } = cluster.log('a', 0)
    expect(messages('read_committed').map(({ value }) => String(value))).toEqual(['0', '3'])
    expect(messages().map(({ value }) => String(value))).toEqual(['0', '1', '3', '5', '6'])
  })

  it('fences readers whose leader epoch is old, and tells those whose log has parted', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', ['0', '1'])
    cluster.produce('a', ['2', '3'])
    cluster.truncate('a', 0, 2n)
    cluster.produce('a', ['new'])
    expect(await fetch(client, { currentLeaderEpoch: 0 })).toMatchObject({ errorCode: errorCodes.FENCED_LEADER_EPOCH })
    expect(await fetch(client, { currentLeaderEpoch: 2 })).toMatchObject({ errorCode: errorCodes.UNKNOWN_LEADER_EPOCH })
    expect(await fetch(client, { fetchOffset: 3n, lastFetchedEpoch: 0 })).toMatchObject({
      errorCode: 0,
      divergingEpoch: { epoch: 0, endOffset: 2n },
      records: Buffer.alloc(0),
    })
    const after = await fetch(client, { fetchOffset: 2n, lastFetchedEpoch: 0, currentLeaderEpoch: 1 })
    expect(valuesOf(after.records)).toEqual(['new'])
    const [batch] = decodeRecordBatches(after.records!)
    expect(batch!.partitionLeaderEpoch).toBe(1)
    const topics = [{ topic: 'a', partitions: [{ partition: 0, leaderEpoch: 0 }] }]
    expect(await client.ask('OffsetForLeaderEpoch', { topics })).toMatchObject({
      topics: [{ partitions: [{ errorCode: 0, leaderEpoch: 0, endOffset: 2n }] }],
    })
  })
})

describe('a fetch session', () => {
  async function opened() {
    const { cluster, client } = await withTopic(2)
    cluster.produce('a', [{ partition: 0, value: '0' }])
    const both = fetchOf([{}, { partition: 1 }], { sessionEpoch: 0 })
    const { sessionId, responses } = await client.ask('Fetch', both, BY_NAME)
    expect(responses[0]!.partitions).toHaveLength(2)
    expect(sessionId).not.toBe(0)
    const next = (sessionEpoch: number, more: Partial<FetchRequest> = {}) =>
      client.ask('Fetch', fetchOf([], { topics: [], sessionId, sessionEpoch, ...more }), BY_NAME)
    return { cluster, client, next }
  }

  it('tells only what is new', async () => {
    const { cluster, next } = await opened()
    const at = (fetchOffset: bigint): FetchRequest['topics'] => fetchOf([{ fetchOffset }]).topics
    expect((await next(1, { topics: at(1n) })).responses).toEqual([])
    cluster.produce('a', [{ partition: 1, value: '1' }])
    const { responses } = await next(2)
    expect(responses[0]!.partitions).toMatchObject([{ partitionIndex: 1, highWatermark: 1n }])
  })

  it('forgets partitions, and ends when none is left', async () => {
    const { cluster, next } = await opened()
    const forgotten = (partitions: number[]) => ({ forgottenTopicsData: [{ topic: 'a', topicId: '', partitions }] })
    const { responses } = await next(1, forgotten([0]))
    expect(responses).toEqual([])
    cluster.produce('a', [{ partition: 0, value: 'unseen' }])
    expect(await next(2)).toMatchObject({ errorCode: 0, responses: [] })
    expect(await next(3, forgotten([1]))).toMatchObject({ sessionId: 0 })
    expect(await next(4)).toMatchObject({ errorCode: errorCodes.FETCH_SESSION_ID_NOT_FOUND })
  })

  it('refuses what comes at the wrong time, in another way, or after the end', async () => {
    const { client, next } = await opened()
    expect(await next(7)).toMatchObject({ errorCode: errorCodes.INVALID_FETCH_SESSION_EPOCH, responses: [] })
    expect(await next(1)).toMatchObject({ errorCode: 0 })
    const byId = fetchOf([], { topics: [], sessionId: 0, sessionEpoch: 2 })
    expect(await client.ask('Fetch', byId, 13)).toMatchObject({ errorCode: errorCodes.FETCH_SESSION_ID_NOT_FOUND })
    expect(await next(-1)).toMatchObject({ errorCode: 0, sessionId: 0 })
    expect(await next(2)).toMatchObject({ errorCode: errorCodes.FETCH_SESSION_ID_NOT_FOUND })
  })

  it('is lost when the broker restarts', async () => {
    const { cluster } = await withTopic()
    const before = await RawClient.connect(cluster)
    const { sessionId } = await before.ask('Fetch', fetchOf([{}], { sessionEpoch: 0 }), BY_NAME)
    await cluster.stopBroker(1).undo()
    await before.closed
    const after = await RawClient.connect(cluster)
    const next = fetchOf([], { topics: [], sessionId, sessionEpoch: 1 })
    expect(await after.ask('Fetch', next, BY_NAME)).toMatchObject({ errorCode: errorCodes.FETCH_SESSION_ID_NOT_FOUND })
  })
})

describe('list offsets', () => {
  async function offset(client: RawClient, timestamp: bigint, version = 11, isolationLevel = 0) {
    const topics = [{ name: 'a', partitions: [{ partitionIndex: 0, timestamp }] }]
    const answer = await client.ask('ListOffsets', { replicaId: -1, isolationLevel, topics }, version)
    return answer.topics[0]!.partitions[0]!
  }

  it('finds the ends of the log, and times', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', [
      { value: '0', timestamp: 100 },
      { value: '1', timestamp: 300 },
      { value: '2', timestamp: 200 },
    ])
    cluster.produce('a', [{ value: '3', timestamp: 250 }])
    expect(await offset(client, -2n)).toMatchObject({ offset: 0n, timestamp: -1n, leaderEpoch: 0 })
    expect(await offset(client, -1n)).toMatchObject({ offset: 4n, timestamp: -1n })
    expect(await offset(client, -3n)).toMatchObject({ offset: 1n, timestamp: 300n })
    expect(await offset(client, -4n)).toMatchObject({ offset: 0n })
    expect(await offset(client, -5n)).toMatchObject({ offset: -1n, errorCode: 0 })
    expect(await offset(client, 150n)).toMatchObject({ offset: 1n, timestamp: 300n })
    expect(await offset(client, 301n)).toMatchObject({ offset: -1n, timestamp: -1n, leaderEpoch: -1 })
  })

  it('ends at the last stable offset for readers of what is committed', async () => {
    const { cluster, client } = await withTopic()
    cluster.produce('a', ['0'])
    cluster.produce('a', ['1'], { transaction: 'open' })
    expect(await offset(client, -1n, 11, 1)).toMatchObject({ offset: 1n })
    expect(await offset(client, -1n, 11, 0)).toMatchObject({ offset: 2n })
  })

  it('refuses places that the version does not have', async () => {
    const { client } = await withTopic()
    expect(await offset(client, -3n, 6)).toMatchObject({ errorCode: errorCodes.UNSUPPORTED_VERSION })
    expect(await offset(client, -9n)).toMatchObject({ errorCode: errorCodes.UNSUPPORTED_VERSION })
  })
})
