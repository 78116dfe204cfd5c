import type { Client } from '../cluster/client.ts'
import type { StartOffset } from '../cluster/list-offset.ts'
import { creationHint } from '../cluster/topic-name.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import { signalOf, type WaitOptions } from '../util/known-keys.ts'
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
import { PausedAhead } from './paused-ahead.ts'
import { Presenter, type PresenterOptions } from './presenter.ts'
import { byPartition, highWatermarkOf } from './progress.ts'
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

/** What is behind the public interface of that name, whose description says what it does. */
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
  /** The readings, and what begins paused of each. */
  readonly #outlets = new Map<Outlet<K, V>, PausedAhead>()
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
    return new PartitionConsumer(outlet, lane, this.#fetcher, this.#isReadCommitted)
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
    const ahead = new PausedAhead('topics' in sources ? sources.topics : [])
    if ('partitions' in sources) for (const each of sources.partitions) this.#checkUnread(each)
    const ended = new AbortController()
    const outlet = this.#outlet(options.signal, ahead, () =>
      ended.abort(new ClosedError('the merged consumer is closed')),
    )
    const read = (partition: TopicPartition, start: StartOffset) => {
      const lane = this.#read(outlet, partition, start)
      if (ahead.found(partition)) outlet.pause(lane)
      lanes.push(lane)
    }
    if ('partitions' in sources) for (const each of sources.partitions) read(each, each.from ?? from)
    else this.#readTopics(sources.topics, outlet, ended.signal, (each, isNew) => read(each, isNew ? 'oldest' : from))
    return new MergedConsumer(outlet, {
      lanes,
      ahead,
      isReadCommitted: this.#isReadCommitted,
      turn: (partitions, isPaused) => {
        if (partitions !== undefined) {
          this.#turn(partitions, isPaused, outlet)
          return
        }
        ahead.setAll(isPaused)
        for (const lane of lanes) this.#turnLane({ outlet, lane }, isPaused)
      },
    })
  }

  /**
   * From now on nothing of these partitions is handed out, nor fetched, until {@link resume}: iterations wait.
   *
   * A partition of a topic that `consume` is still looking up begins paused when it is found.
   *
   * @throws {@link ConfigurationError} for a partition that is not being read · {@link ClosedError}.
   */
  pause(partitions: readonly TopicPartition[]): void {
    this.#checkOpen()
    this.#turn(partitions, true)
  }

  /** Ends a {@link pause}. Throws as that does. */
  resume(partitions: readonly TopicPartition[]): void {
    this.#checkOpen()
    this.#turn(partitions, false)
  }

  /**
   * Pauses all partitions that are being read now, and those of topics that are being looked up.
   *
   * @throws {@link ClosedError}.
   */
  pauseAll(): void {
    this.#checkOpen()
    for (const { outlet, lane } of this.#readings.values()) outlet.pause(lane)
    for (const ahead of this.#outlets.values()) if (ahead.isAwaiting) ahead.setAll(true)
  }

  /** Resumes all partitions that are being read now, and those that {@link pauseAll} has paused ahead. Throws as that does. */
  resumeAll(): void {
    this.#checkOpen()
    for (const { lane } of this.#readings.values()) this.#fetcher.resume(lane.feed)
    for (const ahead of this.#outlets.values()) ahead.setAll(false)
  }

  /** By topic and partition: the offset after the last message, as of the last fetch of what is being read. */
  highWatermarks(): Map<string, Map<number, bigint>> {
    return byPartition(
      Array.from(this.#readings.values(), ({ lane }) => lane),
      highWatermarkOf,
    )
  }

  /** The names of all topics of the cluster that this client may see, sorted. */
  async topics(options?: WaitOptions): Promise<string[]> {
    const signal = signalOf(options)
    this.#checkOpen()
    const topics = await this.#client.topics(null, signal)
    return topics.map(({ name }) => name ?? '').sort()
  }

  /**
   * The numbers of a topic's partitions, as the cluster says now. Creates no topic.
   *
   * @throws {@link BrokerError} such as UNKNOWN_TOPIC_OR_PARTITION.
   */
  async partitions(topic: string, options?: WaitOptions): Promise<number[]> {
    const signal = signalOf(options)
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
    for (const outlet of [...this.#outlets.keys()]) outlet.close()
    this.#fetcher.close()
    // What tells brokers of the end leaves at the end of this turn.
    await new Promise(resolve => setImmediate(resolve))
    this.#onClosed()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #outlet(signal: AbortSignal | undefined, ahead = new PausedAhead([]), onEnd = () => {}): Outlet<K, V> {
    let forget = () => {}
    const outlet: Outlet<K, V> = new Outlet(this.#presenter, () => {
      this.#outlets.delete(outlet)
      forget()
      onEnd()
    })
    this.#outlets.set(outlet, ahead)
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

  /** Pauses or resumes partitions, of one outlet or of all; none of them where one of them is not being read. */
  #turn(partitions: readonly TopicPartition[], isPaused: boolean, only?: Outlet<K, V>): void {
    checkPartitions(partitions)
    const turns = partitions.map((each, i) => {
      const name = `${each.topic}-${each.partition}`
      const reading = this.#readings.get(name)
      if (reading !== undefined && (only === undefined || reading.outlet === only)) {
        return () => this.#turnLane(reading, isPaused)
      }
      for (const [outlet, ahead] of this.#outlets) {
        if ((only === undefined || outlet === only) && ahead.awaits(each.topic)) return () => ahead.set(each, isPaused)
      }
      const problem = `${name} is not being read by this consumer`
      throw new ConfigurationError([{ option: `partitions[${i}]`, problem }])
    })
    for (const turn of turns) turn()
  }

  #turnLane({ outlet, lane }: Reading<K, V>, isPaused: boolean): void {
    if (isPaused) outlet.pause(lane)
    else this.#fetcher.resume(lane.feed)
  }

  get #isReadCommitted(): boolean {
    return this.#options.isolationLevel === 'read_committed'
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
