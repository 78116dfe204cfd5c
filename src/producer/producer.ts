import type { Client } from '../cluster/client.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { ClosedError, ConfigurationError, TimeoutError } from '../errors/client-errors.ts'
import { prefersAsync } from '../records/compression/registry.ts'
import { listProblems } from '../util/known-keys.ts'
import type { Options } from '../util/options.ts'
import { abortable, onAbort } from '../util/wait.ts'
import { Accumulator, type AccumulatorListener, TopicQueues } from './accumulator.ts'
import type { Batch } from './batch.ts'
import { Deliveries } from './deliveries.ts'
import { Dispatcher } from './dispatcher.ts'
import { checkTopicName, type Draft, dataBytes, draftOf, type Serializers } from './draft.ts'
import { ProducerErrors } from './errors.ts'
import { Identities } from './identities.ts'
import { intercepted } from './interceptors.ts'
import { LookUps, type LookUpsListener, type Pending } from './look-ups.ts'
import type { producerOptions } from './options.ts'
import { Failed, type Outcome, Written } from './outcome.ts'
import { chooserFor } from './partitioners/chooser-for.ts'
import { clusterView } from './partitioners/topic-partitions.ts'
import { Room } from './room.ts'
import { type Sent, settledAll } from './sent.ts'
import type { Data, DeliveryReport, ProducerMessage, ProducerStats, RecordMetadata, WaitOptions } from './types.ts'

export type ProducerOptions = Options<typeof producerOptions.table>

/** What a message takes that is in no batch yet, besides its key and value, about. */
const PENDING_BYTES = 300
/** What a record takes besides its key and value, about. */
const RECORD_BYTES = 10

/**
 * Sends messages. Those of one turn of the event loop leave as one batch a partition; the order within a partition is
 * the order of the calls. Made by `kafka.producer()`, whose serializers decide what keys and values it takes.
 */
export class Producer<K = Data, V = Data> implements AsyncDisposable {
  readonly #client: Client
  readonly #options: ProducerOptions
  readonly #serializers: Serializers | undefined
  readonly #onClosed: () => void
  readonly #room: Room
  readonly #accumulator: Accumulator
  readonly #dispatcher: Dispatcher
  readonly #lookUps: LookUps
  readonly #deliveries: Deliveries<DeliveryReport<K, V>>
  readonly #topics = new Map<string, TopicQueues>()
  readonly #makeTopic: (name: string) => TopicQueues
  readonly #forgetTopics: () => void
  readonly #ended = new AbortController()
  readonly #givenUp = new AbortController()
  readonly #counts = { batches: 0, delivered: 0, failed: 0, plainBytes: 0, sentBytes: 0 }
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(client: Client, options: ProducerOptions, onClosed: () => void) {
    const { key, value, partitioner, maxBufferedBytes, idempotent, acks, retry } = options
    this.#client = client
    this.#options = options
    this.#onClosed = onClosed
    this.#serializers = key === undefined && value === undefined ? undefined : { key, value }
    this.#room = new Room(maxBufferedBytes)
    this.#deliveries = new Deliveries(this.#room)
    this.#accumulator = new Accumulator(options, this.#room, this.#accumulatorListener())
    const identities = (idempotent ?? acks === -1) ? new Identities(client, retry, this.#ended.signal) : undefined
    this.#dispatcher = new Dispatcher(client, this.#accumulator, options, identities, batch => this.#encode(batch))
    this.#lookUps = new LookUps(client, options, this.#lookUpsListener(), this.#ended.signal)
    const cluster = clusterView(() => client.metadata.snapshot)
    this.#makeTopic = name => new TopicQueues(name, load => chooserFor(partitioner, load, cluster))
    this.#forgetTopics = client.metadata.onChange(() => this.#refreshTopics())
  }

  /**
   * Sends one message and tells where it was written, once `producer.acks` is satisfied. Waits while `producer.maxBufferedBytes`
   * are taken. Its bytes must not change until then. Aborting `signal` drops the wait: a message that still waits for room is not
   * sent, another one may be written all the same.
   *
   * @throws {@link ConfigurationError} naming the field at fault, {@link MessageTooLargeError}, {@link BrokerError} such
   * as UNKNOWN_TOPIC_OR_PARTITION, {@link TimeoutError} after `producer.deliveryTimeoutMs`, {@link ClosedError}.
   */
  send(message: ProducerMessage<K, V>, { signal }: WaitOptions = {}): Promise<RecordMetadata> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    try {
      const sent = this.#submit(message, signal)
      return sent instanceof Promise ? sent : abortable(sent.batch.metadata(sent.index, sent.timestamp), signal)
    } catch (error) {
      return Promise.reject(error)
    }
  }

