import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster } from './fake-cluster.ts'
import {
  add,
  addOffsets,
  commitOffset,
  committedOffset,
  describe as described,
  end,
  ID,
  type Identity,
  init,
  open,
  producer,
  WITHOUT_BUMP,
} from './transactional.ts'

const BUMPS = { version: 5 }

describe('AddPartitionsToTxn', () => {
  it.each([0, 1, 2, 3])('begins a transaction in v%i', async version => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    expect(await add(cluster, identity, [2, 3], { version })).toBe(0)
    expect(await described(cluster)).toEqual({
      errorCode: 0,
      transactionalId: ID,
      transactionState: 'Ongoing',
      transactionTimeoutMs: 60_000,
      transactionStartTimeMs: 1_000_000n,
      ...identity,
      topics: [{ topic: 'orders', partitions: [2, 3] }],
    })
  })

  it('adds nothing when one of the partitions is none', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    const body = {
      v3AndBelowTransactionalId: ID,
      v3AndBelowProducerId: identity.producerId,
      v3AndBelowProducerEpoch: identity.producerEpoch,
      v3AndBelowTopics: [{ name: 'orders', partitions: [0, 9] }],
    }
    const answer = await cluster.ask('AddPartitionsToTxn', body, { version: 3 })
    expect(answer.resultsByTopicV3AndBelow[0]!.resultsByPartition).toEqual([
      { partitionIndex: 0, partitionErrorCode: errorCodes.OPERATION_NOT_ATTEMPTED },
      { partitionIndex: 9, partitionErrorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION },
    ])
    expect(await described(cluster)).toMatchObject({ transactionState: 'Empty', topics: [] })
  })

  it('is refused of who does not own the transactional id', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    const mapping = errorCodes.INVALID_PRODUCER_ID_MAPPING
    expect(await add(new FakeCluster(), identity)).toBe(mapping)
    expect(await add(cluster, { ...identity, producerId: 5n })).toBe(mapping)
    await producer(cluster)
    expect(await add(cluster, identity)).toBe(errorCodes.PRODUCER_FENCED)
    expect(await add(cluster, identity, [0], { version: 1 })).toBe(errorCodes.INVALID_PRODUCER_EPOCH)
    expect(await add(cluster, identity, [0], { version: 3, broker: 2 })).toBe(errorCodes.NOT_COORDINATOR)
  })

  it('waits for a transaction that is ending', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await open(cluster)
    await end(cluster, identity)
    expect(await add(cluster, identity)).toBe(errorCodes.CONCURRENT_TRANSACTIONS)
    cluster.clock.advance(100)
    expect(await add(cluster, identity)).toBe(0)
  })

  it.each([4, 5])('speaks for many transactions in v%i, and may only ask', async version => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    const topics = [{ name: 'orders', partitions: [0, 2] }]
    const ask = async (verifyOnly: boolean) => {
      const transactions = [{ transactionalId: ID, ...identity, verifyOnly, topics }]
      const answer = await cluster.ask('AddPartitionsToTxn', { transactions }, { version })
      const [result] = answer.resultsByTransaction
      return result!.topicResults[0]!.resultsByPartition.map(({ partitionErrorCode }) => partitionErrorCode)
    }
    expect(await ask(true)).toEqual([0, errorCodes.TRANSACTION_ABORTABLE])
    expect(await ask(false)).toEqual([0, 0])
    expect(await ask(true)).toEqual([0, 0])
  })
})

