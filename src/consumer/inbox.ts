import type { Client } from '../cluster/client.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ClosedError, ConnectionError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Connection } from '../network/connection.ts'
import { Fetch } from '../protocol/messages/fetch.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { AnswerMemory } from './answer-memory.ts'
import type { Budget } from './budget.ts'
import type { Feed } from './feed.ts'
import { type Divergence, type Outcomes, readAnswer } from './fetch-answer.ts'
import { FetchSession } from './fetch-session.ts'

/** The last version that names topics; later ones know them by their ids only (KIP-516). */
const LAST_VERSION_WITH_NAMES = 12
/** The first version in which the broker itself notices that its log is another one (KIP-595). */
const FIRST_VERSION_WITH_DIVERGENCE = 12
/** How long a fetch may wait that leaves out partitions whose reader may catch up any moment; twice as long while none does. */
const SHORT_WAIT_MS = 20
/** What readers are done with sooner than a request takes to be written and to wake the broker. */
const SMALL_ANSWER_BYTES = 16 * 1024

export interface InboxOptions {
  readonly fetch: { readonly minBytes: number; readonly defaultBytes: number; readonly maxBytes: number }
  readonly maxWaitMs: number
  readonly isolationLevel: 'read_uncommitted' | 'read_committed'
}

/** What an inbox asks of, and tells, the consumer that it belongs to. */
export interface InboxOwner {
  /** Names the connections of this consumer. */
  readonly purpose: symbol
  readonly rackId: string
  readonly budget: Budget
  /** How many brokers are fetched from. */
  readonly busyInboxes: number
  /** They could not be fetched from here. The inbox has let go of them. */
  onLost(feeds: readonly Feed[], error: unknown, inbox: Inbox): void
  /** The offset is not in the log here. The inbox has let go of it. */
  onOutOfRange(feed: Feed, error: KafkaError, inbox: Inbox): void
  /** What it has read is not in the log here. The inbox has let go of it. */
  onDiverged(feed: Feed, divergence: Divergence, inbox: Inbox): void
  /** It is to be read from another replica. The inbox has let go of it. */
  onRedirected(feed: Feed, nodeId: number, inbox: Inbox): void
  /** It must be found out whether what it has read is in the log. The inbox has let go of it. */
  onUnproven(feed: Feed): void
}

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
  readonly #session = new FetchSession<Feed>()
  readonly #memory = new AnswerMemory()
  #isRunning = false
  /** The connection that has answered. When it breaks, another one may be all that is missing. */
  #proven: Connection | undefined
  #shortWaitMs = SHORT_WAIT_MS
  /** How many partitions the last fetch left out for want of room. */
  #leftOut = 0
  /** How much the last answer brought. */
  #broughtBytes = 0

  constructor(broker: Broker, client: Client, options: InboxOptions, owner: InboxOwner) {
    this.broker = broker
    this.#client = client
    this.#options = options
    this.#owner = owner
  }

  get isEmpty(): boolean {
    return this.#feeds.size === 0
  }

  add(feed: Feed): void {
    this.#feeds.add(feed)
    this.wake()
  }

  remove(feed: Feed): void {
    // Nobody waits for the answer of the poll then; whoever reads next should not either.
    if (this.#feeds.delete(feed) && this.#feeds.size === 0) this.close()
  }

  /** Lets go of the session and the connection. Both are made anew when there is something to fetch again. */
  close(): void {
    this.#endSession()
    this.broker.release(this.#owner.purpose)
  }

  /** There may be something to fetch. */
  wake(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    // What comes in the same turn goes into the same request.
    process.nextTick(() => void this.#run())
  }

  async #run(): Promise<void> {
    // Nothing can be added between the last check and the end of the loop: there is no await between them.
    try {
      for (;;) {
        const connection = this.broker.connected(this.#owner.purpose)
        if (connection === undefined) {
          if (this.#hungry().length === 0) return
          await this.#dial()
          continue
        }
        const wanted = this.#next()
        if (wanted.length === 0) return
        await this.#fetch(connection, wanted)
      }
    } finally {
      this.#isRunning = false
    }
  }

  /** Those that there is room for. */
  #hungry(): Feed[] {
    const { budget } = this.#owner
    return [...this.#feeds].filter(feed => !feed.isPaused && budget.roomFor(feed.bufferedBytes) > 0)
  }

  /** Those to be fetched next, each with its room. */
  #next(): Feed[] {
    const { budget } = this.#owner
    const wanted: Feed[] = []
    let leftOut = 0
    for (const feed of this.#feeds) {
      feed.onBrought(this.#broughtBytes)
      if (feed.isPaused) continue
      feed.roomBytes = budget.roomFor(feed.bufferedBytes)
      if (feed.roomBytes > 0) wanted.push(feed)
      else leftOut++
    }
    const isSame = this.#broughtBytes === 0 && leftOut === this.#leftOut
    this.#shortWaitMs = isSame ? Math.min(2 * this.#shortWaitMs, this.#options.maxWaitMs) : SHORT_WAIT_MS
    this.#leftOut = leftOut
    this.#broughtBytes = 0
    return wanted
  }

  async #dial(): Promise<void> {
    try {
      await this.broker.connection(this.#owner.purpose, this.#client.closing)
    } catch (error) {
      if (!this.#isOwnDoing(error)) this.#lose(this.#hungry(), error)
    }
  }

  async #fetch(connection: Connection, hungry: readonly Feed[]): Promise<void> {
    let wanted = hungry
    try {
      const isKnown = wanted.every(({ topicId }) => topicId !== ZERO_UUID)
      const version = connection.versionOf(Fetch, isKnown ? Infinity : LAST_VERSION_WITH_NAMES)
      if (version < FIRST_VERSION_WITH_DIVERGENCE) wanted = this.#withoutUnproven(wanted)
      if (wanted.length === 0) return
      const { fetch, maxWaitMs, isolationLevel } = this.#options
      const waitMs = this.#leftOut > 0 ? Math.min(this.#shortWaitMs, maxWaitMs) : maxWaitMs
      const body = {
        maxWaitMs: waitMs,
        minBytes: fetch.minBytes,
        maxBytes: this.#maxBytes(wanted),
        isolationLevel: isolationLevel === 'read_committed' ? 1 : 0,
        rackId: this.#owner.rackId,
        ...this.#session.request(wanted, version),
      }
      const timeoutMs = waitMs + this.#client.net.requestTimeoutMs
      connection.readInto(this.#memory.take)
      const answer = await connection.request(Fetch, body, { timeoutMs, maxVersion: version })
      this.#proven = connection
      if (answer.errorCode !== 0) {
        const error = brokerError(answer.errorCode, `fetch from ${this.broker.label}`)
        if (!this.#session.onError(answer.errorCode)) throw error
        this.#client.logger.debug('a fetch session is begun anew', { broker: this.broker.label, error: error.message })
        return
      }
      const isWhole = this.#session.isFull
      this.#session.onAnswer(answer.sessionId)
      const reader = { broker: this.broker, session: this.#session, isCurrent: (feed: Feed) => this.#feeds.has(feed) }
      const outcomes = readAnswer(answer, isWhole, wanted, reader, this.#client.metadata)
      this.#deliver(outcomes)
      this.#memory.settle()
      await this.#handOut(outcomes)
    } catch (error) {
      this.#onFailure(error, connection, wanted)
    }
  }

  /** All that is under way together must fit into what is left, unless there is nothing left but everyone's own share. */
  #maxBytes(wanted: readonly Feed[]): number {
    const { budget, busyInboxes } = this.#owner
    const share = Math.floor(budget.leftBytes / Math.max(1, busyInboxes))
    const room = share > 0 ? share : wanted.reduce((sum, { roomBytes }) => sum + roomBytes, 0)
    return Math.min(this.#options.fetch.maxBytes, room)
  }

  #withoutUnproven(feeds: readonly Feed[]): Feed[] {
    return feeds.filter(feed => {
      const { lastFetchedEpoch, leaderEpoch, provenEpoch } = feed
      const isProven = lastFetchedEpoch < 0 || lastFetchedEpoch >= leaderEpoch || provenEpoch === leaderEpoch
      if (!isProven && this.#feeds.delete(feed)) this.#owner.onUnproven(feed)
      return isProven
    })
  }

  #deliver({ served, filled, filledBytes, failed, outOfRange, diverged, redirected }: Outcomes): void {
    const now = performance.now()
    for (const feed of served) feed.onAnswered(now)
    this.#broughtBytes = filledBytes
    for (const feed of filled) {
      // Those come first in the next request that got nothing in this one, so that none starves behind a busy one.
      if (this.#feeds.delete(feed)) this.#feeds.add(feed)
    }
    for (const [feed, divergence] of diverged)
      if (this.#feeds.delete(feed)) this.#owner.onDiverged(feed, divergence, this)
    for (const [feed, nodeId] of redirected) if (this.#feeds.delete(feed)) this.#owner.onRedirected(feed, nodeId, this)
    for (const [feed, error] of outOfRange) if (this.#feeds.delete(feed)) this.#owner.onOutOfRange(feed, error, this)
    for (const [feed, error] of failed) this.#lose([feed], error)
  }

  /** Lets readers have what came. The next request is written when this resolves. */
  async #handOut({ filled, filledBytes }: Outcomes): Promise<void> {
    if (filled.length === 0) return
    const tell = () => {
      for (const feed of filled) feed.onNews()
    }
    // Readers have their turn when the next request is written, else it would leave only after all that they do at once. A lone
    // message is not kept waiting for that.
    if (filledBytes > SMALL_ANSWER_BYTES) return process.nextTick(tell)
    tell()
    await new Promise<void>(resolve => process.nextTick(resolve))
  }

  #onFailure(error: unknown, connection: Connection, wanted: readonly Feed[]): void {
    this.#session.restart()
    if (this.#isOwnDoing(error)) return
    const isBroken = error instanceof ConnectionError && connection === this.#proven
    this.#proven = undefined
    if (isBroken) {
      this.#client.logger.debug('a fetch is made again', { broker: this.broker.label, error: error.message })
      return
    }
    this.#lose(
      wanted.filter(feed => this.#feeds.has(feed)),
      error,
    )
  }

  /** Whether the connection was let go of because nobody needed it, and somebody does again. */
  #isOwnDoing(error: unknown): boolean {
    return error instanceof ClosedError && !this.#client.closing.aborted
  }

  #lose(feeds: readonly Feed[], error: unknown): void {
    for (const feed of feeds) this.#feeds.delete(feed)
    this.#owner.onLost(feeds, error, this)
  }

  /** Frees the broker's memory of the session. Over another connection: here the last fetch may still be waiting. */
  #endSession(): void {
    const end = this.#session.end()
    const connection = this.broker.connected('general')
    if (end === undefined || connection === undefined) return
    const body = { maxWaitMs: 0, minBytes: 0, topics: [], forgottenTopicsData: [], ...end }
    // Nothing depends on it: the broker forgets old sessions by itself.
    connection.request(Fetch, body).catch(() => {})
  }
}
