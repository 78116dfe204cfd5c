import type { Client } from '../cluster/client.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import { prefersAsync } from '../records/compression/registry.ts'
import { listProblems, signalOf, type WaitOptions } from '../util/known-keys.ts'
import type { Options } from '../util/options.ts'
import { abortable, onAbort } from '../util/wait.ts'
import { Accumulator, type AccumulatorListener } from './accumulator.ts'
import type { Batch } from './batch.ts'
import { Deliveries } from './deliveries.ts'
import { Dispatcher } from './dispatcher.ts'
import { type Draft, draftOf, type Serializers } from './draft.ts'
import { ProducerErrors } from './errors.ts'
import { Identities } from './identities.ts'
import { Intake } from './intake.ts'
import { intercepted } from './interceptors.ts'
import { Ledger } from './ledger.ts'
import type { producerOptions } from './options.ts'
import { Failed } from './outcome.ts'
import { chooserFor } from './partitioners/chooser-for.ts'
import { clusterView } from './partitioners/topic-partitions.ts'
import { Room } from './room.ts'
import { type Sent, settledAll } from './sent.ts'
import type { Data, DeliveryReport, ProducerMessage, ProducerStats, RecordMetadata } from './types.ts'

export type ProducerOptions = Options<typeof producerOptions.table>

