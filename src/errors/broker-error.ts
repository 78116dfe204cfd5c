import { type BrokerErrorFacts, brokerErrorFacts } from './broker-codes.ts'
import { KafkaError, type Remedy } from './kafka-error.ts'

/** A broker answered with an error code. */
export class BrokerError extends KafkaError {
  /** Same as `brokerName`. */
  readonly code: BrokerErrorFacts['name']
  readonly remedy: Remedy
  /** The number on the wire. */
  readonly brokerCode: number
  /** Kafka's own name of it, such as `NOT_LEADER_OR_FOLLOWER`. */
  readonly brokerName: BrokerErrorFacts['name']
  readonly #retriable: boolean

  /**
   * @param code The number on the wire.
   * @param context What was asked of whom, such as `orders-3 on broker 2 (localhost:9092)`.
   * @param brokerMessage What the broker itself said, where the response has room for it.
   */
  constructor(code: number, context: string, brokerMessage?: string | null) {
    const { name, retriable, remedy, text } = brokerErrorFacts(code)
    const said = brokerMessage ? ` (the broker says: ${brokerMessage})` : ''
    super(`${context}: ${name} (code ${code}): ${text}${said}`)
    this.code = name
    this.brokerName = name
    this.brokerCode = code
    this.remedy = remedy
    this.#retriable = retriable
  }

  /** Whether Java's client calls the code retriable; what samsa itself does follows from `remedy`. */
  override get retriable(): boolean {
    return this.#retriable
  }
}

/**
 * The error of a broker's answer.
 *
 * @param code The number on the wire.
 * @param context What was asked of whom, such as `orders-3 on broker 2 (localhost:9092)`.
 * @param brokerMessage What the broker itself said, where the response has room for it.
 */
export function brokerError(code: number, context: string, brokerMessage?: string | null): BrokerError {
  return new BrokerError(code, context, brokerMessage)
}
