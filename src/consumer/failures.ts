import { errorCodes } from '../errors/broker-codes.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { type KafkaError, mayHeal } from '../errors/kafka-error.ts'

/** So many failures in a row are told to the user, once, though the partition is tried on. */
export const SUSPICIOUS_ATTEMPTS = 5

/** Whether a fetch that failed so may succeed when it is made again. */
export function mayPass(error: KafkaError): boolean {
  // Java's client too tries again when a broker fails in a way that it has no code for.
  return mayHeal(error) || (error instanceof BrokerError && error.brokerCode === errorCodes.UNKNOWN_SERVER_ERROR)
}

/** Whether to look who leads now before a partition is tried again: after many tries whatever the broker says, which may lag behind. */
export function isForMetadata({ remedy }: KafkaError, attempts: number): boolean {
  return remedy === 'refresh-metadata' || attempts >= SUSPICIOUS_ATTEMPTS
}
