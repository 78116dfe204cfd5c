import type { KafkaClient } from '../cluster/kafka-client.ts'
import { type StartOffset, startProblem } from '../cluster/list-offset.ts'
import type { ConsumerOptions } from '../consumer/consumer.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import type { Producer } from '../producer/producer.ts'
import type { ProducerMessage, RecordMetadata } from '../producer/types.ts'
import { Fetch } from '../protocol/messages/fetch.ts'
import { listProblems, refuse, signalOf, type WaitOptions } from '../util/known-keys.ts'
import { bytes, required, resolveOptions } from '../util/options.ts'
import { abortable, eitherSignal } from '../util/wait.ts'
import { LeaderBatch } from './leader-batch.ts'

/** Later versions know topics by their ids alone: to this connection a topic is its name, whenever it was made. */
const LAST_WITH_NAMES = 12

/** A message to write: what a producer takes, without a place. */
export type LeaderMessage = Omit<ProducerMessage, 'topic' | 'partition'>

/** Where the log of a partition begins and ends. */
export interface LogOffsets {
  /** The offset of its first message. */
  readonly first: bigint
  /** The offset of the next message to be written. */
  readonly last: bigint
}

export interface LeaderConnectionContext {
  readonly client: KafkaClient
  readonly producer: Producer
  readonly options: ConsumerOptions
  readonly maxDecompressedBytes: number
  readonly requestTimeoutMs: number
  readonly onClosed: () => void
}

const sizes = { minBytes: required(bytes()), maxBytes: required(bytes(undefined, { min: 1 })) }

/**
 * One partition, to be written to and read from step by step, as a `Conn` of kafka-go is; made by `kafka.dialLeader()`. It finds the
 * leader again when that moves. For a deadline give a call `{ signal: AbortSignal.timeout(ms) }`.
 *
 * Nothing is read ahead. Reads go one after the other, whoever calls them, from {@link offset} on.
 */
export class LeaderConnection implements TopicPartition, AsyncDisposable {
  readonly topic: string
  readonly partition: number
  readonly #context: LeaderConnectionContext
  readonly #closing = new AbortController()
  #offset: bigint
  /** What {@link readMessage} has fetched and not handed out. */
  #unread: Message[] = []
  /** Ends when all reads have that were called so far. */
  #lastRead: Promise<unknown> = Promise.resolve()
  #closed: Promise<void> | undefined

  /** @internal */
  constructor({ topic, partition }: TopicPartition, offset: bigint, context: LeaderConnectionContext) {
    this.topic = topic
    this.partition = partition
    this.#offset = offset
    this.#context = context
  }

  /** The offset that is read next. */
  get offset(): bigint {
    return this.#offset
  }

