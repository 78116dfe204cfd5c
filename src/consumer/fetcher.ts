import type { Client, Leader } from '../cluster/client.ts'
import type { StartOffset } from '../cluster/list-offset.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { OffsetResetEvent } from '../observe/hooks.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import { backoffMs } from '../util/backoff.ts'
import { BackOffs } from './back-offs.ts'
import { Budget } from './budget.ts'
import { Course } from './course.ts'
import { isForMetadata, mayPass } from './failures.ts'
import type { Feed, FeedOwner } from './feed.ts'
import type { Divergence } from './fetch-answer.ts'
import { Inbox, type InboxOptions, type InboxOwner } from './inbox.ts'
import { Questions, type QuestionsOptions, type ResetPolicy } from './questions.ts'
import { Reports } from './reports.ts'
import { StallWatch } from './stall-watch.ts'

/** How long a replica is read from where metadata is not refreshed by the clock. */
const DEFAULT_REPLICA_MS = 300_000

export interface FetcherOptions extends InboxOptions, QuestionsOptions {
  readonly maxBufferedBytes: number
  readonly offsets: { readonly reset: ResetPolicy }
  readonly stalledAfterMs: number
}

/** What of the configuration is not the consumer's own. */
export interface Surroundings {
  /** The rack of this client; empty for none. */
  readonly rackId: string
  /** For so long a replica is preferred that a leader has named. */
  readonly refreshFrequencyMs: number
}

/**
 * Brings partitions to the inbox of their leader, or of a nearer replica, and again after failures that may heal; finds out where
 * they begin, and where they go on when their offset is not in the log.
 */
export class Fetcher implements InboxOwner, FeedOwner {
  readonly purpose = Symbol('fetch')
  readonly rackId: string
  readonly budget: Budget
  readonly #client: Client
  readonly #options: FetcherOptions
  readonly #replicaMs: number
  readonly #reports: Reports
  readonly #questions: Questions
  readonly #inboxes = new Map<number, Inbox>()
  readonly #courses = new Map<Feed, Course>()
  readonly #backOffs = new BackOffs(feed => this.#place(feed))
  readonly #stallWatch: StallWatch
  readonly #unsubscribe: () => void

  constructor(client: Client, options: FetcherOptions, { rackId, refreshFrequencyMs }: Surroundings) {
    this.rackId = rackId
    this.budget = new Budget(options.maxBufferedBytes, options.fetch.defaultBytes)
    this.#client = client
    this.#options = options
    this.#replicaMs = refreshFrequencyMs || DEFAULT_REPLICA_MS
    this.#reports = new Reports(client)
    this.#questions = new Questions(client, options, this.#reports)
    this.#stallWatch = new StallWatch(() => this.#courses.keys(), options.stalledAfterMs, client)
    this.#unsubscribe = client.metadata.onChange(() => {
      for (const [feed, course] of [...this.#courses]) this.#review(feed, course)
    })
  }

