import { expect, it } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { RawClient, startCluster } from './support.ts'

const ID = 7n
const WITH_OWN_EPOCHS = { transactionVersion: 2 }

/** A transaction that a producer has left open in partition 0, of which broker 1 is the leader. */
async function withOpenTransaction() {
  const cluster = await startCluster({ brokers: 2, topics: { a: { partitions: 2 } } })
  const client = await RawClient.connect(cluster)
  cluster.produce('a', [{ partition: 0, value: 'open' }], { transaction: 'open' })
  const { producerId } = (await described(client))!.activeProducers[0]!
  return { cluster, client, producerId }
}

async function described(client: RawClient, partition = 0) {
  const { topics } = await client.ask('DescribeProducers', { topics: [{ name: 'a', partitionIndexes: [partition] }] })
  return topics[0]!.partitions[0]
}

/** Writes a marker to partitions of topic a; gives the error of each. */
async function mark(client: RawClient, marker: object, partitionIndexes = [0]): Promise<number[]> {
  const topics = [{ name: 'a', partitionIndexes }]
  const whole = { producerId: ID, producerEpoch: 0, transactionResult: false, coordinatorEpoch: 0, topics, ...marker }
  const { markers } = await client.ask('WriteTxnMarkers', { markers: [whole] })
  return markers.flatMap(each => each.topics.flatMap(({ partitions }) => partitions.map(({ errorCode }) => errorCode)))
}

it('a transaction that hangs is found, and ended by a marker', async () => {
  const { cluster, client, producerId } = await withOpenTransaction()
  expect(cluster.log('a', 0).lastStableOffset).toBe(0n)
  expect(await described(client)).toMatchObject({
    errorCode: 0,
    activeProducers: [
      { producerId, producerEpoch: 0, lastSequence: 0, coordinatorEpoch: -1, currentTxnStartOffset: 0n },
    ],
  })
  expect(await mark(client, { producerId, coordinatorEpoch: 3 })).toEqual([0])
  expect(cluster.log('a', 0)).toMatchObject({ lastStableOffset: 2n, endOffset: 2n })
  expect(cluster.log('a', 0).messages('read_committed')).toEqual([])
  expect(await described(client)).toMatchObject({
    activeProducers: [{ producerId, coordinatorEpoch: 3, currentTxnStartOffset: -1n }],
  })
})

it('markers commit as well, in all partitions that they name, and wake who waits for them', async () => {
  const { cluster, client, producerId } = await withOpenTransaction()
  const reader = await RawClient.connect(cluster)
  const partitions = [{ partition: 0, fetchOffset: 0n, partitionMaxBytes: 1000 }]
  const asked = { maxWaitMs: 1 << 30, minBytes: 1, isolationLevel: 1, topics: [{ topic: 'a', partitions }] as never }
  reader.send('Fetch', asked, 12)
  await cluster.nextRequest('Fetch')
  expect(await mark(client, { producerId, transactionResult: true }, [0, 1, 2])).toEqual([
    0,
    errorCodes.NOT_LEADER_OR_FOLLOWER,
    errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
  ])
  const { responses } = await reader.answer('Fetch', 12)
  expect(responses[0]!.partitions[0]).toMatchObject({ lastStableOffset: 2n, abortedTransactions: [] })
  expect(cluster.log('a', 0).messages('read_committed')).toHaveLength(1)
})

it('markers of an epoch or of a coordinator that was replaced are refused', async () => {
  const { cluster, client } = await withOpenTransaction()
  await client.produce(['x'], { producerId: ID, producerEpoch: 4, baseSequence: 0 })
  expect(await mark(client, { producerEpoch: 3 })).toEqual([errorCodes.INVALID_PRODUCER_EPOCH])
  expect(await mark(client, { producerEpoch: 4, coordinatorEpoch: 2 })).toEqual([0])
  expect(await mark(client, { producerEpoch: 4, coordinatorEpoch: 1 })).toEqual([
    errorCodes.TRANSACTION_COORDINATOR_FENCED,
  ])
  expect(cluster.log('a', 0).endOffset).toBe(3n)
})

it('where each transaction has an epoch of its own, a marker needs a newer one than the batches, or comes again', async () => {
  const { client, producerId } = await withOpenTransaction()
  expect(await mark(client, { producerId, ...WITH_OWN_EPOCHS })).toEqual([errorCodes.INVALID_PRODUCER_EPOCH])
  expect(await mark(client, { producerId, producerEpoch: 1, ...WITH_OWN_EPOCHS })).toEqual([0])
  expect(await mark(client, { producerId, producerEpoch: 1, ...WITH_OWN_EPOCHS })).toEqual([0])
})

it('errors befall single partitions of markers and producers', async () => {
  const { cluster, client, producerId } = await withOpenTransaction()
  for (const api of ['WriteTxnMarkers', 'DescribeProducers'] as const) {
    cluster.fail('KAFKA_STORAGE_ERROR', { api, topic: 'a', partition: 0, times: 1 })
  }
  expect(await mark(client, { producerId })).toEqual([errorCodes.KAFKA_STORAGE_ERROR])
  expect(await described(client)).toMatchObject({ errorCode: errorCodes.KAFKA_STORAGE_ERROR, activeProducers: [] })
  expect(await mark(client, { producerId })).toEqual([0])
})

it('any replica tells of its producers, and nobody else', async () => {
  const cluster = await startCluster({ brokers: 2, topics: { a: { partitions: 2, replicationFactor: 1 } } })
  const client = await RawClient.connect(cluster)
  expect(await described(client, 0)).toMatchObject({ errorCode: 0, activeProducers: [] })
  expect(await described(client, 1)).toMatchObject({ errorCode: errorCodes.NOT_LEADER_OR_FOLLOWER })
  expect(await described(client, 2)).toMatchObject({ errorCode: errorCodes.UNKNOWN_TOPIC_OR_PARTITION })
})