  /**
   * Sends messages and waits for all of them, failed ones too.
   *
   * @throws {@link ProducerErrors} if any failed, with each failed message and its error.
   */
  async sendAll(messages: readonly ProducerMessage<K, V>[], { signal }: WaitOptions = {}): Promise<RecordMetadata[]> {
    const problems = listProblems(messages, 'messages')
    if (problems.length > 0) throw new ConfigurationError(problems)
    signal?.throwIfAborted()
    const sent = messages.map((message): Sent => {
      try {
        return this.#submit(message, signal)
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
    if (this.#closing !== undefined) throw closed()
    if (this.#room.isFull) return false
    const final = this.#intercepted(message)
    const draft = draftOf(final as ProducerMessage<never, never>, this.#serializers, Date.now())
    const batch = this.#place(draft, message as ProducerMessage)
    if (batch !== undefined) batch.unattended++
    else this.#lookUp({ draft, message: message as ProducerMessage, deadline: this.#deadline(), waiter: undefined })
    return true
  }

  /**
   * Resolves when {@link enqueue} has room again, in the order of the calls of `ready` and `send`.
   *
   * @throws {@link ClosedError}; the reason of the signal.
   */
  ready({ signal }: WaitOptions = {}): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason)
    if (this.#closing !== undefined) return Promise.reject(closed())
    if (!this.#room.isFull) return Promise.resolve()
    return new Promise((resolve, reject) => this.#wait(Infinity, signal, resolve, reject))
  }

  /**
   * What becomes of messages, a batch at a time: of all that leave from now on, be it by {@link enqueue} or by {@link send}. Ends
   * when the producer is closed and all has been read. What is not read yet counts towards `producer.maxBufferedBytes`, so read
   * them beside producing. Several readers share the reports.
   */
  deliveries(): AsyncIterableIterator<DeliveryReport<K, V>, undefined> {
    return this.#deliveries.read()
  }

  /**
   * Sends what there is without waiting for more, and waits until all messages that were given before have an outcome, whichever.
   *
   * @throws the reason of the signal.
   */
  async flush({ signal }: WaitOptions = {}): Promise<void> {
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
    const { batches, delivered, failed, plainBytes, sentBytes } = this.#counts
    let bufferedMessages = this.#lookUps.size
    for (const { count } of this.#accumulator.unsettled) bufferedMessages += count
    return {
      bufferedBytes: this.#room.usedBytes,
      bufferedMessages,
      waiting: this.#room.waiting,
      requestsInFlight: this.#dispatcher.requestsInFlight,
      batches,
      delivered,
      failed,
      retries: this.#dispatcher.retries,
      compressionRatio: sentBytes === 0 ? 1 : plainBytes / sentBytes,
    }
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
      await this.flush({ signal: this.#givenUp.signal })
    } catch (cause) {
      const count = this.#abandon(cause)
      if (count > 0) throw new ClosedError(`the producer was closed before ${count} messages were sent`, { cause })
    } finally {
      this.#ended.abort(closed())
      this.#forgetTopics()
      this.#accumulator.close()
      this.#dispatcher.close()
      this.#deliveries.end()
      this.#onClosed()
    }
  }

  /** All that was accepted by now has its outcome. */
  async #drained(): Promise<void> {
    if (this.#room.isFull) await new Promise<void>(resolve => this.#room.wait(Infinity, resolve, () => resolve()))
    await this.#lookUps.settled()
    await Promise.all([...this.#accumulator.unsettled].map(({ settled }) => settled))
  }

  /** Fails what has no outcome yet and tells how many messages those were. */
  #abandon(cause: unknown): number {
    const error = new ClosedError('the producer was closed before the message was sent', { cause })
    let count = this.#room.close(error)
    for (const [topic, pending] of this.#lookUps.abandon()) {
      count += pending.length
      this.#failPending(topic, pending, error)
    }
    for (const batch of [...this.#accumulator.unsettled]) {
      count += batch.count
      this.#accumulator.settle(batch, new Failed(error))
    }
    return count
  }

  /** Puts a message where it belongs, or in line for it. */
  #submit(message: ProducerMessage<K, V>, signal: AbortSignal | undefined): Sent {
    if (this.#closing !== undefined) throw closed()
    const final = this.#intercepted(message)
    const draft = draftOf(final as ProducerMessage<never, never>, this.#serializers, Date.now())
    if (!this.#room.isFull) {
      const batch = this.#place(draft, message as ProducerMessage)
      if (batch !== undefined) return { batch, index: batch.count - 1, timestamp: draft.timestamp }
    }
    const promise = new Promise<RecordMetadata>((resolve, reject) => {
      const pending = {
        draft,
        message: message as ProducerMessage,
        deadline: this.#deadline(),
        waiter: { resolve, reject },
      }
      if (this.#room.isFull) this.#wait(pending.deadline, signal, () => this.#admit(pending), reject, draft.topic)
      else this.#lookUp(pending)
    })
    return abortable(promise, signal)
  }

  #wait(
    deadline: number,
    signal: AbortSignal | undefined,
    proceed: () => void,
    reject: (reason: unknown) => void,
    topic?: string,
  ): void {
    const leave = this.#room.wait(
      deadline,
      () => {
        forget?.()
        proceed()
      },
      reason => {
        forget?.()
        reject(reason ?? this.#waitedTooLong(topic))
      },
    )
    const forget =
      signal === undefined
        ? undefined
        : onAbort(signal, () => {
            leave()
            reject(signal.reason)
          })
    // What lingers makes room when it leaves.
    this.#accumulator.wakeAll()
  }

  /** Its turn has come: there is room for it. */
  #admit(pending: Pending): void {
    const { draft, message, deadline, waiter } = pending
    try {
      const batch = this.#place(draft, message, deadline)
      if (batch === undefined) this.#lookUp(pending)
      else waiter?.resolve(batch.metadata(batch.count - 1, draft.timestamp))
    } catch (error) {
      waiter?.reject(error)
    }
  }

  /** Writes a message into the batch of its partition; undefined where its topic must be looked up first. */
  #place(draft: Draft, message: ProducerMessage, deadline?: number): Batch | undefined {
    const { topic, partition } = draft
    const queues = this.#topics.get(topic) ?? this.#openTopic(topic)
    const { snapshot } = queues
    if (snapshot === undefined || (partition !== undefined && partition >= snapshot.partitions.length)) return undefined
    // While earlier messages wait for the topic, later ones wait behind them, even when it is known by now.
    if (this.#lookUps.has(topic)) return undefined
    return this.#append(queues, snapshot, draft, message, deadline)
  }

  #append(
    queues: TopicQueues,
    snapshot: TopicSnapshot,
    draft: Draft,
    message: ProducerMessage,
    deadline?: number,
  ): Batch {
    const { chooser } = queues
    const { partition } = draft
    if (partition !== undefined) return this.#accumulator.append(queues.queue(partition), draft, message, deadline)
    const chosen = chooser.choose(draft.key, draft, snapshot)
    const batch = this.#accumulator.append(queues.queue(chosen), draft, message, deadline)
    chooser.onAppended?.(RECORD_BYTES + dataBytes(draft))
    return batch
  }

  #openTopic(name: string): TopicQueues {
    checkTopicName(name)
    const queues = this.#makeTopic(name)
    queues.snapshot = this.#client.metadata.topic(name)
    this.#topics.set(name, queues)
    return queues
  }

  #refreshTopics(): void {
    const { topics } = this.#client.metadata.snapshot
    for (const queues of this.#topics.values()) queues.snapshot = topics.get(queues.name)
  }

  #lookUp(pending: Pending): void {
    this.#room.take(pendingBytes(pending))
    this.#lookUps.add(pending)
  }

  #lookUpsListener(): LookUpsListener {
    return {
      onFound: (topic, pending) => {
        const queues = this.#topics.get(topic.name) ?? this.#openTopic(topic.name)
        queues.snapshot = topic
        for (const each of pending) this.#onFound(queues, topic, each)
      },
      onFailed: (topic, pending, error) => this.#failPending(topic, pending, error),
    }
  }

  #onFound(queues: TopicQueues, topic: TopicSnapshot, pending: Pending): void {
    const { draft, message, deadline, waiter } = pending
    this.#room.take(-pendingBytes(pending))
    try {
      checkPartition(draft.partition, topic)
      const batch = this.#append(queues, topic, draft, message, deadline)
      if (waiter === undefined) batch.unattended++
      else waiter.resolve(batch.metadata(batch.count - 1, draft.timestamp))
    } catch (error) {
      this.#failPending(topic.name, [pending], error)
    }
  }

  #failPending(topic: string, pending: readonly Pending[], error: unknown): void {
    const unattended: ProducerMessage[] = []
    for (const each of pending) {
      if (each.waiter === undefined) unattended.push(each.message)
      else each.waiter.reject(error)
    }
    this.#counts.failed += pending.length
    const bytes = pending.reduce((sum, each) => sum + pendingBytes(each), 0)
    if (unattended.length === 0) {
      this.#room.give(bytes)
      return
    }
    const messages = unattended as unknown as ProducerMessage<K, V>[]
    if (this.#deliveries.add({ topic, partition: -1, baseOffset: -1n, messages, error }, bytes)) return
    this.#logLost(topic, -1, unattended.length, error)
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
      onReady: queue => this.#dispatcher.wake(queue),
      onSettled: (batch, outcome, messages, heldBytes) => this.#onSettled(batch, outcome, messages, heldBytes),
    }
  }

  #onSettled(
    { queue, count, unattended }: Batch,
    outcome: Outcome,
    messages: readonly ProducerMessage[] | undefined,
    heldBytes: number,
  ): void {
    const { topic, partition } = queue
    const error = outcome instanceof Failed ? outcome.error : undefined
    if (error === undefined) this.#counts.delivered += count
    else this.#counts.failed += count
    let isTold = unattended === 0
    if (messages === undefined) {
      this.#room.give(heldBytes)
    } else {
      const baseOffset = outcome instanceof Written ? outcome.baseOffset : -1n
      const report = { topic, partition, baseOffset, messages: messages as unknown as ProducerMessage<K, V>[] }
      isTold = this.#deliveries.add(error === undefined ? report : { ...report, error }, heldBytes) || isTold
    }
    if (error !== undefined && !isTold) this.#logLost(topic, partition, unattended, error)
  }

  #logLost(topic: string, partition: number, messages: number, error: unknown): void {
    this.#client.logger.error('messages were not sent', { topic, partition, messages, error: String(error) })
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
      this.#counts.batches++
      this.#counts.plainBytes += encoder.sizeBytes
      this.#counts.sentBytes += bytes.length
      batch.bytes = bytes
      this.#accumulator.onEncoded(batch, bytes)
      return bytes
    }
    return prefersAsync(codec, encoder.sizeBytes) ? encoder.closeAsync(how).then(done) : done(encoder.close(how))
  }

  #intercepted(message: ProducerMessage<K, V>): ProducerMessage<K, V> {
    const { interceptors } = this.#options
    return interceptors.length === 0 ? message : intercepted(interceptors, message, this.#client.logger)
  }

  #deadline(): number {
    return performance.now() + this.#options.deliveryTimeoutMs
  }

  #waitedTooLong(topic: string | undefined): TimeoutError {
    const { deliveryTimeoutMs, maxBufferedBytes } = this.#options
    return new TimeoutError(
      `a message for topic "${topic}" found no room within producer.deliveryTimeoutMs (${deliveryTimeoutMs} ms): ` +
        `producer.maxBufferedBytes (${maxBufferedBytes}) are taken by messages that the brokers have not acknowledged`,
    )
  }
}

function checkPartition(partition: number | undefined, topic: TopicSnapshot): void {
  const count = topic.partitions.length
  if (partition === undefined || partition < count) return
  const problem = `${partition} is out of range: topic "${topic.name}" has ${count} partitions, 0 to ${count - 1}`
  throw new ConfigurationError([{ option: 'message.partition', problem }])
}

function pendingBytes({ draft }: Pending): number {
  return PENDING_BYTES + dataBytes(draft)
}

function closed(): ClosedError {
  return new ClosedError('the producer is closed')
}
