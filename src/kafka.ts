import { Admin } from './admin/admin.ts'
import { Client } from './cluster/client.ts'
import { bootstrapOf, type KafkaConfig, kafkaOptions, type ResolvedConfig } from './config.ts'
import { Consumer } from './consumer/consumer.ts'
import { ClosedError } from './errors/client-errors.ts'
import { Producer } from './producer/producer.ts'
import type { WaitOptions } from './producer/types.ts'
import { resolveOptions } from './util/options.ts'
import { onAbort } from './util/wait.ts'

/**
 * A Kafka cluster as seen from here. Connects to nothing until it must. Its producers, consumers and admins share
 * metadata, brokers and connections.
 */
export class Kafka implements AsyncDisposable {
  readonly #config: ResolvedConfig
  readonly #client: Client
  readonly #children = new Set<{ close(options: WaitOptions): Promise<void> }>()
  readonly #givenUp = new AbortController()
  #closing: Promise<void> | undefined

  /** @throws {@link ConfigurationError} that lists every problem of the configuration. */
  constructor(config: KafkaConfig) {
    const resolved = resolveOptions(kafkaOptions, config, '')
    const { brokers, clientId, net, metadata, logger, hooks } = resolved
    this.#config = resolved
    this.#client = new Client({ bootstrap: bootstrapOf(brokers), clientId, net, metadata, logger, hooks })
  }

  /** A producer; `options` override the `producer` slice of the configuration. */
  producer(options?: KafkaConfig['producer']): Producer {
    const client = this.#open()
    const resolved = this.#with({ producer: options }).producer
    const producer: Producer = new Producer(client, resolved, () => this.#children.delete(producer))
    this.#children.add(producer)
    return producer
  }

  /** A consumer without a group; `options` override the `consumer` slice of the configuration. */
  consumer(options?: KafkaConfig['consumer']): Consumer {
    const client = this.#open()
    const { consumer: resolved, maxDecompressedBatchBytes } = this.#with({ consumer: options })
    const consumer: Consumer = new Consumer(client, resolved, maxDecompressedBatchBytes, () =>
      this.#children.delete(consumer),
    )
    this.#children.add(consumer)
    return consumer
  }

  /** An admin; `options` override the `admin` slice of the configuration. */
  admin(options?: KafkaConfig['admin']): Admin {
    return new Admin(this.#open(), this.#with({ admin: options }).admin)
  }

  /**
   * Closes all that it handed out, producers after they have sent what they have, then every connection. Aborting
   * `signal` stops the sending, whoever closed first: what is left then fails.
   *
   * @throws {@link ClosedError} when a producer gave messages up; everything is closed all the same.
   */
  close({ signal }: WaitOptions = {}): Promise<void> {
    this.#closing ??= this.#shutDown()
    if (signal === undefined) return this.#closing
    const forget = onAbort(signal, () => this.#givenUp.abort(signal.reason))
    return this.#closing.finally(forget)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    const { signal } = this.#givenUp
    const outcomes = await Promise.allSettled([...this.#children].map(child => child.close({ signal })))
    this.#client.close()
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  }

  /** The configuration with other options for one child, checked as a whole. */
  #with(slice: Partial<KafkaConfig>): ResolvedConfig {
    return resolveOptions(kafkaOptions, { brokers: this.#config.brokers, ...slice }, '', undefined, this.#config)
  }

  #open(): Client {
    if (this.#closing !== undefined) throw new ClosedError('this Kafka is closed')
    return this.#client
  }
}
