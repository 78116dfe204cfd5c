import type { Client } from '../cluster/client.ts'
import type { StartOffset } from '../cluster/list-offset.ts'
import { creationHint } from '../cluster/topic-name.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import type { Options } from '../util/options.ts'
import { onAbort } from '../util/wait.ts'
import { checkPartition, checkPartitions, checkSources, checkTopic } from './check.ts'
import { Feed, type FeedOptions, type FeedOwner } from './feed.ts'
import { Fetcher } from './fetcher.ts'
import { MergedConsumer } from './merged-consumer.ts'
import type { TopicPartition } from './message.ts'
import type { consumerOptions } from './options.ts'
import { type Lane, Outlet } from './outlet.ts'
import { PartitionConsumer } from './partition-consumer.ts'
import { Presenter, type PresenterOptions } from './presenter.ts'
import { TopicWatch } from './topic-watch.ts'
import type { ConsumeOptions, ConsumePartitionOptions, PartitionStart } from './types.ts'

export type ConsumerOptions = Options<typeof consumerOptions>

/** What of the configuration a consumer needs besides its own options. */
export interface ConsumerContext {
  readonly rackId: string
  readonly maxDecompressedBytes: number
  /** How often metadata is refreshed. */
  readonly refreshFrequencyMs: number
}

/** A partition that is being read. */
interface Reading<K, V> {
  readonly outlet: Outlet<K, V>
  readonly lane: Lane<K, V>
}

/**
 * Reads partitions without a group: nothing is committed, and where to begin is the caller's to say. Made by `kafka.consumer()`,
 * whose deserializers decide what keys and values are; without them they are Buffers.
 */
export class Consumer<K = Buffer, V = Buffer> implements AsyncDisposable {
  readonly #client: Client
  readonly #options: ConsumerOptions
  readonly #onClosed: () => void
  readonly #presenter: Presenter<K, V>
  readonly #fetcher: Fetcher
  readonly #feedOptions: FeedOptions
  readonly #feedOwner: FeedOwner
  /** By `topic-partition`. */
  readonly #readings = new Map<string, Reading<K, V>>()
  readonly #outlets = new Set<Outlet<K, V>>()
  #isClosed = false

