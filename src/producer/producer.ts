import type { Client } from '../cluster/client.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { ClosedError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import { abortable } from '../util/wait.ts'
import { Accumulator } from './accumulator.ts'
import type { Delivery } from './batch.ts'
import { checkMessage, type HeaderList } from './check.ts'
import { Dispatcher } from './dispatcher.ts'
import { ProducerErrors } from './errors.ts'
import type { producerOptions } from './options.ts'
import { Partitioner } from './partitioner.ts'
import type { ProducerMessage, RecordMetadata } from './types.ts'

export type ProducerOptions = Options<typeof producerOptions.table>

export interface WaitOptions {
  /** Ends the wait with the signal's reason. What was already under way goes on. */
  readonly signal?: AbortSignal | undefined
}

/** A message that was accepted, with who waits for it. */
interface Accepted extends Delivery {
  readonly message: ProducerMessage
  readonly headers: HeaderList | null
}

/**
 * Sends messages. Those of one turn of the event loop leave as one batch a partition; the order within a partition is
 * the order of the calls. Made by `kafka.producer()`.
 */
export class Producer implements AsyncDisposable {
  readonly #client: Client
  readonly #accumulator: Accumulator
  readonly #dispatcher: Dispatcher
  readonly #partitioner = new Partitioner()
  /** Messages of topics that are being looked up, in the order of the calls. */
  readonly #lookUps = new Map<string, { readonly accepted: Accepted[]; readonly done: Promise<void> }>()
  readonly #onClosed: () => void
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(client: Client, options: ProducerOptions, onClosed: () => void) {
    this.#client = client
    this.#onClosed = onClosed
    this.#accumulator = new Accumulator(options)
    this.#dispatcher = new Dispatcher(client, this.#accumulator, options, batch => {
      this.#partitioner.onBatchClosed(batch.topic)
      const bytes = batch.encoder.close({ codec: options.compression, level: options.compressionLevel })
      batch.bytes = bytes
      return bytes
    })
  }

  /**
   * Sends one message and tells where it was written, once `producer.acks` is satisfied. Its bytes must not change until
   * then. Aborting `signal` drops the wait; the message may be written all the same.
   *
   * @throws {@link ConfigurationError} naming the field at fault, {@link MessageTooLargeError}, {@link BrokerError} such
   * as UNKNOWN_TOPIC_OR_PARTITION, {@link TimeoutError} after `producer.deliveryTimeoutMs`, {@link ClosedError}.
   */
  send(message: ProducerMessage, { signal }: WaitOptions = {}): Promise<RecordMetadata> {
    const promise = new Promise<RecordMetadata>((resolve, reject) => {
      signal?.throwIfAborted()
      if (this.#closing !== undefined) throw new ClosedError('the producer is closed')
      const headers = checkMessage(message)
      this.#accept({ message, headers, timestamp: message.timestamp ?? Date.now(), resolve, reject })
    })
    return abortable(promise, signal)
  }

  /**
   * Sends messages and waits for all of them, failed ones too.
   *
   * @throws {@link ProducerErrors} if any failed, with each failed message and its error.
   */
  async sendAll(messages: readonly ProducerMessage[], options: WaitOptions = {}): Promise<RecordMetadata[]> {
    const outcomes = await Promise.allSettled(messages.map(message => this.send(message, options)))
    const errors = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [{ message: messages[i]!, error: outcome.reason as unknown }] : [],
    )
    if (errors.length > 0) throw new ProducerErrors(errors, messages.length)
    return outcomes.map(outcome => (outcome as PromiseFulfilledResult<RecordMetadata>).value)
  }

  /**
   * Sends what is left and ends. Aborting `signal` stops that: what is left then fails.
   *
   * @throws {@link ClosedError} after an abort, telling how many messages were given up.
   */
  close(options: WaitOptions = {}): Promise<void> {
    this.#closing ??= this.#shutDown(options.signal)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(signal: AbortSignal | undefined): Promise<void> {
    try {
      await abortable(this.#drained(), signal)
    } catch (cause) {
      const error = new ClosedError(`the producer was closed before ${this.#abandon(cause)} messages were sent`, {
        cause,
      })
      throw error
    } finally {
      this.#dispatcher.close()
      this.#onClosed()
    }
  }

  async #drained(): Promise<void> {
    await Promise.all([...this.#lookUps.values()].map(({ done }) => done))
    await Promise.all([...this.#accumulator.unsettled()].map(batch => batch.settled()))
  }

  /** Fails what has no outcome yet and tells how many messages those were. */
  #abandon(cause: unknown): number {
    const error = new ClosedError('the producer was closed before the message was sent', { cause })
    let count = 0
    for (const { accepted } of this.#lookUps.values()) {
      count += accepted.length
      for (const { reject } of accepted.splice(0)) reject(error)
    }
    for (const batch of [...this.#accumulator.unsettled()]) {
      count += batch.deliveries.length
      batch.fail(error)
    }
    return count
  }

  #accept(accepted: Accepted): void {
    const { topic } = accepted.message
    const lookUp = this.#lookUps.get(topic)
    // While earlier messages wait for the topic, later ones wait behind them, even when it is known by now.
    if (lookUp !== undefined) {
      lookUp.accepted.push(accepted)
      return
    }
    const known = this.#client.metadata.topic(topic)
    if (known !== undefined) this.#append(known, accepted)
    else this.#lookUp(topic, accepted)
  }

  #lookUp(topic: string, first: Accepted): void {
    const accepted = [first]
    const done = this.#client.metadata.lookUp(topic).then(
      known => {
        this.#lookUps.delete(topic)
        for (const each of accepted) this.#append(known, each)
      },
      error => {
        this.#lookUps.delete(topic)
        for (const { reject } of accepted) reject(error)
      },
    )
    this.#lookUps.set(topic, { accepted, done })
  }

  #append(topic: TopicSnapshot, accepted: Accepted): void {
    const { message, headers } = accepted
    try {
      const partition = this.#partitioner.choose(message, topic)
      const queue = this.#accumulator.queue(topic.name, partition)
      const isFull = this.#accumulator.append(queue, message.key ?? null, message.value ?? null, headers, accepted)
      if (isFull) this.#partitioner.onBatchClosed(topic.name)
      this.#dispatcher.wake(queue)
    } catch (error) {
      accepted.reject(error)
    }
  }
}