  get busyInboxes(): number {
    let count = 0
    for (const inbox of this.#inboxes.values()) if (!inbox.isEmpty) count++
    return count
  }

  /** Begins to fetch a partition. Whatever goes wrong for good ends the feed. */
  start(feed: Feed, from: StartOffset): void {
    const course = new Course(from)
    this.#courses.set(feed, course)
    this.budget.feeds = this.#courses.size
    this.#stallWatch.start()
    this.#begin(feed, course, from)
  }

  /** Goes on elsewhere. What was fetched already is dropped. */
  seek(feed: Feed, from: StartOffset): void {
    const course = this.#courses.get(feed)
    if (course === undefined) return
    course.from = from
    feed.clear()
    const isOnItsWay = course.inbox !== undefined || this.#backOffs.has(feed)
    feed.moveTo(typeof from === 'bigint' ? from : -1n)
    if (typeof from !== 'bigint' || !isOnItsWay) this.#begin(feed, course, from)
    else course.inbox?.wake()
  }

  resume(feed: Feed): void {
    feed.resume()
    this.#courses.get(feed)?.inbox?.wake()
  }

  onTaken(feed: Feed, isRelief: boolean): void {
    if (isRelief) for (const inbox of this.#inboxes.values()) inbox.wake()
    else if (this.budget.roomFor(feed.bufferedBytes) > 0) this.#courses.get(feed)?.inbox?.wake()
  }

  onEnded(feed: Feed): void {
    const course = this.#courses.get(feed)
    if (course === undefined) return
    this.#detach(feed, course)
    this.#courses.delete(feed)
    this.budget.feeds = this.#courses.size
    if (this.#courses.size === 0) this.#stallWatch.stop()
  }

  onLost(feeds: readonly Feed[], error: unknown, inbox?: Inbox): void {
    const lost = feeds.filter(feed => {
      if (!this.#courses.has(feed)) return false
      feed.attempts++
      const isHopeless = !(error instanceof KafkaError) || !mayPass(error) || feed.attempts > this.#options.retry.max
      if (isHopeless) feed.fail(error)
      return !isHopeless
    })
    if (lost.length > 0) this.#retry(lost, error as KafkaError, inbox)
  }

  onOutOfRange(feed: Feed, error: KafkaError, inbox: Inbox): void {
    const course = this.#courses.get(feed)!
    const { reset } = this.#options.offsets
    if (course.isReplica(inbox)) {
      // It may be behind, or ahead in what it has deleted: only the leader's word counts.
      feed.attempts++
      this.#retry([feed], error, inbox)
    } else if (feed.lastFetchedEpoch >= 0) {
      // Brokers answer so too when they cannot tell where that epoch ended: the offset itself may be fine.
      feed.lastFetchedEpoch = -1
      this.#place(feed)
    } else if (reset === 'fail') {
      feed.fail(error)
    } else {
      const find = (signal: AbortSignal) => this.#questions.reset(feed, reset, signal)
      this.#ask(feed, course, find, offset => {
        // Where fetches go by names, this may be all that is seen of a topic that was made anew.
        if (!this.#isSameTopic(feed, course)) return
        if (offset !== feed.fetchOffset) {
          this.#readOn(feed, feed.fetchOffset, offset, 'out-of-range')
        } else {
          feed.attempts++
          this.#retry([feed], error)
        }
      })
    }
  }

  onDiverged(feed: Feed, divergence: Divergence, inbox?: Inbox): void {
    const { epoch, endOffset } = divergence
    const { position, positionEpoch, name } = feed
    const where = `${name} at offset ${position}, where epoch ${epoch} ended at offset ${endOffset}`
    if (inbox !== undefined && this.#courses.get(feed)!.isReplica(inbox)) {
      // It may be behind.
      this.onOutOfRange(feed, brokerError(errorCodes.OFFSET_OUT_OF_RANGE, where), inbox)
      return
    }
    if (endOffset >= position) {
      // Nothing that was handed out is other than it was.
      feed.clear()
      feed.moveTo(position, Math.min(positionEpoch, epoch))
      this.#place(feed)
    } else if (this.#options.offsets.reset === 'fail') {
      feed.fail(brokerError(errorCodes.OFFSET_OUT_OF_RANGE, where))
    } else {
      feed.clear()
      this.#readOn(feed, position, endOffset, 'truncated', epoch)
    }
  }

  onRedirected(feed: Feed, nodeId: number, inbox: Inbox): void {
    if (this.#client.brokers.get(nodeId) === undefined) {
      const what = `${feed.name} on node ${nodeId}, which its leader wants to be read`
      this.onLost([feed], brokerError(errorCodes.REPLICA_NOT_AVAILABLE, what), inbox)
      return
    }
    const { topic, partition } = feed
    this.#client.logger.debug('a partition is read from a nearer replica', { topic, partition, nodeId })
    this.#courses.get(feed)!.replica = { nodeId, until: performance.now() + this.#replicaMs }
    this.#place(feed)
  }

  onUnproven(feed: Feed): void {
    const { leaderEpoch } = feed
    const find = (signal: AbortSignal) => this.#questions.divergence(feed, signal)
    this.#ask(feed, this.#courses.get(feed)!, find, divergence => {
      feed.provenEpoch = leaderEpoch
      if (divergence === undefined) this.#place(feed)
      else this.onDiverged(feed, divergence)
    })
  }

  /** Lets go of the connections. The feeds have ended by now. */
  close(): void {
    this.#unsubscribe()
    this.#stallWatch.stop()
    for (const inbox of this.#inboxes.values()) inbox.close()
  }

  #begin(feed: Feed, course: Course, from: StartOffset): void {
    const find = (signal: AbortSignal) => this.#questions.start(feed, from, signal)
    this.#ask(feed, course, find, ({ topicId, offset }) => {
      feed.topicId = topicId
      feed.moveTo(offset, typeof from === 'bigint' ? feed.startEpoch : -1)
      this.#place(feed)
      if (typeof from !== 'bigint') feed.onMoved(offset)
    })
  }

  /** Finds something out for a feed, which is not fetched meanwhile, and goes on with that. */
  #ask<T>(feed: Feed, course: Course, find: (signal: AbortSignal) => Promise<T>, goOn: (found: T) => void): void {
    this.#detach(feed, course)
    course.asking = new AbortController()
    const { signal } = course.asking
    find(signal).then(
      found => {
        if (signal.aborted) return
        course.asking = undefined
        goOn(found)
      },
      error => {
        if (!signal.aborted) feed.fail(error)
      },
    )
  }

  /** Nothing is on its way for the feed any more. */
  #detach(feed: Feed, course: Course): void {
    course.asking?.abort()
    course.asking = undefined
    this.#backOffs.cancel(feed)
    course.inbox?.remove(feed)
    course.inbox = undefined
  }

  /** Brings a feed to where it is fetched from now. */
  #place(feed: Feed): void {
    const course = this.#courses.get(feed)
    if (course === undefined || !this.#isSameTopic(feed, course)) return
    let inbox: Inbox
    try {
      const { broker, leaderEpoch } = this.#leaderOf(feed, course)
      course.leader = broker
      feed.leaderEpoch = leaderEpoch
      inbox = this.#inbox(this.#replica(course) ?? broker)
    } catch (error) {
      this.#detach(feed, course)
      course.leader = undefined
      this.onLost([feed], error)
      return
    }
    if (course.inbox !== inbox) this.#detach(feed, course)
    course.inbox = inbox
    inbox.add(feed)
  }

  /** The metadata has changed: the feed may have to go elsewhere. */
  #review(feed: Feed, course: Course): void {
    // Where something is being found out, it is placed afterwards.
    if (course.inbox === undefined && !this.#backOffs.has(feed)) return
    if (!this.#isSameTopic(feed, course)) return
    const leader = this.#leader(feed, course)
    if (leader === undefined) return
    const hasChanged = leader.broker !== course.leader || leader.leaderEpoch !== feed.leaderEpoch
    if (hasChanged) course.replica = undefined
    if (
      hasChanged ||
      (course.inbox !== undefined && course.inbox.broker !== (this.#replica(course) ?? leader.broker))
    ) {
      this.#place(feed)
    }
  }

  #leader(feed: Feed, course: Course): Leader | undefined {
    try {
      return this.#leaderOf(feed, course)
    } catch {
      return undefined
    }
  }

  /** @throws {@link BrokerError} where none is known, or only that of a topic that was deleted. */
  #leaderOf({ topic, partition, name }: Feed, { formerTopicIds }: Course): Leader {
    if (!formerTopicIds.has(this.#topicIdOf(topic))) return this.#client.leader(topic, partition)
    throw brokerError(errorCodes.UNKNOWN_TOPIC_ID, `${name}, of which a broker that lags behind tells the former id`)
  }

  #topicIdOf(topic: string): string {
    return this.#client.metadata.topic(topic)?.topicId ?? ZERO_UUID
  }

  #replica(course: Course): Broker | undefined {
    if (course.replica === undefined) return undefined
    if (performance.now() < course.replica.until) return this.#client.brokers.get(course.replica.nodeId)
    course.replica = undefined
    return undefined
  }

  /** Reads on elsewhere, of which the user hears. */
  #readOn(feed: Feed, from: bigint, to: bigint, reason: OffsetResetEvent['reason'], lastFetchedEpoch = -1): void {
    const { topic, partition } = feed
    feed.moveTo(to, lastFetchedEpoch)
    this.#place(feed)
    feed.onMoved(to)
    // Who is told may seek somewhere else, so all has to be settled before.
    this.#reports.onReset({ topic, partition, from, to, reason })
  }

  /** Whether the topic is the one that the feed began to read: else its offsets say nothing, and the new one is read from its start. */
  #isSameTopic(feed: Feed, course: Course): boolean {
    const now = this.#topicIdOf(feed.topic)
    if (now === ZERO_UUID || now === feed.topicId || course.formerTopicIds.has(now)) return true
    const before = feed.topicId
    feed.topicId = now
    // Brokers that are upgraded begin to tell ids at some time.
    if (before === ZERO_UUID) return true
    course.formerTopicIds.add(before)
    // Nothing was read of the other one: it was known from earlier, and deleted by the time that this began.
    if (feed.highWatermark < 0n) {
      feed.startEpoch = -1
      this.#begin(feed, course, course.from)
      return false
    }
    if (this.#options.offsets.reset === 'fail') {
      feed.fail(brokerError(errorCodes.INCONSISTENT_TOPIC_ID, `${feed.name} at offset ${feed.fetchOffset}`))
      return false
    }
    const find = (signal: AbortSignal) => this.#questions.offset(feed, 'oldest', signal)
    this.#ask(feed, course, find, offset => this.#readOn(feed, feed.fetchOffset, offset, 'topic-recreated'))
    return false
  }

  #inbox(broker: Broker): Inbox {
    const known = this.#inboxes.get(broker.nodeId)
    if (known?.broker === broker) return known
    const inbox = new Inbox(broker, this.#client, this.#options, this)
    this.#inboxes.set(broker.nodeId, inbox)
    return inbox
  }

  /** Feeds that failed are fetched where they belong by now, or from the same broker a while later. */
  #retry(feeds: readonly Feed[], error: KafkaError, inbox?: Inbox): void {
    const attempts = Math.max(...feeds.map(feed => feed.attempts))
    this.#reports.onRetry(feeds, error, attempts, inbox?.broker)
    const waiting = feeds.filter(feed => {
      const course = this.#courses.get(feed)
      // Who was told of it may have closed it, or sought another place.
      return course !== undefined && course.asking === undefined && !this.#goesOn(feed, course, inbox)
    })
    if (waiting.length === 0) return
    if (isForMetadata(error, attempts)) this.#client.metadata.refreshSoon()
    this.#backOffs.add(waiting, backoffMs(this.#options.retry, attempts, error))
  }

  /** Whether a feed that failed at `inbox` need not wait, since another broker has it. */
  #goesOn(feed: Feed, course: Course, inbox: Inbox | undefined): boolean {
    // With the leaders that the answer told of it may have found its way already.
    if (course.inbox !== inbox) return true
    course.inbox = undefined
    if (course.isReplica(inbox)) {
      course.replica = undefined
      // Its leader may send it back here.
      if (feed.attempts > 1) return false
    } else {
      const leader = this.#leader(feed, course)
      const isNews = leader?.broker !== course.leader || leader?.leaderEpoch !== feed.leaderEpoch
      if (leader === undefined || !isNews) return false
    }
    this.#place(feed)
    return true
  }
}
