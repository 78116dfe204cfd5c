import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { FakeCluster } from './fake-cluster.ts'
import { add, end, init, producer } from './transactional.ts'

const LAST_EPOCH = 32_766

/** A producer whose epochs are used up but for the last. */
async function almostExhausted(cluster: FakeCluster) {
  let last = await producer(cluster)
  while (last.producerEpoch < LAST_EPOCH) last = await producer(cluster)
  return last
}

describe('InitProducerId', () => {
  it.each([0, 1, 2, 3, 4, 5])('gives every idempotent producer an id of its own in v%i', async version => {
    const cluster = new FakeCluster()
    const ask = () => init(cluster, { transactionalId: null } as object, { version })
    const [first, second] = [await ask(), await ask()]
    expect(first).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(second).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(first.producerId).not.toBe(second.producerId)
    // Any broker does.
    const elsewhere = await init(cluster, { transactionalId: null } as object, { version, broker: 2 })
    expect(elsewhere.errorCode).toBe(0)
  })

  it('gives a transactional producer the id of the one before, and the next epoch', async () => {
    const cluster = new FakeCluster()
    const first = await producer(cluster)
    expect(first.producerEpoch).toBe(0)
    expect(await producer(cluster)).toEqual({ ...first, producerEpoch: 1 })
    const other = await producer(cluster, { transactionalId: 'other' })
    expect(other.producerId).not.toBe(first.producerId)
  })

  it.each([
    ['with an empty id', { transactionalId: '' }, errorCodes.INVALID_REQUEST],
    ['with a producer id without epoch', { producerId: 5n }, errorCodes.INVALID_REQUEST],
    ['with an epoch without producer id', { producerEpoch: 5 }, errorCodes.INVALID_REQUEST],
    ['with a timeout that is too long', { transactionTimeoutMs: 900_001 }, errorCodes.INVALID_TRANSACTION_TIMEOUT],
    ['without a timeout', { transactionTimeoutMs: 0 }, errorCodes.INVALID_TRANSACTION_TIMEOUT],
  ])('is refused %s', async (_, wrong, errorCode) => {
    expect(await init(new FakeCluster(), wrong)).toMatchObject({ errorCode, producerId: -1n, producerEpoch: -1 })
  })

  it('is refused by a broker that does not coordinate the transactional id', async () => {
    const cluster = new FakeCluster()
    expect(await init(cluster, {}, { broker: 2 })).toMatchObject({ errorCode: errorCodes.NOT_COORDINATOR })
  })

  it('aborts what the producer before left open, and lets the new one ask again', async () => {
    const cluster = new FakeCluster()
    const former = await producer(cluster)
    await add(cluster, former, [0, 1])
    expect(await init(cluster)).toMatchObject({ errorCode: errorCodes.CONCURRENT_TRANSACTIONS })
    const markers = cluster.store.markers.map(({ partition, committed, producerEpoch }) => [
      partition,
      committed,
      producerEpoch,
    ])
    expect(markers).toEqual([
      [0, false, 1],
      [1, false, 1],
    ])
    expect(await producer(cluster)).toEqual({ ...former, producerEpoch: 2 })
    expect(await end(cluster, former)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
  })

  it('waits for a transaction that is ending', async () => {
    const cluster = new FakeCluster({ markerDelayMs: 100 })
    const identity = await producer(cluster)
    await add(cluster, identity)
    await end(cluster, identity)
    expect(await init(cluster)).toMatchObject({ errorCode: errorCodes.CONCURRENT_TRANSACTIONS })
    cluster.clock.advance(100)
    expect(await producer(cluster)).toEqual({ ...identity, producerEpoch: 1 })
  })
})

describe('a producer that asks for its next epoch (KIP-360)', () => {
  it('gets it', async () => {
    const cluster = new FakeCluster()
    const first = await producer(cluster)
    expect(await producer(cluster, first)).toEqual({ ...first, producerEpoch: 1 })
  })

  it('gets the same answer again if it missed it', async () => {
    const cluster = new FakeCluster()
    const first = await producer(cluster)
    await producer(cluster, first)
    expect(await producer(cluster, first)).toEqual({ ...first, producerEpoch: 1 })
  })

  it('is fenced when somebody else has taken over', async () => {
    const cluster = new FakeCluster()
    const first = await producer(cluster)
    await producer(cluster)
    expect(await init(cluster, first)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
    expect(await init(cluster, { ...first, producerId: 77n })).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
    // Older clients do not know that name.
    expect(await init(cluster, first, { version: 3 })).toMatchObject({ errorCode: errorCodes.INVALID_PRODUCER_EPOCH })
  })

  it('begins anew when nobody knows it any more', async () => {
    const cluster = new FakeCluster()
    expect(await producer(cluster, { producerId: 77n, producerEpoch: 5 })).toMatchObject({ producerEpoch: 0 })
  })
})

describe('when the epochs are used up', () => {
  it('the next producer gets another id', async () => {
    const cluster = new FakeCluster()
    const last = await almostExhausted(cluster)
    const next = await producer(cluster)
    expect(next.producerEpoch).toBe(0)
    expect(next.producerId).not.toBe(last.producerId)
    // Who had the other one is shut out.
    expect(await init(cluster, last)).toMatchObject({ errorCode: errorCodes.PRODUCER_FENCED })
  })

  it('a producer that goes on gets another id, and the same answer again if it missed it', async () => {
    const cluster = new FakeCluster()
    const last = await almostExhausted(cluster)
    const next = await producer(cluster, last)
    expect(next.producerEpoch).toBe(0)
    expect(await producer(cluster, last)).toEqual(next)
  })

  it('a transaction that was left open can still be fenced', async () => {
    const cluster = new FakeCluster()
    const last = await almostExhausted(cluster)
    await add(cluster, last)
    expect(await init(cluster)).toMatchObject({ errorCode: errorCodes.CONCURRENT_TRANSACTIONS })
    expect(cluster.store.markers).toMatchObject([{ producerEpoch: LAST_EPOCH + 1, committed: false }])
    expect((await producer(cluster)).producerId).not.toBe(last.producerId)
  })

  it('a transaction that ends with an epoch of its own brings another id', async () => {
    const cluster = new FakeCluster()
    const last = await almostExhausted(cluster)
    await add(cluster, last)
    const ended = await end(cluster, last, true, { version: 5 })
    expect(ended).toMatchObject({ errorCode: 0, producerEpoch: 0 })
    expect(ended.producerId).not.toBe(last.producerId)
    expect(cluster.store.markers).toMatchObject([{ producerId: last.producerId, producerEpoch: LAST_EPOCH + 1 }])
    expect(await end(cluster, last, true, { version: 5 })).toEqual(ended)
  })
})