describe('EndTxn', () => {
  it.each([
    [true, 'CompleteCommit'],
    [false, 'CompleteAbort'],
  ])('with committed %s marks all partitions', async (committed, state) => {
    for (let version = 0; version <= 4; version++) {
      const cluster = new FakeCluster()
      const identity = await open(cluster)
      expect(await end(cluster, identity, committed, { version })).toMatchObject({ errorCode: 0, producerId: -1n })
      const marker = { topic: 'orders', ...identity, committed, coordinatorEpoch: 0 }
      expect(cluster.store.markers).toEqual([
        { ...marker, partition: 0 },
        { ...marker, partition: 1 },
      ])
      expect(await described(cluster)).toMatchObject({ transactionState: state, topics: [] })
      expect(await add(cluster, identity, [2])).toBe(0)
      expect(await described(cluster)).toMatchObject({ topics: [{ partitions: [2] }] })
    }
  })

  it('is answered again, without another marker', async () => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    await end(cluster, identity)
    expect(await end(cluster, identity)).toMatchObject({ errorCode: 0 })
    expect(await end(cluster, identity, false)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    expect(cluster.store.markers).toHaveLength(2)
  })

  it('is told to wait while the markers are written', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await open(cluster)
    expect(await end(cluster, identity)).toMatchObject({ errorCode: 0 })
    expect(await described(cluster)).toMatchObject({
      transactionState: 'PrepareCommit',
      topics: [{ partitions: [0, 1] }],
    })
    expect(await end(cluster, identity)).toMatchObject({ errorCode: errorCodes.CONCURRENT_TRANSACTIONS })
    expect(await end(cluster, identity, false)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    expect(cluster.store.markers).toEqual([])
    cluster.clock.advance(100)
    expect(cluster.store.markers).toHaveLength(2)
  })

  it('is refused when nothing has begun, and of who does not own the transactional id', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    expect(await end(cluster, identity)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    const mapping = { errorCode: errorCodes.INVALID_PRODUCER_ID_MAPPING }
    expect(await end(cluster, { ...identity, producerId: 5n })).toMatchObject(mapping)
    expect(await end(new FakeCluster(), identity)).toMatchObject(mapping)
    const older = { ...identity, producerEpoch: -1 }
    expect(await end(cluster, older)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
    expect(await end(cluster, older, true, { version: 1 })).toMatchObject({
      errorCode: errorCodes.INVALID_PRODUCER_EPOCH,
    })
    expect(await end(cluster, identity, true, { version: 4, broker: 2 })).toMatchObject({
      errorCode: errorCodes.NOT_COORDINATOR,
    })
  })
})

describe('EndTxn with an epoch for each transaction (KIP-890)', () => {
  it('tells the next epoch, and marks with it', async () => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    const next = { ...identity, producerEpoch: 1 }
    expect(await end(cluster, identity, true, BUMPS)).toMatchObject({ errorCode: 0, ...next })
    expect(cluster.store.markers).toMatchObject([{ producerEpoch: 1 }, { producerEpoch: 1 }])
    expect(await add(cluster, identity)).toBe(errorCodes.PRODUCER_FENCED)
    expect(await add(cluster, next)).toBe(0)
    expect(await end(cluster, next, false, BUMPS)).toMatchObject({ errorCode: 0, producerEpoch: 2 })
  })

  it('gives the same answer again to who missed it', async () => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    const first = await end(cluster, identity, true, BUMPS)
    expect(await end(cluster, identity, true, BUMPS)).toEqual(first)
    expect(await end(cluster, identity, false, BUMPS)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    expect(cluster.store.markers).toHaveLength(2)
  })

  it('aborts also when nothing had begun, for a producer that does not know', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster)
    expect(await end(cluster, identity, true, BUMPS)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    expect(await end(cluster, identity, false, BUMPS)).toMatchObject({ errorCode: 0, producerEpoch: 1 })
    expect(cluster.store.markers).toEqual([])
    const next = { ...identity, producerEpoch: 1 }
    expect(await end(cluster, next, true, BUMPS)).toMatchObject({ errorCode: errorCodes.INVALID_TXN_STATE })
    expect(await end(cluster, next, false, BUMPS)).toMatchObject({ errorCode: 0, producerEpoch: 2 })
  })

  it('is told to wait only if it is the one that is being carried out', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await open(cluster)
    await end(cluster, identity, true, BUMPS)
    expect(await end(cluster, identity, true, BUMPS)).toMatchObject({ errorCode: errorCodes.CONCURRENT_TRANSACTIONS })
    const next = { ...identity, producerEpoch: 1 }
    expect(await end(cluster, next, true, BUMPS)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
  })
})

describe('a transaction that takes too long', () => {
  it('is aborted, and its producer shut out', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster, { transactionTimeoutMs: 5_000 })
    await add(cluster, identity)
    await addOffsets(cluster, identity)
    await commitOffset(cluster, identity, 9n)
    cluster.clock.advance(4_999)
    expect(await described(cluster)).toMatchObject({ transactionState: 'Ongoing' })
    cluster.clock.advance(1)
    expect(await described(cluster)).toMatchObject({ transactionState: 'CompleteAbort', producerEpoch: 1 })
    expect(cluster.store.markers).toMatchObject([{ committed: false, producerEpoch: 1 }])
    expect(await committedOffset(cluster)).toEqual({ committedOffset: -1n, errorCode: 0 })
    expect(await end(cluster, identity)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
    expect(await add(cluster, identity)).toBe(errorCodes.PRODUCER_FENCED)
  })

  it('is timed from its own beginning', async () => {
    const cluster = new FakeCluster()
    const identity = await producer(cluster, { transactionTimeoutMs: 5_000 })
    await add(cluster, identity)
    cluster.clock.advance(4_000)
    await end(cluster, identity)
    await add(cluster, identity)
    cluster.clock.advance(4_999)
    expect(await end(cluster, identity)).toMatchObject({ errorCode: 0 })
  })
})

