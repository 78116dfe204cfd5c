import { errorCodes } from '../errors/broker-codes.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import type { Batch } from './batch.ts'

/**
 * What is done about a batch that a broker did not take:
 *
 * - `retry`: it is sent again as it is.
 * - `renew`: the partition begins with new sequences, and the batch is sent again with those.
 * - `split`: it is sent again in two parts.
 * - `fail`: its messages are told the error.
 * - `fail-and-renew`: the same, and the partition begins with new sequences.
 */
export type Verdict = 'retry' | 'renew' | 'split' | 'fail' | 'fail-and-renew'

/**
 * Errors that leave open whether the broker has the batch; other codes say that it has not. A leader that lost the partition, or the
 * topic, while it waited for its replicas had written the batch before, and its successor may have it.
 */
const UNDECIDED: ReadonlySet<number> = new Set([
  errorCodes.NOT_LEADER_OR_FOLLOWER,
  errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
  errorCodes.UNKNOWN_SERVER_ERROR,
  errorCodes.REQUEST_TIMED_OUT,
  errorCodes.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  errorCodes.KAFKA_STORAGE_ERROR,
])

/** Whether a batch whose attempt failed in this way may be in the log all the same. */
export function mayBeWritten(error: unknown): boolean {
  return !(error instanceof BrokerError) || UNDECIDED.has(error.brokerCode)
}

/**
 * Decides what Java decides, except where Java might write a message twice.
 *
 * @param batch what failed; its `attempts` count this one too.
 */
export function verdictOn(batch: Batch, error: unknown, maxRetries: number): Verdict {
  if (batch.isSettled || !(error instanceof KafkaError)) return 'fail'
  if (error instanceof BrokerError) {
    const { brokerCode } = error
    const isTooLarge = brokerCode === errorCodes.MESSAGE_TOO_LARGE || brokerCode === errorCodes.RECORD_LIST_TOO_LARGE
    if (isTooLarge && batch.count > 1) return 'split'
    if (batch.identity !== undefined) {
      const special = verdictOnSequence(batch, brokerCode)
      if (special !== undefined) return special === 'retry' && batch.attempts > maxRetries ? 'fail' : special
    }
  }
  return mayHeal(error) && batch.attempts <= maxRetries ? 'retry' : 'fail'
}

function verdictOnSequence(batch: Batch, brokerCode: number): Verdict | undefined {
  switch (brokerCode) {
    case errorCodes.OUT_OF_ORDER_SEQUENCE_NUMBER:
    case errorCodes.UNKNOWN_PRODUCER_ID:
      // Sent behind one that failed and is to be sent again: in its turn it will be in order.
      if (batch.queue.hasEarlier(batch)) return 'retry'
      // One before it was given up, so the broker has neither: whatever became of earlier attempts, they were refused as this one
      // was. Where no attempt can have been written it is as safe.
      if (batch.queue.sequences.hasHole || !batch.mayBeWritten) return 'renew'
      // The broker has lost what it knew of this producer, and cannot tell any more whether it has the batch.
      return 'fail-and-renew'
    case errorCodes.INVALID_PRODUCER_EPOCH:
    case errorCodes.PRODUCER_FENCED:
      return 'fail-and-renew'
    default:
      return undefined
  }
}
