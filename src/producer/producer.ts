import type { Client } from '../cluster/client.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { ClosedError, ConfigurationError, ConnectionError, TimeoutError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { prefersAsync } from '../records/compression/registry.ts'
import { backoffMs } from '../util/backoff.ts'
import { listProblems } from '../util/known-keys.ts'
import type { Options } from '../util/options.ts'
import { abortable, onAbort, sleep } from '../util/wait.ts'
import { Accumulator } from './accumulator.ts'
import type { Delivery } from './batch.ts'
import { checkMessage, type HeaderList } from './check.ts'
import { Dispatcher } from './dispatcher.ts'
import { ProducerErrors } from './errors.ts'
import type { producerOptions } from './options.ts'
import { Partitioner } from './partitioner.ts'
import type { Data, ProducerMessage, RecordMetadata } from './types.ts'

export type ProducerOptions = Options<typeof producerOptions.table>

export interface WaitOptions {
  /** Ends the wait with the signal's reason. What was already under way goes on. */
  readonly signal?: AbortSignal | undefined
}

/** A message that was accepted, as it was then, with who waits for it. */
interface Accepted extends Delivery {
  readonly topic: string
  readonly partition: number | undefined
  readonly key: Data | null
  readonly value: Data | null
  readonly headers: HeaderList | null
}

/** Messages of a topic that is being looked up, in the order of the calls. */
interface LookUp {
  readonly accepted: Accepted[]
  readonly done: Promise<void>
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
  readonly #lookUps = new Map<string, LookUp>()
  readonly #options: ProducerOptions
  readonly #onClosed: () => void
  readonly #ended = new AbortController()
  readonly #givenUp = new AbortController()
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(client: Client, options: ProducerOptions, onClosed: () => void) {
    this.#client = client
    this.#options = options
    this.#onClosed = onClosed
    this.#accumulator = new Accumulator(options)
    const { compression: codec, compressionLevel: level } = options
    this.#dispatcher = new Dispatcher(client, this.#accumulator, options, ({ topic, encoder }) => {
      this.#partitioner.onBatchClosed(topic)
      const how = { codec, level, onlyIfSmaller: true }
      return prefersAsync(codec, encoder.sizeBytes) ? encoder.closeAsync(how) : encoder.close(how)
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
    if (signal?.aborted) return Promise.reject(signal.reason)
    const promise = new Promise<RecordMetadata>((resolve, reject) => {
      if (this.#closing !== undefined) throw new ClosedError('the producer is closed')
      const headers = checkMessage(message)
      const { topic, partition, key = null, value = null, timestamp = Date.now() } = message
      this.#accept({ topic, partition, key, value, headers, timestamp, resolve, reject })
    })
    return abortable(promise, signal)
  }

  /**
   * Sends messages and waits for all of them, failed ones too.
   *
   * @throws {@link ProducerErrors} if any failed, with each failed message and its error.
   */
  async sendAll(messages: readonly ProducerMessage[], { signal }: WaitOptions = {}): Promise<RecordMetadata[]> {
    const problems = listProblems(messages, 'messages')
    if (problems.length > 0) throw new ConfigurationError(problems)
    signal?.throwIfAborted()
    const outcomes = await abortable(Promise.allSettled(messages.map(message => this.send(message))), signal)
    const errors = outcomes.flatMap((outcome, i) =>
      outcome.status === 'rejected' ? [{ message: messages[i]!, error: outcome.reason as unknown }] : [],
    )
    if (errors.length > 0) throw new ProducerErrors(errors, messages.length)
    return outcomes.map(outcome => (outcome as PromiseFulfilledResult<RecordMetadata>).value)
  }

  /**
   * Sends what is left and ends. Aborting `signal` stops that, whoever closed first: what is left then fails.
   *
   * @throws {@link ClosedError} when messages were given up, telling how many.
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
    try {
      await abortable(this.#drained(), this.#givenUp.signal)
    } catch (cause) {
      const count = this.#abandon(cause)
      if (count > 0) throw new ClosedError(`the producer was closed before ${count} messages were sent`, { cause })
    } finally {
      this.#ended.abort(new ClosedError('the producer is closed'))
      this.#dispatcher.close()
      this.#onClosed()
    }
  }

  async #drained(): Promise<void> {
    await Promise.all([...this.#lookUps.values()].map(({ done }) => done))
    const batches = [...this.#accumulator.unsettled]
    await Promise.all(batches.map(batch => new Promise<void>(resolve => batch.whenSettled(resolve))))
  }

  /** Fails what has no outcome yet and tells how many messages those were. */
  #abandon(cause: unknown): number {
    const error = new ClosedError('the producer was closed before the message was sent', { cause })
    let count = 0
    for (const { accepted } of this.#lookUps.values()) {
      count += accepted.length
      for (const { reject } of accepted.splice(0)) reject(error)
    }
    for (const batch of [...this.#accumulator.unsettled]) {
      count += batch.deliveries.length
      batch.fail(error)
    }
    return count
  }

  #accept(accepted: Accepted): void {
    const { topic, partition } = accepted
    const lookUp = this.#lookUps.get(topic)
    // While earlier messages wait for the topic, later ones wait behind them, even when it is known by now.
    if (lookUp !== undefined) {
      lookUp.accepted.push(accepted)
      return
    }
    const known = this.#client.metadata.topic(topic)
    const isNew = known === undefined || (partition !== undefined && partition >= known.partitions.length)
    if (isNew) this.#lookUp(topic, accepted)
    else this.#append(known, accepted)
  }

