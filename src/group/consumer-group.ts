import type { Client } from '../cluster/client.ts'
import { Consumer, type ConsumerContext, type ConsumerOptions } from '../consumer/consumer.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import type { TopicPartitions } from './assignors/strategy.ts'
import { Consumption } from './consumption.ts'
import type { groupOffsetsOptions, groupOptions } from './options.ts'
import { Subscription } from './subscription.ts'
import type { ConsumerGroupHandler } from './types.ts'

export interface ConsumerGroupOptions extends Omit<ConsumerOptions, 'offsets'> {
  readonly group: Options<{ readonly group: typeof groupOptions }>['group']
  readonly offsets: ConsumerOptions['offsets'] & Options<typeof groupOffsetsOptions>
}

/** The option of everything that waits. */
interface WaitOptions {
  readonly signal?: AbortSignal | undefined
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
  #isClosed = false

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
    { signal }: WaitOptions = {},
  ): Promise<void> {
    if (this.#isClosed) throw new ClosedError(`the consumer group "${this.groupId}" is closed`)
    if (this.#consumption !== undefined) {
      const problem = 'it is consuming already: end that first, or make another consumer group'
      throw new ConfigurationError([{ option: 'consume', problem }])
    }
    if (typeof handler?.consumeClaim !== 'function') {
      throw new ConfigurationError([{ option: 'handler', problem: 'must have consumeClaim()' }])
    }
    const subscription = new Subscription(this.#client, topics, this.#context.refreshFrequencyMs)
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

  /** Ends the consuming: handlers finish, what is marked is committed, and the member leaves. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#consumption?.close()
    // Whoever consumes is told what it failed with.
    await this.#consumption?.ended.catch(() => {})
    await this.#consumer.close()
    this.#onClosed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
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
        retry: rebalance.retry,
        moveRetry,
        instanceId: instanceId ?? null,
        rackId: this.#context.rackId || null,
        userData: userData === undefined ? null : Buffer.from(userData),
      },
      offsets: { autoCommit: offsets.autoCommit, retry: offsets.retry, openRetry: moveRetry },
      initial: offsets.initial,
    }
    return new Consumption(context, subscription, handler)
  }
}
