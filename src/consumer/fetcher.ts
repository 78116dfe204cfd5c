import type { Client } from '../cluster/client.ts'
import { EARLIEST, LATEST, listOffset } from '../cluster/list-offset.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { backoffMs, type RetryPolicy } from '../util/backoff.ts'
import { retrying } from '../util/retry.ts'
import type { Feed } from './feed.ts'
import { Inbox, type InboxOptions, type InboxOwner } from './inbox.ts'
import type { StartOffset } from './types.ts'

/** So many failures in a row are told to the user, once, though the partition is tried on. */
const SUSPICIOUS_ATTEMPTS = 5

export interface FetcherOptions extends InboxOptions {
  readonly maxBufferedBytes: number
  readonly retry: RetryPolicy
}

/** Brings partitions to the inbox of their leader, finds where they begin, and tries again what may heal. */
export class Fetcher implements InboxOwner {
  readonly purpose = Symbol('fetch')
  readonly #client: Client
  readonly #options: FetcherOptions
  readonly #inboxes = new Map<number, Inbox>()
  readonly #feeds = new Set<Feed>()
  readonly #backoffs = new Map<Feed, NodeJS.Timeout>()
  readonly #unsubscribe: () => void

  constructor(client: Client, options: FetcherOptions) {
    this.#client = client
    this.#options = options
    this.#unsubscribe = client.metadata.onChange(() => {
      for (const feed of [...this.#feeds]) this.#identify(feed)
    })
  }

  /** Begins to fetch a partition. Whatever goes wrong for good ends the feed. `ended` is aborted with the feed. */
  async start(feed: Feed, from: StartOffset, ended: AbortSignal): Promise<void> {
    this.#feeds.add(feed)
    try {
      const { topicId } = await this.#find(feed, ended)
      feed.startAt(topicId, await this.#resolve(feed, from, ended))
      this.#place(feed)
    } catch (error) {
      feed.fail(error)
    }
  }

  roomFor(feed: Feed): number {
    const { fetch, maxBufferedBytes } = this.#options
    if (feed.bufferedBytes >= fetch.defaultBytes) return 0
    let total = 0
    for (const each of this.#feeds) total += each.bufferedBytes
    if (total < maxBufferedBytes) return fetch.defaultBytes
    if (feed.bufferedBytes > 0) return 0
    // Slow readers hold all of it. One that has nothing does not wait for them, it gets its share.
    return Math.min(fetch.defaultBytes, Math.ceil(maxBufferedBytes / this.#feeds.size))
  }

  /** The reader has taken a batch: there may be room again, for any partition. */
  onTaken(): void {
    for (const inbox of this.#inboxes.values()) inbox.wake()
  }

  onEnded(feed: Feed): void {
    this.#feeds.delete(feed)
    for (const inbox of this.#inboxes.values()) inbox.remove(feed)
    clearTimeout(this.#backoffs.get(feed))
    this.#backoffs.delete(feed)
  }

  onLost(feed: Feed, error: unknown): void {
    if (feed.isEnded) return
    feed.attempts++
    const { retry } = this.#options
    if (!(error instanceof KafkaError) || !mayHeal(error) || feed.attempts > retry.max) {
      feed.fail(error)
      return
    }
    this.#heal(feed, error, feed.attempts)
    const timer = setTimeout(
      () => {
        this.#backoffs.delete(feed)
        this.#place(feed)
      },
      backoffMs(retry, feed.attempts, error),
    )
    this.#backoffs.set(feed, timer)
  }

  /** Lets go of the connections. The feeds have ended by now. */
  close(): void {
    this.#unsubscribe()
    for (const { broker } of this.#inboxes.values()) broker.release(this.purpose)
  }

  #place(feed: Feed): void {
    if (feed.isEnded) return
    this.#identify(feed)
    if (feed.isEnded) return
    try {
      this.#inbox(this.#client.leader(feed.topic, feed.partition).broker).add(feed)
    } catch (error) {
      this.onLost(feed, error)
    }
  }

  /** Ends a feed whose topic is not the one any more that it began to read: its offsets say nothing of the new one. */
  #identify(feed: Feed): void {
    const now = this.#client.metadata.topic(feed.topic)?.topicId ?? ZERO_UUID
    if (now === ZERO_UUID || now === feed.topicId) return
    // Brokers that are upgraded begin to tell ids at some time.
    if (feed.topicId === ZERO_UUID) feed.topicId = now
    else feed.fail(brokerError(errorCodes.INCONSISTENT_TOPIC_ID, `${feed.name} at offset ${feed.fetchOffset}`))
  }

  #inbox(broker: Broker): Inbox {
    const known = this.#inboxes.get(broker.nodeId)
    if (known?.broker === broker) return known
    const inbox = new Inbox(broker, this.#client, this.#options, this)
    this.#inboxes.set(broker.nodeId, inbox)
    return inbox
  }

  async #resolve(feed: Feed, from: StartOffset, signal: AbortSignal): Promise<bigint> {
    if (typeof from === 'bigint') return from
    const ask = (timestamp: bigint) =>
      retrying(this.#options.retry, { signal, onRetry: (error, attempt) => this.#heal(feed, error, attempt) }, () =>
        listOffset(this.#client, feed.topic, feed.partition, timestamp, signal),
      )
    if (from === 'oldest') return ask(EARLIEST)
    if (from === 'newest') return ask(LATEST)
    // Times below 0 would be taken for the ends of the log.
    const offset = await ask(BigInt(Math.max(0, from.getTime())))
    // No message is that young: go on with the next one that is written.
    return offset < 0n ? ask(LATEST) : offset
  }

  /** The topic that a feed reads, asked for anew where its partition is not known: it may just have been added. */
  async #find({ topic, partition, name }: Feed, signal: AbortSignal): Promise<TopicSnapshot> {
    const { metadata } = this.#client
    let found = await metadata.lookUp(topic, { signal })
    if (found.partitions[partition] === undefined) found = await metadata.lookUp(topic, { signal, anew: true })
    if (found.partitions[partition] !== undefined) return found
    const has = `${name}: topic "${topic}" has ${found.partitions.length} partitions`
    throw brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, has)
  }

  #heal({ topic, partition }: Feed, error: KafkaError, attempts: number): void {
    const level = attempts === SUSPICIOUS_ATTEMPTS ? 'warn' : 'debug'
    this.#client.logger[level]('a partition is tried again', { topic, partition, attempts, error: error.message })
    if (error.remedy === 'refresh-metadata') this.#client.metadata.refreshSoon()
  }
}
