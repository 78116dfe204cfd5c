import { api } from '../api.ts'
import { array, bool, errorCode, int16, int32, int64, string } from '../schema.ts'

const topic = {
  name: string,
  partitions: array(int32),
}

const topicResult = {
  name: string,
  resultsByPartition: array({
    partitionIndex: int32,
    partitionErrorCode: errorCode,
  }),
}

/**
 * Makes partitions part of a transaction before they are written to. Clients send versions up to 3, with the fields
 * that say so; later ones are for brokers, and need the right to act for the cluster. Not needed with KIP-890
 * transactions.
 */
export const AddPartitionsToTxn = api(
  24,
  'AddPartitionsToTxn',
  { versions: [0, 5], flexible: 3, route: 'transaction' },
  {
    transactions: array({
      transactionalId: string,
      producerId: int64,
      producerEpoch: int16,
      /** Ask whether the partitions are part of it, and add nothing (KIP-890). */
      verifyOnly: bool.default(false),
      topics: array(topic),
    }).since(4),
    v3AndBelowTransactionalId: string.until(3),
    v3AndBelowProducerId: int64.until(3),
    v3AndBelowProducerEpoch: int16.until(3),
    v3AndBelowTopics: array(topic).until(3),
  },
  {
    throttleTimeMs: int32,
    errorCode: errorCode.since(4).ignorable(),
    resultsByTransaction: array({
      transactionalId: string,
      topicResults: array(topicResult),
    }).since(4),
    resultsByTopicV3AndBelow: array(topicResult).until(3),
  },
)
