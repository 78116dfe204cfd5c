import type { Client } from '../cluster/client.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { InitProducerId } from '../protocol/messages/init-producer-id.ts'
import type { RetryPolicy } from '../util/backoff.ts'
import { retrying } from '../util/retry.ts'
import { SingleFlight } from '../util/single-flight.ts'
import type { ProducerIdentity } from './sequences.ts'

const LAST_EPOCH = 0x7fff

/** The producer id and epoch of an idempotent producer, as the cluster gave them or as they were bumped since (KIP-360). */
export class Identities {
  readonly #client: Client
  readonly #retry: RetryPolicy
  readonly #signal: AbortSignal
  readonly #asking = new SingleFlight<void>()
  #current: ProducerIdentity | undefined
  #lastError: unknown

  /** `signal` ends the asking. */
  constructor(client: Client, retry: RetryPolicy, signal: AbortSignal) {
    this.#client = client
    this.#retry = retry
    this.#signal = signal
  }

  /** Undefined until {@link obtain} has been called, and again when all epochs of a producer id are used up. */
  get current(): ProducerIdentity | undefined {
    return this.#current
  }

  /** Why there is no producer id yet; undefined when there is one. */
  get lastError(): unknown {
    return this.#lastError
  }

  /**
   * Asks the cluster for a producer id, as often as it takes.
   *
   * @throws {@link BrokerError} that no other try heals, such as CLUSTER_AUTHORIZATION_FAILED; the reason of the signal.
   */
  obtain(): Promise<void> {
    return this.#asking.run(async () => {
      const onRetry = (error: KafkaError) => {
        this.#lastError = error
        this.#client.logger.debug('a producer id is asked for again', { error: error.message })
        this.#client.hooks.onError?.({ error, willRetry: true })
      }
      this.#current = await retrying(this.#retry, { signal: this.#signal, onRetry }, () => this.#ask())
      this.#lastError = undefined
    })
  }

  /**
   * What a partition goes on with whose sequences the broker does not accept any more. An idempotent producer bumps its epoch by
   * itself: brokers compare epochs partition by partition. Undefined where a new producer id must be obtained.
   */
  after(old: ProducerIdentity): ProducerIdentity | undefined {
    const current = this.#current
    if (current === undefined || current.producerId !== old.producerId || current.epoch > old.epoch) return current
    const { producerId, epoch } = current
    this.#current = epoch < LAST_EPOCH ? { producerId, epoch: epoch + 1 } : undefined
    return this.#current
  }

  async #ask(): Promise<ProducerIdentity> {
    const { producerId, producerEpoch } = await this.#client.brokers.callAny(async broker => {
      const body = { transactionalId: null, transactionTimeoutMs: 0x7fffffff }
      const answer = await this.#client.request(broker, InitProducerId, body, { signal: this.#signal })
      if (answer.errorCode !== 0) throw brokerError(answer.errorCode, `a producer id from ${broker.label}`)
      return answer
    }, this.#signal)
    return { producerId, epoch: producerEpoch }
  }
}
