import type { Client } from '../cluster/client.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Response } from '../protocol/api.ts'
import { Fetch } from '../protocol/messages/fetch.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import type { Feed } from './feed.ts'

/** The last version that names topics; later ones know them by their ids only (KIP-516). */
const LAST_VERSION_WITH_NAMES = 12
/** How long a fetch may wait while it leaves out partitions whose reader may catch up any moment. */
const SHORT_WAIT_MS = 20

export interface InboxOptions {
  readonly fetch: { readonly minBytes: number; readonly defaultBytes: number; readonly maxBytes: number }
  readonly maxWaitMs: number
}

/** What an inbox asks of, and tells, the consumer that it belongs to. */
export interface InboxOwner {
  /** Names the connections of this consumer. */
  readonly purpose: symbol
  /** How many bytes more of this partition there is room for; 0 for none. */
  roomFor(feed: Feed): number
  /** The partition could not be fetched from this broker, which has let go of it. */
  onLost(feed: Feed, error: unknown): void
}

interface TopicRequest {
  readonly topic: string
  readonly topicId: string
  readonly partitions: {
    readonly partition: number
    readonly currentLeaderEpoch: number
    readonly fetchOffset: bigint
    readonly partitionMaxBytes: number
  }[]
}

type FetchedPartition = Response<typeof Fetch>['responses'][number]['partitions'][number]

/**
 * One broker's fetch loop, on a connection of its own so that its long polls stall nobody. While the last answer is being
 * read the next one is under way, as long as there is room.
 */
export class Inbox {
  readonly broker: Broker
  readonly #client: Client
  readonly #options: InboxOptions
  readonly #owner: InboxOwner
  readonly #feeds = new Set<Feed>()
  #isRunning = false

  constructor(broker: Broker, client: Client, options: InboxOptions, owner: InboxOwner) {
    this.broker = broker
    this.#client = client
    this.#options = options
    this.#owner = owner
  }

  add(feed: Feed): void {
    this.#feeds.add(feed)
    this.wake()
  }

  remove(feed: Feed): void {
    if (!this.#feeds.delete(feed) || this.#feeds.size > 0) return
    // Nobody waits for the answer of this poll; whoever reads next should not either.
    this.broker.release(this.#owner.purpose)
  }

  /** There may be room again. */
  wake(): void {
    if (!this.#isRunning) void this.#run()
  }

  async #run(): Promise<void> {
    this.#isRunning = true
    // Nothing can be added between the last check and the end of the loop: there is no await between them.
    try {
      for (let hungry = this.#hungry(); hungry.length > 0; hungry = this.#hungry()) {
        await this.#fetch(hungry).catch(error => {
          for (const feed of hungry) this.#lose(feed, error)
        })
      }
    } finally {
      this.#isRunning = false
    }
  }

  #hungry(): Feed[] {
    return [...this.#feeds].filter(feed => this.#owner.roomFor(feed) > 0)
  }

  async #fetch(feeds: readonly Feed[]): Promise<void> {
    const asked = new Map(feeds.map(feed => [feed, feed.fetchOffset]))
    const topics = this.#topics(feeds)
    const known = topics.every(({ topicId }) => topicId !== ZERO_UUID)
    const { fetch, maxWaitMs } = this.#options
    const wait = feeds.length < this.#feeds.size ? Math.min(SHORT_WAIT_MS, maxWaitMs) : maxWaitMs
    const body = { maxWaitMs: wait, minBytes: fetch.minBytes, maxBytes: fetch.maxBytes, topics }
    const connection = await this.broker.connection(this.#owner.purpose, this.#client.closing)
    const answer = await connection.request(Fetch, body, {
      timeoutMs: wait + this.#client.net.requestTimeoutMs,
      maxVersion: known ? Infinity : LAST_VERSION_WITH_NAMES,
    })
    if (answer.errorCode !== 0) throw brokerError(answer.errorCode, `fetch from ${this.broker.label}`)
    const names = new Map(topics.map(({ topic, topicId }) => [topicId, topic]))
    const byName = new Map(feeds.map(feed => [feed.name, feed]))
    for (const { topic, topicId, partitions } of answer.responses) {
      const name = topic === '' ? names.get(topicId) : topic
      for (const partition of partitions) {
        const feed = byName.get(`${name}-${partition.partitionIndex}`)
        if (feed === undefined) continue
        byName.delete(feed.name)
        // The reader may have left, or gone elsewhere, while the broker was waiting.
        if (this.#feeds.has(feed) && feed.fetchOffset === asked.get(feed)) this.#take(feed, partition)
      }
    }
    for (const feed of byName.values()) {
      const problem = `${feed.name}, which ${this.broker.label} left out of its answer to a fetch`
      this.#lose(feed, brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, problem))
    }
    // In the next request those come first that were just served last, so that none starves behind a busy one.
    const [first] = this.#feeds
    if (first !== undefined) {
      this.#feeds.delete(first)
      this.#feeds.add(first)
    }
  }

  #topics(feeds: readonly Feed[]): TopicRequest[] {
    const topics = new Map<string, TopicRequest>()
    for (const feed of feeds) {
      const { topic, partition, fetchOffset } = feed
      const known = this.#client.metadata.topic(topic)
      const request = topics.get(topic) ?? { topic, topicId: feed.topicId, partitions: [] }
      topics.set(topic, request)
      request.partitions.push({
        partition,
        currentLeaderEpoch: known?.partitions[partition]?.leaderEpoch ?? -1,
        fetchOffset,
        partitionMaxBytes: this.#owner.roomFor(feed),
      })
    }
    return [...topics.values()]
  }

  #take(feed: Feed, fetched: FetchedPartition): void {
    if (fetched.errorCode === 0) feed.fill(fetched)
    else {
      const where = `${feed.name} at offset ${feed.fetchOffset} on ${this.broker.label}`
      this.#lose(feed, brokerError(fetched.errorCode, where))
    }
  }

  #lose(feed: Feed, error: unknown): void {
    if (this.#feeds.delete(feed)) this.#owner.onLost(feed, error)
  }
}
