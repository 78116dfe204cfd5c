import { apis } from '../../../src/protocol/apis.ts'
import type { RawClient } from '../raw-client.ts'
import { type Topic, timeoutMs } from './topics.ts'

const consumerGroup = 'golden-transaction-group'

/** A transaction for each version, from its producer id to its marker. */
export async function transactionScenarios(client: RawClient, topic: Topic): Promise<void> {
  const { InitProducerId, DescribeTransactions, ListTransactions, WriteTxnMarkers } = apis
  await client.each(InitProducerId, () => ({ transactionalId: null, transactionTimeoutMs: 60_000 }))
  await client.each(InitProducerId, () => ({ transactionalId: 'golden-too-long', transactionTimeoutMs: 0x7fffffff }))
  for (let step = 0; step <= 6; step++) await transaction(client, topic, step)
  await client.each(DescribeTransactions, () => ({ transactionalIds: ['golden-transaction-5', 'no-such-id'] }))
  await client.each(ListTransactions, version => ({
    stateFilters: version === 0 ? [] : ['Ongoing', 'NoSuchState'],
    producerIdFilters: [],
    durationFilter: 0n,
    transactionalIdPattern: 'golden.*',
  }))
  await client.each(WriteTxnMarkers, () => ({
    markers: [
      {
        producerId: 4711n,
        producerEpoch: 0,
        transactionResult: false,
        topics: [{ name: topic.name, partitionIndexes: [1] }],
        coordinatorEpoch: 0,
      },
    ],
  }))
  await client.each(WriteTxnMarkers, () => ({
    markers: [
      {
        producerId: 4711n,
        producerEpoch: 0,
        transactionResult: true,
        topics: [{ name: 'no-such-topic', partitionIndexes: [1] }],
        coordinatorEpoch: 0,
      },
    ],
  }))
}

async function transaction(client: RawClient, topic: Topic, step: number): Promise<void> {
  const { AddPartitionsToTxn, AddOffsetsToTxn, TxnOffsetCommit, EndTxn } = apis
  const transactionalId = `golden-transaction-${step}`
  const init = { transactionalId, transactionTimeoutMs: 600_000 }
  const producer = await untilCoordinated(client, step, init)
  if (producer === undefined) return
  const { producerId, producerEpoch } = producer
  const add = (partitions: number[], epoch: number) => {
    const topics = [{ name: topic.name, partitions }]
    return client.call(AddPartitionsToTxn, client.near(AddPartitionsToTxn, step), {
      transactions: [{ transactionalId, producerId, producerEpoch: epoch, verifyOnly: false, topics }],
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: epoch,
      v3AndBelowTopics: topics,
    })
  }
  await add([0], producerEpoch)
  await add([0, 99], producerEpoch)
  await add([0], producerEpoch + 7)
  const records = await client.codec.batch([{ timestamp: 1_700_000_000_000, key: null, value: `in ${step}` }], {
    producerId,
    epoch: producerEpoch,
    sequence: 0,
    transactional: true,
  })
  await client.call(apis.Produce, 9 + Math.min(step, 2), {
    transactionalId,
    acks: -1,
    timeoutMs,
    topicData: [{ ...topic, partitionData: [{ index: 0, records }] }],
  })
  const ids = { transactionalId, producerId, producerEpoch }
  const version = client.near(AddOffsetsToTxn, step)
  await client.call(AddOffsetsToTxn, version, { ...ids, groupId: consumerGroup })
  await client.call(AddOffsetsToTxn, version, { ...ids, producerId: producerId + 1000n, groupId: consumerGroup })
  const partitions = [{ partitionIndex: 0, committedOffset: 1n, committedLeaderEpoch: 0, committedMetadata: 'meta' }]
  const offsets = { ...ids, groupId: consumerGroup, topics: [{ name: topic.name, partitions }] }
  const commit = client.near(TxnOffsetCommit, step)
  await client.call(TxnOffsetCommit, commit, offsets)
  await client.call(TxnOffsetCommit, commit, { ...offsets, producerEpoch: -1, generationId: 5, memberId: 'nobody' })
  if (step === 5)
    await client.attempt(apis.DescribeProducers, 0, { topics: [{ name: topic.name, partitionIndexes: [0] }] })
  const end = client.near(EndTxn, step)
  await client.call(EndTxn, end, { ...ids, producerEpoch: producerEpoch + 7, committed: true })
  await client.call(EndTxn, end, { ...ids, committed: step % 2 === 0 })
}

/** The coordinator's topic is made at the first request; until then the answer is that it is not available. */
async function untilCoordinated(
  client: RawClient,
  step: number,
  body: { readonly transactionalId: string; readonly transactionTimeoutMs: number },
) {
  for (let tries = 0; tries < 100; tries++) {
    await client.call(apis.FindCoordinator, 4, { keyType: 1, coordinatorKeys: [body.transactionalId] })
    const answer = await client.call(apis.InitProducerId, client.near(apis.InitProducerId, step), body)
    if (answer.errorCode === 0) return answer
    await new Promise(resolve => setTimeout(resolve, 200))
  }
  return undefined
}