  /** Looks up a topic that is not known, or not with as many partitions. */
  #lookUp(topic: string, first: Accepted): void {
    const accepted = [first]
    // For all who join: none waits longer than the first, who has waited longest.
    const deadline = performance.now() + this.#options.deliveryTimeoutMs
    const done = this.#find(topic, deadline).then(
      known => {
        this.#lookUps.delete(topic)
        for (const each of accepted) this.#append(known, each, deadline)
      },
      error => {
        this.#lookUps.delete(topic)
        for (const { reject } of accepted) reject(error)
      },
    )
    this.#lookUps.set(topic, { accepted, done })
  }

  async #find(topic: string, deadline: number): Promise<TopicSnapshot> {
    const { metadata } = this.#client
    const { signal } = this.#ended
    const { deliveryTimeoutMs, retry } = this.#options
    const option = `producer.deliveryTimeoutMs (${deliveryTimeoutMs} ms)`
    const left = () => Math.max(1, deadline - performance.now())
    for (let attempt = 1; ; attempt++) {
      try {
        return await metadata.lookUp(topic, { signal, limit: { ms: left(), option }, anew: true })
      } catch (error) {
        // A cluster that was there is waited for while the message lives, be all its brokers down or frozen.
        if (!isUnanswered(error) || metadata.snapshot.brokers.size === 0) throw error
        // A timer may be a little early.
        if (left() < 2 && error instanceof TimeoutError) throw error
        await sleep(Math.min(left(), backoffMs(retry, attempt, error)), signal)
        if (left() < 2) throw lookedUpTooLong(topic, option, error)
      }
    }
  }

  #append(topic: TopicSnapshot, accepted: Accepted, deadline?: number): void {
    const { key, value, headers } = accepted
    try {
      const queue = this.#accumulator.queue(topic.name, this.#partitioner.choose(accepted, topic))
      const isFull = this.#accumulator.append(queue, key, value, headers, accepted, deadline)
      if (isFull) this.#partitioner.onBatchClosed(topic.name)
      this.#dispatcher.wake(queue)
    } catch (error) {
      accepted.reject(error)
    }
  }
}

/** Whether no broker answered at all. */
function isUnanswered(error: unknown): error is KafkaError {
  return error instanceof ConnectionError || (error instanceof TimeoutError && !(error.cause instanceof BrokerError))
}

function lookedUpTooLong(topic: string, option: string, cause: KafkaError): TimeoutError {
  return new TimeoutError(`topic "${topic}" was not found within ${option}; the last error was: ${cause.message}`, {
    cause,
  })
}