/** What is behind the public interface of that name, whose description says what it does. */
export class Producer<K = Data, V = Data> implements AsyncDisposable {
  readonly #client: Client
  readonly #options: ProducerOptions
  readonly #serializers: Serializers | undefined
  readonly #onClosed: () => void
  readonly #room: Room
  readonly #deliveries: Deliveries
  readonly #ledger: Ledger
  readonly #accumulator: Accumulator
  readonly #dispatcher: Dispatcher
  readonly #intake: Intake
  readonly #ended = new AbortController()
  readonly #givenUp = new AbortController()
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(client: Client, options: ProducerOptions, onClosed: () => void) {
    const { key, value, partitioner, maxBufferedBytes, idempotent, acks, retry } = options
    const { signal } = this.#ended
    this.#client = client
    this.#options = options
    this.#onClosed = onClosed
    this.#serializers = key === undefined && value === undefined ? undefined : { key, value }
    this.#room = new Room(maxBufferedBytes)
    this.#deliveries = new Deliveries(this.#room, () => this.#accumulator.onNoReader())
    this.#ledger = new Ledger(this.#room, this.#deliveries, client.logger, client.hooks)
    this.#accumulator = new Accumulator(options, this.#room, this.#accumulatorListener())
    const identities = (idempotent ?? acks === -1) ? new Identities(client, retry, signal) : undefined
    this.#dispatcher = new Dispatcher(client, this.#accumulator, options, identities, batch => this.#encode(batch))
    const cluster = clusterView(() => client.metadata.snapshot)
    this.#intake = new Intake(
      client,
      options,
      this.#room,
      this.#accumulator,
      this.#ledger,
      {
        chooser: load => chooserFor(partitioner, load, cluster),
        onForgotten: queue => this.#dispatcher.onForgotten(queue),
      },
      signal,
    )
  }

  /**
   * Sends one message and tells where it was written, once `producer.acks` is satisfied. Waits while `producer.maxBufferedBytes`
   * are taken. Its bytes must not change until then. Aborting `signal` drops the wait: a message that still waits for room is not
   * sent, another one may be written all the same.
   *
   * @throws {@link ConfigurationError} naming the field at fault, {@link MessageTooLargeError}, {@link BrokerError} such
   * as UNKNOWN_TOPIC_OR_PARTITION, {@link TimeoutError} after `producer.deliveryTimeoutMs`, {@link ClosedError}.
   */
  send(message: ProducerMessage<K, V>, options?: WaitOptions): Promise<RecordMetadata> {
    try {
      const signal = signalOf(options)
      if (signal?.aborted) return Promise.reject(signal.reason)
      const { batch, draft } = this.#accept(message)
      return batch === undefined
        ? this.#queue(draft, message, signal)
        : abortable(batch.lastMetadata(draft.timestamp), signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends messages and waits for all of them, failed ones too.
   *
   * @throws {@link ProducerErrors} if any failed, with each failed message and its error.
   */
  async sendAll(messages: readonly ProducerMessage<K, V>[], options?: WaitOptions): Promise<RecordMetadata[]> {
    const signal = signalOf(options)
    const problems = listProblems(messages, 'messages')
    if (problems.length > 0) throw new ConfigurationError(problems)
    signal?.throwIfAborted()
    const sent = messages.map((message): Sent => {
      try {
        const { batch, draft } = this.#accept(message)
        return batch === undefined
          ? this.#queue(draft, message, signal)
          : { batch, index: batch.noteTimestamp(draft.timestamp) }
      } catch (error) {
        return Promise.reject(error)
      }
    })
    const { written, errors } = await abortable(settledAll(sent, messages), signal)
    if (errors.length > 0) throw new ProducerErrors(errors, messages.length)
    return written
  }

  /**
   * Takes a message to be sent, if there is room for it; what becomes of it is told by {@link deliveries}. Without a reader of
   * those, failures are logged as errors.
   *
   * @returns false where `producer.maxBufferedBytes` are taken. The message is not sent then: wait for {@link ready}, and offer it
   * again.
   * @throws {@link ConfigurationError} naming the field at fault, {@link MessageTooLargeError}, {@link ClosedError}. It never throws
   * for the network.
   */
  enqueue(message: ProducerMessage<K, V>): boolean {
    if (this.#closing === undefined && this.#room.isFull) return false
    const { draft, batch } = this.#accept(message)
    if (batch !== undefined) batch.unattended++
    else {
      const pending = { draft, message: message as ProducerMessage, deadline: this.#deadline(), waiter: undefined }
      this.#intake.lookUp(pending)
    }
    return true
  }

  /**
   * Resolves when {@link enqueue} has room again, in the order of the calls of `ready` and `send`.
   *
   * @throws {@link ClosedError}; the reason of the signal.
   */
  async ready(options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closing !== undefined) return Promise.reject(closed())
    if (!this.#room.isFull) return Promise.resolve()
    return new Promise((resolve, reject) => this.#intake.waitForRoom(Infinity, signal, resolve, reject))
  }

  /**
   * What becomes of messages, a batch at a time: of all that are given from now on, be it to {@link enqueue} or to {@link send}; the
   * first call may also come after the first messages, in the same turn of the event loop. Ends when the producer is closed and all
   * has been read. What is not read yet counts towards `producer.maxBufferedBytes`, so read them beside producing. Several readers
   * share the reports.
   */
  deliveries(): AsyncIterableIterator<DeliveryReport<K, V>, undefined> {
    const reader = this.#deliveries.read()
    this.#accumulator.onReader()
    return reader as AsyncIterableIterator<DeliveryReport<K, V>, undefined>
  }

  /**
   * Sends what there is without waiting for more, and waits until all messages that were given before have an outcome, whichever.
   *
   * @throws the reason of the signal.
   */
  async flush(options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    signal?.throwIfAborted()
    const done = this.#accumulator.hurry()
    try {
      await abortable(this.#drained(), signal)
    } finally {
      done()
    }
  }

  /** What it holds and has done so far. */
  stats(): ProducerStats {
    let bufferedMessages = this.#intake.pending
    for (const { count } of this.#accumulator.unsettled) bufferedMessages += count
    return {
      ...this.#ledger.stats,
      bufferedBytes: this.#room.usedBytes,
      bufferedMessages,
      waiting: this.#room.waiting,
      requestsInFlight: this.#dispatcher.requestsInFlight,
      retries: this.#dispatcher.retries,
    }
  }

  /**
   * Sends what is left and ends. Aborting `signal` stops that, whoever closed first: what is left then fails.
   *
   * @throws {@link ClosedError} when messages were given up, telling how many.
   */
  async close(options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    this.#closing ??= this.#shutDown()
    if (signal === undefined) return this.#closing
    const forget = onAbort(signal, () => this.#givenUp.abort(signal.reason))
    return this.#closing.finally(forget)
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    this.#deliveries.countNoMore()
    try {
      await this.flush({ signal: this.#givenUp.signal })
    } catch (cause) {
      const count = this.#abandon(cause)
      if (count > 0) throw new ClosedError(`the producer was closed before ${count} messages were sent`, { cause })
    } finally {
      this.#ended.abort(closed())
      this.#intake.close()
      this.#accumulator.close()
      this.#dispatcher.close()
      this.#deliveries.end()
      this.#onClosed()
    }
  }

  /** All that was accepted by now has its outcome. */
  async #drained(): Promise<void> {
    await this.#intake.settled()
    await Promise.all(Array.from(this.#accumulator.unsettled, ({ settled }) => settled))
  }

  /** Fails what has no outcome yet and tells how many messages those were. */
  #abandon(cause: unknown): number {
    const error = new ClosedError('the producer was closed before the message was sent', { cause })
    let count = this.#intake.abandon(error)
    for (const batch of [...this.#accumulator.unsettled]) {
      count += batch.count
      this.#accumulator.settle(batch, new Failed(error))
    }
    return count
  }

  /** Puts a message into its batch, where that can be done at once. */
  #accept(message: ProducerMessage<K, V>): { draft: Draft; batch: Batch | undefined } {
    if (this.#closing !== undefined) throw closed()
    this.#deliveries.onMessage()
    const { interceptors } = this.#options
    const final =
      interceptors.length === 0 ? message : intercepted(interceptors, message as ProducerMessage, this.#client.logger)
    const draft = draftOf(final, this.#serializers, Date.now())
    const batch = this.#room.isFull ? undefined : this.#intake.place(draft, message as ProducerMessage)
    return { draft, batch }
  }

  /** Puts a message in line for room, or for its topic to be found. */
  #queue(draft: Draft, given: ProducerMessage<K, V>, signal: AbortSignal | undefined): Promise<RecordMetadata> {
    const message = given as ProducerMessage
    const deadline = this.#deadline()
    const promise = new Promise<RecordMetadata>((resolve, reject) => {
      const pending = { draft, message, deadline, waiter: { resolve, reject } }
      if (this.#room.isFull) this.#intake.wait(pending, signal)
      else this.#intake.lookUp(pending)
    })
    return abortable(promise, signal)
  }

  #accumulatorListener(): AccumulatorListener {
    const deliveries = this.#deliveries
    return {
      get keepsMessages() {
        return deliveries.isWanted
      },
      onOpened: batch => {
        this.#client.metadata.use(batch.queue.topic)
        this.#dispatcher.onOpened(batch)
      },
      onReady: queue => this.#dispatcher.onReady(queue),
      onSettled: (batch, outcome, messages, heldBytes) => this.#ledger.onSettled(batch, outcome, messages, heldBytes),
    }
  }

  #encode(batch: Batch): Buffer | Promise<Buffer> {
    const { compression: codec, compressionLevel: level } = this.#options
    const { encoder, identity, baseSequence } = batch
    const how = {
      codec,
      level,
      onlyIfSmaller: true,
      producerId: identity?.producerId ?? -1n,
      producerEpoch: identity?.epoch ?? -1,
      baseSequence,
    }
    const done = (bytes: Buffer) => {
      batch.bytes = bytes
      this.#ledger.onEncoded(batch, bytes, codec)
      this.#accumulator.onEncoded(batch, bytes)
      return bytes
    }
    return prefersAsync(codec, encoder.sizeBytes) ? encoder.closeAsync(how).then(done) : done(encoder.close(how))
  }

  #deadline(): number {
    return performance.now() + this.#options.deliveryTimeoutMs
  }
}

function closed(): ClosedError {
  return new ClosedError('the producer is closed')
}