describe('the gate for batches', () => {
  const append = (cluster: FakeCluster, identity: Identity, partition: number, version: number) => {
    const batch = { transactionalId: ID, ...identity, topic: 'orders', partition, version }
    return cluster.coordinators.transactionGate.admit(batch)
  }

  it('lets in what was added, and adds by itself from Produce v12 on', async () => {
    const cluster = new FakeCluster()
    const identity = await open(cluster)
    expect(append(cluster, identity, 0, 10)).toBe(0)
    expect(append(cluster, identity, 3, 10)).toBe(errorCodes.INVALID_TXN_STATE)
    expect(append(cluster, identity, 3, 11)).toBe(errorCodes.TRANSACTION_ABORTABLE)
    expect(append(cluster, identity, 3, 12)).toBe(0)
    expect(append(cluster, identity, 3, 10)).toBe(0)
    await end(cluster, identity)
    expect(cluster.store.markers.map(({ partition }) => partition)).toEqual([0, 1, 3])
  })

  it('keeps out who does not own the transactional id, and what comes while it ends', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await open(cluster)
    expect(append(cluster, { ...identity, producerId: 5n }, 0, 12)).toBe(errorCodes.INVALID_PRODUCER_ID_MAPPING)
    expect(append(cluster, { ...identity, producerEpoch: 9 }, 0, 12)).toBe(errorCodes.INVALID_PRODUCER_EPOCH)
    await end(cluster, identity)
    expect(append(cluster, identity, 0, 11)).toBe(errorCodes.NOT_ENOUGH_REPLICAS)
    expect(append(cluster, identity, 0, 12)).toBe(errorCodes.CONCURRENT_TRANSACTIONS)
  })
})

describe('ListTransactions', () => {
  it('lists what a broker coordinates, by state, producer, age and name', async () => {
    const cluster = new FakeCluster()
    const first = await open(cluster)
    await producer(cluster, { transactionalId: 'till-2' })
    cluster.clock.advance(1_000)
    const list = async (filters: object, options = {}) => {
      const body = { stateFilters: [], producerIdFilters: [], ...filters }
      const { transactionStates } = await cluster.ask('ListTransactions', body, options)
      return transactionStates.map(({ transactionalId }) => transactionalId)
    }
    for (const version of [0, 1, 2]) expect(await list({}, { version })).toEqual([ID, 'till-2'])
    expect(await list({ stateFilters: ['Ongoing'] })).toEqual([ID])
    expect(await list({ producerIdFilters: [first.producerId] })).toEqual([ID])
    expect(await list({ durationFilter: 999n, stateFilters: ['Ongoing'] })).toEqual([ID])
    expect(await list({ durationFilter: 1_000n, stateFilters: ['Ongoing'] })).toEqual([])
    expect(await list({ transactionalIdPattern: 'till-.*' })).toEqual(['till-2'])
    expect(await list({ transactionalIdPattern: 'ill' })).toEqual([])
    expect(await list({}, { broker: 2 })).toEqual([])
  })

  it('tells states that there are not, and what is no pattern', async () => {
    const cluster = new FakeCluster()
    const body = { stateFilters: ['Dead', 'Asleep'], producerIdFilters: [] }
    expect(await cluster.ask('ListTransactions', body)).toMatchObject({ errorCode: 0, unknownStateFilters: ['Asleep'] })
    expect(await cluster.ask('ListTransactions', { ...body, transactionalIdPattern: '(' })).toMatchObject({
      errorCode: errorCodes.INVALID_REGULAR_EXPRESSION,
    })
  })
})

describe('DescribeTransactions', () => {
  it('tells what is wrong with an id', async () => {
    const cluster = new FakeCluster()
    const ask = async (transactionalId: string, broker = 1) => {
      const body = { transactionalIds: [transactionalId] }
      return (await cluster.ask('DescribeTransactions', body, { broker })).transactionStates[0]!.errorCode
    }
    expect(await ask('none')).toBe(errorCodes.TRANSACTIONAL_ID_NOT_FOUND)
    expect(await ask('')).toBe(errorCodes.INVALID_REQUEST)
    expect(await ask(ID, 2)).toBe(errorCodes.NOT_COORDINATOR)
  })
})

it('a transaction goes on at another coordinator, once that has read its state', async () => {
  const cluster = new FakeCluster({ loadMs: 500 })
  const identity = await open(cluster)
  cluster.store.owner = () => 2
  cluster.coordinators.coordinatorsMoved()
  const there = { ...WITHOUT_BUMP, broker: 2 }
  expect(await init(cluster)).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
  expect(await end(cluster, identity, true, there)).toMatchObject({
    errorCode: errorCodes.COORDINATOR_LOAD_IN_PROGRESS,
  })
  cluster.clock.advance(500)
  expect(await end(cluster, identity, true, there)).toMatchObject({ errorCode: 0 })
  expect(cluster.store.markers).toHaveLength(2)
})