  /** @internal */
  constructor(client: Client, options: ConsumerOptions, context: ConsumerContext, onClosed: () => void) {
    this.#client = client
    this.#options = options
    this.#onClosed = onClosed
    // The options know nothing of K and V.
    this.#presenter = new Presenter(options as unknown as PresenterOptions<K, V>, client.logger)
    this.#fetcher = new Fetcher(client, options, context)
    const { checkCrcs } = options
    this.#feedOptions = {
      checkCrcs,
      maxDecompressedBytes: context.maxDecompressedBytes,
      budget: this.#fetcher.budget,
    }
    this.#feedOwner = {
      onTaken: (feed, isRelief) => this.#fetcher.onTaken(feed, isRelief),
      onEnded: feed => {
        this.#readings.delete(feed.name)
        this.#fetcher.onEnded(feed)
      },
    }
  }

  /**
   * Starts to read one partition, in the background. Errors come out of the iteration.
   *
   * @throws {@link ConfigurationError} for a topic, partition or start that cannot be, and for a partition that is being read by this
   * consumer · {@link ClosedError}.
   */
  consumePartition(topic: string, partition: number, options: ConsumePartitionOptions = {}): PartitionConsumer<K, V> {
    this.#checkOpen()
    const from = options?.from ?? this.#options.offsets.initial
    checkPartition(topic, partition, options, from)
    this.#checkUnread({ topic, partition })
    const outlet = this.#outlet(options.signal)
    const lane = this.#read(outlet, { topic, partition }, from)
    return new PartitionConsumer(outlet, lane, this.#fetcher, this.#options.isolationLevel === 'read_committed')
  }

  /**
   * Starts to read partitions, in the background, as one: all partitions of one or some topics, or a list of partitions, each from
   * where it says. Partitions that are added to the topics are noticed when metadata is refreshed, and read from their start. Errors
   * come out of the iteration.
   *
   * @throws {@link ConfigurationError} for topics, partitions or a start that cannot be, and for partitions that are being read by
   * this consumer · {@link ClosedError}.
   */
  consume(
    topics: string | readonly string[] | readonly PartitionStart[],
    options: ConsumeOptions = {},
  ): MergedConsumer<K, V> {
    this.#checkOpen()
    const from = options?.from ?? this.#options.offsets.initial
    const sources = checkSources(topics, options, from)
    const lanes: Lane<K, V>[] = []
    let isPaused = false
    if ('partitions' in sources) for (const each of sources.partitions) this.#checkUnread(each)
    const ended = new AbortController()
    const outlet = this.#outlet(options.signal, () => ended.abort(new ClosedError('the merged consumer is closed')))
    const read = (partition: TopicPartition, start: StartOffset) => {
      const lane = this.#read(outlet, partition, start)
      if (isPaused) outlet.pause(lane)
      lanes.push(lane)
    }
    if ('partitions' in sources) for (const each of sources.partitions) read(each, each.from ?? from)
    else this.#readTopics(sources.topics, outlet, ended.signal, (each, isNew) => read(each, isNew ? 'oldest' : from))
    const chosen = (partitions: readonly TopicPartition[] | undefined) =>
      partitions === undefined ? lanes : this.#readingsOf(partitions, outlet).map(({ lane }) => lane)
    return new MergedConsumer(outlet, {
      pause: partitions => {
        for (const lane of chosen(partitions)) outlet.pause(lane)
        if (partitions === undefined) isPaused = true
      },
      resume: partitions => {
        for (const { feed } of chosen(partitions)) this.#fetcher.resume(feed)
        if (partitions === undefined) isPaused = false
      },
    })
  }

  /**
   * From now on nothing of these partitions is handed out, nor fetched, until {@link resume}: iterations wait.
   *
   * @throws {@link ConfigurationError} for a partition that is not being read.
   */
  pause(partitions: readonly TopicPartition[]): void {
    for (const { outlet, lane } of this.#readingsOf(partitions)) outlet.pause(lane)
  }

  /** Ends a {@link pause}. Throws as that does. */
  resume(partitions: readonly TopicPartition[]): void {
    for (const { lane } of this.#readingsOf(partitions)) this.#fetcher.resume(lane.feed)
  }

  /** Pauses all partitions that are being read now. */
  pauseAll(): void {
    for (const { outlet, lane } of this.#readings.values()) outlet.pause(lane)
  }

  /** Resumes all partitions that are being read now. */
  resumeAll(): void {
    for (const { lane } of this.#readings.values()) this.#fetcher.resume(lane.feed)
  }

  /** By topic and partition: the offset after the last message, as of the last fetch of what is being read. */
  highWatermarks(): Map<string, Map<number, bigint>> {
    const marks = new Map<string, Map<number, bigint>>()
    for (const { lane } of this.#readings.values()) {
      const { topic, partition, highWatermark } = lane.feed
      if (highWatermark < 0n) continue
      const ofTopic = marks.get(topic) ?? new Map<number, bigint>()
      marks.set(topic, ofTopic.set(partition, highWatermark))
    }
    return marks
  }

  /** The names of all topics of the cluster that this client may see, sorted. */
  async topics({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<string[]> {
    this.#checkOpen()
    const topics = await this.#client.topics(null, signal)
    return topics.map(({ name }) => name ?? '').sort()
  }

  /**
   * The numbers of a topic's partitions, as the cluster says now. Creates no topic.
   *
   * @throws {@link BrokerError} such as UNKNOWN_TOPIC_OR_PARTITION.
   */
  async partitions(topic: string, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<number[]> {
    this.#checkOpen()
    checkTopic(topic)
    const [found] = await this.#client.topics([topic], signal)
    const code = found?.errorCode ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    if (found === undefined || code !== 0) throw brokerError(code, `topic "${topic}"${creationHint(code)}`)
    return found.partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b)
  }

  /** Ends all iterations of its partitions. */
  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    for (const outlet of [...this.#outlets]) outlet.close()
    this.#fetcher.close()
    // What tells brokers of the end leaves at the end of this turn.
    await new Promise(resolve => setImmediate(resolve))
    this.#onClosed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #outlet(signal: AbortSignal | undefined, onEnd = () => {}): Outlet<K, V> {
    let forget = () => {}
    const outlet: Outlet<K, V> = new Outlet(this.#presenter, () => {
      this.#outlets.delete(outlet)
      forget()
      onEnd()
    })
    this.#outlets.add(outlet)
    if (signal !== undefined) forget = onAbort(signal, () => outlet.close())
    return outlet
  }

  #read(outlet: Outlet<K, V>, partition: TopicPartition, from: StartOffset): Lane<K, V> {
    const feed = new Feed(partition, this.#feedOptions, this.#feedOwner)
    const lane = outlet.add(feed)
    // The signal may have been aborted before.
    if (outlet.isEnded) feed.close()
    else {
      this.#readings.set(feed.name, { outlet, lane })
      this.#fetcher.start(feed, from)
    }
    return lane
  }

  #readTopics(
    topics: readonly string[],
    outlet: Outlet<K, V>,
    ended: AbortSignal,
    read: (partition: TopicPartition, isNew: boolean) => void,
  ): void {
    const watch = new TopicWatch(this.#client, topics, (partition, isNew) => {
      try {
        this.#checkUnread(partition)
        read(partition, isNew)
      } catch (error) {
        outlet.fail(error)
      }
    })
    onAbort(ended, () => watch.close())
    if (!ended.aborted) watch.start(ended).catch(error => outlet.fail(error))
  }

  #readingsOf(partitions: readonly TopicPartition[], outlet?: Outlet<K, V>): Reading<K, V>[] {
    checkPartitions(partitions)
    return partitions.map(({ topic, partition }, i) => {
      const reading = this.#readings.get(`${topic}-${partition}`)
      if (reading !== undefined && (outlet === undefined || reading.outlet === outlet)) return reading
      const problem = `${topic}-${partition} is not being read by this consumer`
      throw new ConfigurationError([{ option: `partitions[${i}]`, problem }])
    })
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ClosedError('the consumer is closed')
  }

  #checkUnread({ topic, partition }: TopicPartition): void {
    const name = `${topic}-${partition}`
    if (!this.#readings.has(name)) return
    const problem = `${name} is being read by this consumer: close that first, or read with another consumer`
    throw new ConfigurationError([{ option: 'partition', problem }])
  }
}