  /**
   * Writes messages, and tells where they are once `producer.acks` is satisfied.
   *
   * @throws {@link ProducerErrors} with each failed message and its error · {@link ConfigurationError} · {@link ClosedError}.
   */
  async writeMessages(messages: readonly LeaderMessage[], options?: WaitOptions): Promise<RecordMetadata[]> {
    this.#checkOpen()
    refuse(listProblems(messages, 'messages'))
    const { topic, partition } = this
    return this.#context.producer.sendAll(
      messages.map(message => ({ ...message, topic, partition })),
      options,
    )
  }

  /**
   * Fetches once and gives all messages that came. The broker answers as soon as it has `minBytes`, and with what there is after
   * `consumer.maxWaitMs`; while that is nothing it is asked again. It sends no more than `maxBytes`, unless the first batch alone is
   * larger. Messages come in whole batches, as they were written, so there may be much less than `maxBytes`.
   *
   * @throws {@link BrokerError} such as OFFSET_OUT_OF_RANGE, where `seek` helps · {@link ProtocolError} for damaged bytes ·
   * {@link ConfigurationError} · {@link ClosedError} · the reason of the signal.
   */
  async readBatch(minBytes: number, maxBytes: number, options?: WaitOptions): Promise<MessageBatch> {
    const signal = signalOf(options)
    const limits = resolveOptions(sizes, { minBytes, maxBytes }, '')
    return this.#inTurn(signal, async signal => {
      this.#unread = []
      // For 0 the broker would answer at once, again and again while there is nothing.
      const batch = await this.#fetch(Math.max(1, limits.minBytes), limits.maxBytes, signal)
      this.#offset = batch.nextOffset
      return batch
    })
  }

  /** The next message; fetches `consumer.fetch.defaultBytes` at a time where there is none left. Throws as {@link readBatch} does. */
  async readMessage(options?: WaitOptions): Promise<Message> {
    const signal = signalOf(options)
    return this.#inTurn(signal, async signal => {
      if (this.#unread.length === 0) {
        const batch = await this.#fetch(1, this.#context.options.fetch.defaultBytes, signal)
        this.#unread = [...batch].reverse()
      }
      const message = this.#unread.pop()!
      this.#offset = message.offset + 1n
      return message
    })
  }

  /** Where the log begins and ends now. */
  async readOffsets(options?: WaitOptions): Promise<LogOffsets> {
    const [first, last] = await Promise.all([this.readOffset('oldest', options), this.readOffset('newest', options)])
    return { first, last }
  }

  /** Which offset a place is: the start, the end, or the first message that is not older than a time (the end where there is none). */
  async readOffset(place: 'oldest' | 'newest' | Date, options?: WaitOptions): Promise<bigint> {
    const signal = signalOf(options)
    this.#checkOpen()
    const either = eitherSignal(this.#closing.signal, signal)
    try {
      return await this.#context.client.getOffset(this.topic, this.partition, place, { signal: either.signal })
    } finally {
      either.dispose()
    }
  }

  /**
   * Goes on reading at a place, and gives its offset.
   *
   * @throws {@link BrokerError} OFFSET_OUT_OF_RANGE where the log does not reach there · {@link ConfigurationError}.
   */
  async seek(to: StartOffset, options?: WaitOptions): Promise<bigint> {
    const signal = signalOf(options)
    const problem = startProblem(to, true)
    if (problem !== undefined) throw new ConfigurationError([{ option: 'to', problem }])
    return this.#inTurn(signal, async signal => {
      const offset = typeof to === 'bigint' ? await this.#existing(to, signal) : await this.readOffset(to, { signal })
      this.#unread = []
      this.#offset = offset
      return offset
    })
  }

  /** Sends what is being written, ends what is being read, and closes the connections. */
  async close(options?: WaitOptions): Promise<void> {
    signalOf(options)
    this.#closed ??= this.#close(options)
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(options: WaitOptions | undefined): Promise<void> {
    const { producer, client, onClosed } = this.#context
    this.#closing.abort(this.#closedError())
    try {
      await producer.close(options)
    } finally {
      client.release()
      onClosed()
    }
  }

  async #existing(offset: bigint, signal: AbortSignal): Promise<bigint> {
    const { first, last } = await this.readOffsets({ signal })
    if (offset >= first && offset <= last) return offset
    const where = `offset ${offset} of ${this.topic}-${this.partition}, whose log reaches from ${first} to ${last}`
    throw brokerError(errorCodes.OFFSET_OUT_OF_RANGE, where)
  }

  async #fetch(minBytes: number, maxBytes: number, signal: AbortSignal): Promise<LeaderBatch> {
    const { client, options, maxDecompressedBytes, requestTimeoutMs } = this.#context
    const { topic, partition } = this
    const { maxWaitMs, checkCrcs, isolationLevel } = options
    const limits = { signal, maxVersion: LAST_WITH_NAMES, timeoutMs: maxWaitMs + requestTimeoutMs }
    for (let fetchOffset = this.#offset; ; ) {
      const body = {
        maxWaitMs,
        minBytes,
        maxBytes,
        isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
        topics: [{ topic, partitions: [{ partition, fetchOffset, partitionMaxBytes: maxBytes }] }],
      }
      const answer = await client.request(Fetch, body, { leader: { topic, partition } }, limits)
      const fetched = answer.responses[0]?.partitions[0]
      const code = answer.errorCode || (fetched?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION)
      if (code !== 0) throw brokerError(code, `${topic}-${partition} at offset ${fetchOffset}`)
      const batch = LeaderBatch.read(this, fetchOffset, fetched!, { checkCrcs, maxDecompressedBytes })
      if (batch.size > 0) return batch
      // What was there may have been hidden, or taken by compaction.
      fetchOffset = batch.nextOffset
    }
  }

  /** Lets reads go one after the other: each goes on where the one before it ended. */
  async #inTurn<T>(user: AbortSignal | undefined, call: (signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#checkOpen()
    const either = eitherSignal(this.#closing.signal, user)
    const before = this.#lastRead
    let end = () => {}
    const own = new Promise<void>(resolve => {
      end = resolve
    })
    // One that is given up while it waits must not let the next one overtake those before.
    this.#lastRead = before.then(() => own)
    try {
      either.signal.throwIfAborted()
      await abortable(before, either.signal)
      return await call(either.signal)
    } finally {
      end()
      either.dispose()
    }
  }

  #checkOpen(): void {
    if (this.#closing.signal.aborted) throw this.#closedError()
  }

  #closedError(): ClosedError {
    return new ClosedError(`the connection to the leader of ${this.topic}-${this.partition} is closed`)
  }
}
