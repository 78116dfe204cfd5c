import type { Client } from '../cluster/client.ts'
import { Consumer, type ConsumerContext, type ConsumerOptions } from '../consumer/consumer.ts'
import type { Message } from '../consumer/message.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import { signalOf, type WaitOptions } from '../util/known-keys.ts'
import type { Options } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import type { TopicPartitions } from './assignors/strategy.ts'
import { Consumption } from './consumption.ts'
import { MessageStream } from './message-stream.ts'
import type { groupOffsetsOptions, groupOptions } from './options.ts'
import { type RunOptions, runHandler } from './run.ts'
import { checkTopics, Subscription } from './subscription.ts'
import type { ConsumerGroupHandler } from './types.ts'

export interface ConsumerGroupOptions extends Omit<ConsumerOptions, 'offsets'> {
  readonly group: Options<{ readonly group: typeof groupOptions }>['group']
  readonly offsets: ConsumerOptions['offsets'] & Options<typeof groupOffsetsOptions>
}

/**
 * A member of a consumer group: partitions of its topics are shared out among the members, and read by one of them at a time. What was
 * processed is committed, so that whoever has a partition next goes on from there: every message is processed at least once. Made by
 * `kafka.consumerGroup()`.
 */
export class ConsumerGroup<K = Buffer, V = Buffer> implements AsyncDisposable {
  readonly groupId: string
  readonly #client: Client
  readonly #options: ConsumerGroupOptions
  readonly #context: ConsumerContext
  readonly #onClosed: () => void
  readonly #consumer: Consumer<K, V>
  #consumption: Consumption<K, V> | undefined
  /** The loop that reads, where it is one. */
  #stream: MessageStream<K, V> | undefined
  #closed: Promise<void> | undefined

  /** @internal */
  constructor(
    client: Client,
    groupId: string,
    options: ConsumerGroupOptions,
    context: ConsumerContext,
    onClosed: () => void,
  ) {
    this.groupId = groupId
    this.#client = client
    this.#options = options
    this.#context = context
    this.#onClosed = onClosed
    const reset = options.group.resetInvalidOffsets ? options.offsets.reset : 'fail'
    const ofConsumer = { ...options, offsets: { ...options.offsets, reset } }
    this.#consumer = new Consumer<K, V>(client, ofConsumer, context, () => {})
  }

  /** What this member has now. */
  get assignment(): readonly TopicPartitions[] {
    return this.#consumption?.session?.claims ?? []
  }

  /** How far behind this member is: the offsets between what was handed out and the end, by topic and partition, where that is known. */
  lag(): Map<string, Map<number, bigint>> {
    return this.#consumption?.session?.lags() ?? new Map()
  }

  /**
   * Joins the group and reads what it is given, through all rebalances, until `signal` is aborted, the group is closed, or a handler
   * returns before its claim has ended: then what is marked is committed, the member leaves, and the promise resolves.
   *
   * @param topics Names, and regular expressions for all topics that match, those too that are made later.
   * @throws (rejects) what a handler throws, after what was marked is committed · {@link BrokerError} for what cannot heal, such as
   * FENCED_INSTANCE_ID or GROUP_AUTHORIZATION_FAILED · {@link ConfigurationError}, also while it is consuming already · {@link ClosedError}.
   */
  async consume(
    topics: readonly (string | RegExp)[],
    handler: ConsumerGroupHandler<K, V>,
    options?: WaitOptions,
  ): Promise<void> {
    if (this.#closed !== undefined) throw new ClosedError(`the consumer group "${this.groupId}" is closed`)
    if (this.#consumption !== undefined) {
      const problem = 'it is consuming already: end that first, or make another consumer group'
      throw new ConfigurationError([{ option: 'consume', problem }])
    }
    if (typeof handler?.consumeClaim !== 'function') {
      throw new ConfigurationError([{ option: 'handler', problem: 'must have consumeClaim()' }])
    }
    const subscription = new Subscription(this.#client, topics, this.#context.refreshFrequencyMs)
    const signal = signalOf(options)
    if (signal?.aborted) return
    const consumption = this.#consumptionOf(subscription, handler)
    this.#consumption = consumption
    const forget = signal === undefined ? () => {} : onAbort(signal, () => consumption.close())
    try {
      consumption.start()
      await consumption.ended
    } finally {
      forget()
      this.#consumption = undefined
    }
  }

  /**
   * As {@link consume}, for a function that is called for each message, or each batch: in the order of the offsets within a partition,
   * partitions side by side. What it is done with is marked; what it throws ends the consuming and is thrown by this.
   *
   * @throws (rejects) as {@link consume} does.
   */
  async run(topics: readonly (string | RegExp)[], options: RunOptions<K, V>): Promise<void> {
    checkTopics(topics)
    await this.consume(topics, runHandler(options), { signal: options.signal })
  }

  /**
   * As {@link consume}, for a loop: `for await (const message of group.messages(['orders'])) …`. A message counts as processed, and is
   * marked, when the next one is asked for. The member joins when the first is asked for; leaving the loop ends the consuming, and so
   * does closing the group, even in the middle of a message, which is not marked then. One message is handed out at a time:
   * {@link run} works on partitions side by side.
   *
   * The iteration throws what {@link consume} rejects with.
   */
  messages(topics: readonly (string | RegExp)[], options?: WaitOptions): AsyncIterableIterator<Message<K, V>> {
    const signal = signalOf(options)
    const stop = new AbortController()
    const forget = signal === undefined ? () => {} : onAbort(signal, () => stop.abort(signal.reason))
    const begin = async () => {
      // Not where another loop reads already, which this one must not take the place of.
      if (this.#consumption === undefined) this.#stream = stream
      await this.consume(topics, stream.handler, { signal: stop.signal }).finally(forget)
    }
    const stream = new MessageStream<K, V>(begin, () => stop.abort())
    onAbort(stop.signal, () => stream.end())
    return stream
  }

  /**
   * Ends the consuming: handlers finish, what is marked is committed, and the member leaves. A handler must not wait for it, as it waits
   * for the handlers: there abort the `signal`, or return.
   */
  close(): Promise<void> {
    this.#closed ??= this.#close()
    return this.#closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#stream?.end()
    this.#consumption?.close()
    // Whoever consumes is told what it failed with.
    await this.#consumption?.ended.catch(() => {})
    await this.#consumer.close()
    this.#onClosed()
  }

  #consumptionOf(subscription: Subscription, handler: ConsumerGroupHandler<K, V>): Consumption<K, V> {
    const { group, offsets, retry: moveRetry } = this.#options
    const { sessionTimeoutMs, heartbeatIntervalMs, rebalance, instanceId, userData } = group
    const context = {
      client: this.#client,
      groupId: this.groupId,
      consumer: this.#consumer,
      membership: {
        strategies: rebalance.strategies,
        sessionTimeoutMs,
        heartbeatIntervalMs,
        rebalanceTimeoutMs: rebalance.timeoutMs,
        requestTimeoutMs: this.#client.net.requestTimeoutMs,
        retry: rebalance.retry,
        moveRetry,
        instanceId: instanceId ?? null,
        rackId: this.#context.rackId || null,
        userData: userData === undefined ? null : Buffer.from(userData),
      },
      offsets: { autoCommit: offsets.autoCommit, retry: offsets.retry, openRetry: moveRetry },
      initial: offsets.initial,
      limits: { maxProcessingMs: group.maxProcessingMs, maxPollIntervalMs: group.maxPollIntervalMs },
    }
    return new Consumption(context, subscription, handler)
  }
}
