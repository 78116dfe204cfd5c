import type { Kafka } from '../../../src/index.ts'
import { apis, encodeRecordBatch } from '../../../src/protocol.ts'

/** Begins a transaction with one message in partition 0 of a topic, and leaves it open. */
export async function openTransaction(kafka: Kafka, transactionalId: string, topic: string) {
  const transaction = { transactionalId }
  const { request } = kafka.client
  const ask = request.bind(kafka.client) as typeof request
  const producer = await ask(apis.InitProducerId, { transactionalId, transactionTimeoutMs: 60_000 }, transaction)
  const { producerId, producerEpoch } = producer
  const added = await ask(
    apis.AddPartitionsToTxn,
    {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: topic, partitions: [0] }],
    },
    transaction,
    { maxVersion: 3 },
  )
  const options = { producerId, producerEpoch, baseSequence: 0, transactional: true }
  const records = encodeRecordBatch([{ value: 'open', timestamp: Date.now() }], options)
  const produced = await ask(
    apis.Produce,
    {
      transactionalId,
      acks: -1,
      timeoutMs: 10_000,
      topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
    },
    { leader: { topic, partition: 0 } },
    { maxVersion: 11 },
  )
  const codes = [
    producer.errorCode,
    added.resultsByTopicV3AndBelow[0]?.resultsByPartition[0]?.partitionErrorCode,
    produced.responses[0]?.partitionResponses[0]?.errorCode,
  ]
  if (codes.some(code => code !== 0)) throw new Error(`the transaction could not be begun: ${codes}`)
  return { producerId, producerEpoch }
}
