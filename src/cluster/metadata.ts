import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { TimeoutError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { asError, type Hooks } from '../observe/hooks.ts'
import type { Logger } from '../observe/logger.ts'
import type { Response } from '../protocol/api.ts'
import { Metadata as MetadataApi } from '../protocol/messages/metadata.ts'
import type { Options } from '../util/options.ts'
import { retrying } from '../util/retry.ts'
import { abortable, eitherSignal, onAbort } from '../util/wait.ts'
import type { Brokers } from './brokers.ts'
import type { metadataOptions } from './options.ts'
import {
  type BrokerNode,
  emptySnapshot,
  type LeaderHint,
  nextSnapshot,
  type Snapshot,
  type TopicSnapshot,
  withLeaders,
  withoutTopics,
} from './snapshot.ts'

export type MetadataOptions = Options<typeof metadataOptions>

/** For so many refreshes by the clock a topic is kept that nobody uses. */
const KEPT_PERIODS = 2

/** The time that is left for something, and the option that bounds it, as errors name it. */
export interface TimeLimit {
  readonly ms: number
  readonly option: string
}

export interface LookUpOptions {
  readonly signal?: AbortSignal | undefined
  /** Where less time is left than `metadata.timeoutMs`. */
  readonly limit?: TimeLimit | undefined
  /** Ask for it even when it is known. */
  readonly anew?: boolean | undefined
}

/** Keeps the newest snapshot of the cluster, for the topics in use. */
export class Metadata {
  readonly #brokers: Brokers
  readonly #options: MetadataOptions
  readonly #logger: Logger
  readonly #hooks: Hooks
  readonly #closing: AbortSignal
  /** Topics in use, which each refresh asks for, and the period in which each was last used. */
  readonly #topics = new Map<string, { lastUse: number }>()
  /** Topics that are being looked up, and by how many. */
  readonly #lookUps = new Map<string, number>()
  readonly #listeners = new Set<() => void>()
  #snapshot: Snapshot = emptySnapshot
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined
  /** Counts the refreshes that nobody asked for. */
  #period = 0

  constructor(brokers: Brokers, options: MetadataOptions, logger: Logger, hooks: Hooks, closing: AbortSignal) {
    this.#brokers = brokers
    this.#options = options
    this.#logger = logger
    this.#hooks = hooks
    this.#closing = closing
    onAbort(closing, () => clearTimeout(this.#timer))
  }

  get snapshot(): Snapshot {
    return this.#snapshot
  }

  /** What is known of a topic, without asking anyone. */
  topic(name: string): TopicSnapshot | undefined {
    const use = this.#topics.get(name)
    if (use !== undefined) use.lastUse = this.#period
    return this.#snapshot.topics.get(name)
  }

  /** From now on refreshes ask for this topic, without creating it. */
  use(name: string): void {
    const use = this.#topics.get(name)
    if (use === undefined) this.#topics.set(name, { lastUse: this.#period })
    else use.lastUse = this.#period
  }

  /** Calls `listener` after each refresh, and when other leaders were learned, until the returned function is called. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * The topic, looked up if need be and tried again while it may still come to be.
   *
   * @throws {@link BrokerError} naming the topic, such as UNKNOWN_TOPIC_OR_PARTITION; {@link TimeoutError} after
   * `metadata.timeoutMs` or the given limit; the error of the brokers when none can be reached.
   */
  async lookUp(name: string, { signal, limit, anew = false }: LookUpOptions = {}): Promise<TopicSnapshot> {
    const known = this.topic(name)
    if (known !== undefined && !anew) return known
    this.#lookUps.set(name, (this.#lookUps.get(name) ?? 0) + 1)
    try {
      return await this.#patiently(name, { signal, limit }, async () => {
        await this.refresh()
        const topic = this.topic(name)
        if (topic === undefined) throw this.#missing(name)
        return topic
      })
    } finally {
      const others = this.#lookUps.get(name)! - 1
      if (others > 0) this.#lookUps.set(name, others)
      else this.#lookUps.delete(name)
    }
  }

  /** At least one successful refresh has been made when this resolves. Throws as {@link lookUp} does. */
  async ready(signal?: AbortSignal): Promise<Snapshot> {
    if (this.#snapshot === emptySnapshot) await this.#patiently(undefined, { signal }, () => this.refresh())
    return this.#snapshot
  }

  /**
   * Asks the cluster anew. The answer is younger than the call: callers who come while a request is under way share the
   * one after it.
   */
  refresh(): Promise<void> {
    if (this.#running === undefined) {
      this.#running = this.#fetch().finally(() => {
        this.#running = undefined
      })
      return this.#running
    }
    this.#next ??= this.#running
      .catch(() => {})
      .then(() => {
        this.#next = undefined
        return this.refresh()
      })
    return this.#next
  }

  /** Begins a {@link refresh} that nobody waits for. */
  refreshSoon(): void {
    if (this.#closing.aborted) return
    this.refresh().catch(error => {
      this.#logger.debug('metadata could not be refreshed', { error: String(error) })
      this.#hooks.onError?.({ error: asError(error), willRetry: false })
    })
  }

  /**
   * Takes over what brokers tell of newer leaders beside their errors (KIP-951), so that nobody has to wait for a refresh.
   * Brokers whose connections it replaces, and listeners, are told before it returns.
   *
   * @param endpoints The addresses of the leaders, where the answer has them.
   * @returns Whether anything of it was news.
   */
  learnLeaders(hints: readonly LeaderHint[], endpoints: readonly BrokerNode[]): boolean {
    const snapshot = withLeaders(this.#snapshot, hints, endpoints)
    if (snapshot === this.#snapshot || this.#closing.aborted) return false
    this.#snapshot = snapshot
    this.#tell()
    return true
  }

  async #patiently<T>(topic: string | undefined, { signal, limit }: LookUpOptions, call: () => Promise<T>): Promise<T> {
    const { retry, timeoutMs } = this.#options
    const what = topic === undefined ? 'the cluster' : `topic "${topic}"`
    const { ms, option } = shorter({ ms: timeoutMs, option: `metadata.timeoutMs (${timeoutMs} ms)` }, limit)
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), ms)
    const outer = eitherSignal(this.#closing, signal)
    const both = eitherSignal(outer.signal, late.signal)
    let last: KafkaError | undefined
    const onRetry = (error: KafkaError) => {
      last = error
      this.#logger.debug('metadata is looked up again', { what, error: error.message })
      this.#hooks.onError?.({ error, topic, willRetry: true })
    }
    try {
      return await retrying(retry, { signal: both.signal, onRetry }, () => abortable(call(), both.signal))
    } catch (error) {
      if (!late.signal.aborted || outer.signal.aborted) throw error
      const reason = last === undefined ? '' : `; the last error was: ${last.message}`
      throw new TimeoutError(`metadata of ${what} was not there within ${option}${reason}`, { cause: last })
    } finally {
      clearTimeout(timer)
      outer.dispose()
      both.dispose()
    }
  }

  #missing(name: string): KafkaError {
    // A topic that the broker is just making, or does not mention at all, is as good as unknown.
    const code = this.#snapshot.topicErrors.get(name) ?? errorCodes.UNKNOWN_TOPIC_OR_PARTITION
    const hint =
      code !== errorCodes.UNKNOWN_TOPIC_OR_PARTITION || this.#options.allowAutoTopicCreation
        ? ''
        : ' (metadata.allowAutoTopicCreation is off)'
    return brokerError(code, `topic "${name}"${hint}`)
  }

  async #fetch(): Promise<void> {
    const { full, allowAutoTopicCreation } = this.#options
    // Here, where no answer is under way that would bring them back.
    this.#forgetUnused()
    const questions: { names: readonly string[] | null; mayCreate: boolean }[] = []
    const lookUps = [...this.#lookUps.keys()]
    const inUse = [...this.#topics.keys()].filter(name => !this.#lookUps.has(name))
    if (full || inUse.length > 0 || lookUps.length === 0) {
      // A mere refresh must not bring a topic back that was deleted.
      questions.push({ names: full ? null : inUse, mayCreate: false })
    }
    if (lookUps.length > 0) questions.push({ names: lookUps, mayCreate: allowAutoTopicCreation })
    const answers = await this.#brokers.callAny(
      broker => Promise.all(questions.map(({ names, mayCreate }) => this.#ask(broker, names, mayCreate))),
      this.#closing,
    )
    this.#closing.throwIfAborted()
    answers.forEach((answer, i) => {
      this.#snapshot = nextSnapshot(this.#snapshot, answer, questions[i]!.names === null)
    })
    // All that is known is kept up to date, whoever asked for it and whether they still wait.
    for (const name of lookUps) if (this.#snapshot.topics.has(name)) this.use(name)
    this.#arm()
    this.#tell()
  }

  #tell(): void {
    this.#brokers.update(this.#snapshot)
    for (const listener of this.#listeners) listener()
  }

  /** Asks one broker; `names` null is for all topics. */
  async #ask(
    broker: Broker,
    names: readonly string[] | null,
    mayCreate: boolean,
  ): Promise<Response<typeof MetadataApi>> {
    const connection = await broker.connection('general', this.#closing)
    const topics = names?.map(name => ({ name })) ?? null
    const body = (version: number) => ({
      // In version 0 an empty list would mean all topics; there is no way to ask for none.
      topics: topics === null && version === 0 ? [] : topics,
      ...(version >= 4 ? { allowAutoTopicCreation: mayCreate } : {}),
    })
    const answer = await connection.request(MetadataApi, body, { signal: this.#closing })
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode, `metadata from ${broker.label}`)
    // A broker that is just starting does not know the cluster yet; another may.
    if (answer.brokers.length === 0) {
      throw brokerError(errorCodes.BROKER_NOT_AVAILABLE, `${broker.label} knows of no brokers`)
    }
    return answer
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const { refreshFrequencyMs } = this.#options
    if (refreshFrequencyMs === 0) return
    this.#timer = setTimeout(() => {
      this.#period++
      this.refresh().catch(error => {
        if (this.#closing.aborted) return
        this.#logger.warn('metadata could not be refreshed', { error: String(error) })
        this.#hooks.onError?.({ error: asError(error), willRetry: true })
        this.#arm()
      })
    }, refreshFrequencyMs)
    // It must not keep a process alive that has nothing else to do.
    this.#timer.unref()
  }

  /** Else a producer of short-lived topics would ask for more and more of them. */
  #forgetUnused(): void {
    const unused = [...this.#topics]
      .filter(([, { lastUse }]) => this.#period - lastUse > KEPT_PERIODS)
      .map(([name]) => name)
    if (unused.length === 0) return
    for (const name of unused) this.#topics.delete(name)
    this.#snapshot = withoutTopics(this.#snapshot, unused)
  }
}

function shorter(one: TimeLimit, other: TimeLimit | undefined): TimeLimit {
  return other === undefined || one.ms <= other.ms ? one : other
}
