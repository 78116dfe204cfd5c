import { randomInt } from 'node:crypto'
import type { Clock } from '../clock.ts'
import type { RequestOf } from '../handlers.ts'
import { Refusal } from '../refusal.ts'

/** A partition that a client wants to read, as it last said. */
export interface WantedPartition {
  /** Empty where the client goes by ids. */
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  readonly fetchOffset: bigint
  readonly maxBytes: number
  readonly currentLeaderEpoch: number
  readonly lastFetchedEpoch: number
}

/** What matters of an answer about a partition to tell whether it has to be told. */
export interface Told {
  readonly errorCode: number
  readonly highWatermark: bigint
  readonly logStartOffset: bigint
  readonly hasRecords: boolean
  readonly hasParted: boolean
}

const NO_SESSION = 0
const FIRST_EPOCH = 0
const FINAL_EPOCH = -1
const LAST_EPOCH = 0x7fffffff
export const BY_TOPIC_ID_SINCE = 13
/** How long a session is safe from being given up for another, in milliseconds. */
const SAFE_FOR_MS = 120_000

/** What a broker remembers of a client's fetches (KIP-227), so that each need only tell what is different. */
export class FetchSession {
  readonly id: number
  readonly byTopicId: boolean
  readonly openedAtMs: number
  usedAtMs: number
  epoch = 1
  readonly #wanted = new Map<string, WantedPartition>()
  readonly #told = new Map<string, Pick<Told, 'highWatermark' | 'logStartOffset'>>()

  constructor(id: number, byTopicId: boolean, nowMs: number) {
    this.id = id
    this.byTopicId = byTopicId
    this.openedAtMs = nowMs
    this.usedAtMs = nowMs
  }

  /** How many partitions it has. */
  get size(): number {
    return this.#wanted.size
  }

  get wanted(): WantedPartition[] {
    return [...this.#wanted.values()]
  }

  update({ topics, forgottenTopicsData }: RequestOf<'Fetch'>): void {
    for (const { topic, topicId, partitions } of forgottenTopicsData) {
      for (const partition of partitions) {
        const key = keyOf({ topic, topicId, partition })
        this.#wanted.delete(key)
        this.#told.delete(key)
      }
    }
    for (const wanted of wantedOf(topics)) this.#wanted.set(keyOf(wanted), wanted)
  }

  nextEpoch(): void {
    this.epoch = this.epoch === LAST_EPOCH ? 1 : this.epoch + 1
  }

  /**
   * Whether an answer has to be told: it has something new. Takes note that it is. A partition with records goes to the
   * end of the list, so that when the room of an answer is short each gets its turn.
   */
  tells(wanted: WantedPartition, told: Told): boolean {
    const key = keyOf(wanted)
    const { errorCode, highWatermark, logStartOffset, hasRecords, hasParted } = told
    const before = this.#told.get(key)
    const isNew = before?.highWatermark !== highWatermark || before.logStartOffset !== logStartOffset
    // An error is told again as long as it lasts, and what comes after it in any case.
    if (errorCode === 0) this.#told.set(key, { highWatermark, logStartOffset })
    else this.#told.delete(key)
    // It may have been forgotten while the fetch was waiting.
    if (hasRecords && this.#wanted.delete(key)) this.#wanted.set(key, wanted)
    return isNew || hasRecords || hasParted || errorCode !== 0
  }
}

/** The fetch sessions of one broker. They belong to no connection: clients go on with them on the next one. */
export class FetchSessions {
  /** Which was used last comes last. */
  readonly #sessions = new Map<number, FetchSession>()
  readonly #slots: number
  readonly #clock: Clock

  /** @param slots how many there can be. */
  constructor(slots: number, clock: Clock) {
    this.#slots = slots
    this.#clock = clock
  }

  /**
   * The session that a fetch belongs to, brought up to date; undefined for a fetch without one.
   *
   * @throws {@link Refusal} of the whole fetch.
   */
  enter(request: RequestOf<'Fetch'>, version: number): { session: FetchSession | undefined; isFull: boolean } {
    const { sessionId, sessionEpoch } = request
    if (sessionEpoch === FIRST_EPOCH || sessionEpoch === FINAL_EPOCH) {
      this.#sessions.delete(sessionId)
      const opens = sessionEpoch === FIRST_EPOCH && request.topics.length > 0
      return { session: opens ? this.#open(request, version) : undefined, isFull: true }
    }
    const session = this.#sessions.get(sessionId)
    if (session === undefined) throw new Refusal('FETCH_SESSION_ID_NOT_FOUND')
    if (session.epoch !== sessionEpoch) throw new Refusal('INVALID_FETCH_SESSION_EPOCH')
    if (session.byTopicId !== version >= BY_TOPIC_ID_SINCE) throw new Refusal('FETCH_SESSION_TOPIC_ID_ERROR')
    session.update(request)
    this.#sessions.delete(sessionId)
    if (session.size === 0) return { session: undefined, isFull: false }
    session.usedAtMs = this.#clock.now()
    this.#sessions.set(sessionId, session)
    session.nextEpoch()
    return { session, isFull: false }
  }

  clear(): void {
    this.#sessions.clear()
  }

  /** Undefined where there is no room for it. */
  #open(request: RequestOf<'Fetch'>, version: number): FetchSession | undefined {
    let id = NO_SESSION
    while (id === NO_SESSION || this.#sessions.has(id)) id = randomInt(1, LAST_EPOCH)
    const session = new FetchSession(id, version >= BY_TOPIC_ID_SINCE, this.#clock.now())
    session.update(request)
    if (!this.#makeRoom(session)) return undefined
    this.#sessions.set(id, session)
    return session
  }

  /** Makes room as Kafka does: a session that is not used any more goes, or else one that has fewer partitions than the new one. */
  #makeRoom(opened: FetchSession): boolean {
    if (this.#sessions.size < this.#slots) return true
    const sinceMs = opened.openedAtMs - SAFE_FOR_MS
    const [leastUsed] = this.#sessions.values()
    if (leastUsed !== undefined && leastUsed.usedAtMs < sinceMs) return this.#sessions.delete(leastUsed.id)
    const [smallest] = [...this.#sessions.values()]
      .filter(({ openedAtMs, size }) => openedAtMs < sinceMs && size < opened.size)
      .sort((a, b) => a.size - b.size)
    return smallest !== undefined && this.#sessions.delete(smallest.id)
  }
}

/** The partitions of a request, in its order. */
export function wantedOf(topics: RequestOf<'Fetch'>['topics']): WantedPartition[] {
  return topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }) => ({
      topic,
      topicId,
      partition,
      fetchOffset,
      maxBytes: partitionMaxBytes,
      currentLeaderEpoch,
      lastFetchedEpoch,
    })),
  )
}

function keyOf({ topic, topicId, partition }: Pick<WantedPartition, 'topic' | 'topicId' | 'partition'>): string {
  return `${topic}/${topicId}/${partition}`
}
