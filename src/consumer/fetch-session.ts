import { errorCodes } from '../errors/broker-codes.ts'

/** The first version with sessions (KIP-227). */
const FIRST_WITH_SESSIONS = 7
/** The first version that tells what was read last (KIP-595). */
const FIRST_WITH_LAST_EPOCH = 12
/** The first version in which topics go by their ids (KIP-516). */
const FIRST_WITH_IDS = 13

const NO_SESSION = 0
/** Begins a session, or begins it anew. */
const FULL = 0
/** Ends a session. */
const FINAL = -1
const MAX_EPOCH = 2 ** 31 - 1

const SESSION_ERRORS: ReadonlySet<number> = new Set([
  errorCodes.FETCH_SESSION_ID_NOT_FOUND,
  errorCodes.INVALID_FETCH_SESSION_EPOCH,
  errorCodes.FETCH_SESSION_TOPIC_ID_ERROR,
])

/** What is wanted of a partition. */
export interface Wanted {
  readonly topic: string
  readonly topicId: string
  readonly partition: number
  /** Names the partition by its topic's name. */
  readonly name: string
  /** Names the partition by its topic's id. */
  readonly idKey: string
  readonly fetchOffset: bigint
  readonly lastFetchedEpoch: number
  readonly leaderEpoch: number
  readonly roomBytes: number
}

/** The part of a fetch request that names partitions. */
export interface SessionRequest {
  readonly sessionId: number
  readonly sessionEpoch: number
  readonly topics: readonly TopicRequest[]
  readonly forgottenTopicsData: readonly ForgottenTopic[]
}

interface TopicRequest {
  readonly topic: string
  readonly topicId: string
  readonly partitions: {
    readonly partition: number
    readonly currentLeaderEpoch: number
    readonly fetchOffset: bigint
    readonly lastFetchedEpoch: number
    readonly partitionMaxBytes: number
  }[]
}

interface ForgottenTopic {
  readonly topic: string
  readonly topicId: string
  readonly partitions: number[]
}

/** What a broker was last asked of a partition. */
interface Asked<W> {
  wanted: W
  topicId: string
  fetchOffset: bigint
  lastFetchedEpoch: number
  leaderEpoch: number
  roomBytes: number
  /** The number of the request that last wanted it. */
  round: number
}

/**
 * One broker's incremental fetch session (KIP-227): the broker remembers what it was asked for, and each further request tells only
 * what is different. Keeps the books, and sends nothing.
 */
export class FetchSession<W extends Wanted> {
  #id = NO_SESSION
  /** Of the next request. */
  #epoch = FULL
  #usesIds = false
  #round = 0
  readonly #asked = new Map<string, Asked<W>>()

  /** Whether the next answer has to tell of all partitions; else it leaves out those that have nothing new. */
  get isFull(): boolean {
    return this.#epoch === FULL
  }

  /** The next request. It counts as made: if it fails, tell {@link restart}. */
  request(wanted: readonly W[], version: number): SessionRequest {
    const usesIds = version >= FIRST_WITH_IDS
    if (usesIds !== this.#usesIds) this.restart()
    this.#usesIds = usesIds
    if (this.isFull) this.#asked.clear()
    this.#round++
    const topics = new Map<string, TopicRequest>()
    for (const each of wanted)
      if (this.#note(each)) addPartition(topics, usesIds ? each.topicId : each.topic, each, version)
    const isSupported = version >= FIRST_WITH_SESSIONS
    return {
      sessionId: this.#id,
      sessionEpoch: isSupported ? this.#epoch : FINAL,
      topics: [...topics.values()],
      forgottenTopicsData: this.#asked.size > wanted.length ? this.#forget() : [],
    }
  }

  /** Takes the session that the answer to the last request tells of. */
  onAnswer(sessionId: number): void {
    if (sessionId === NO_SESSION) {
      // The broker has no room for a session, or has ended it.
      this.#id = NO_SESSION
      this.#epoch = FULL
      return
    }
    this.#id = sessionId
    this.#epoch = nextEpoch(this.#epoch)
  }

  /** Tells whether an error of a whole answer is one of the session alone: then the next request is full, and may be made at once. */
  onError(errorCode: number): boolean {
    if (!SESSION_ERRORS.has(errorCode)) return false
    const wasFull = this.isFull
    this.restart()
    if (errorCode === errorCodes.FETCH_SESSION_ID_NOT_FOUND) this.#id = NO_SESSION
    return !wasFull
  }

  /** The next request is full. */
  restart(): void {
    this.#epoch = FULL
  }

  /** What the broker was asked of a partition that it answers for. A topic goes by its name or its id, as in the request. */
  asked(topic: string, topicId: string, partition: number): Readonly<Asked<W>> | undefined {
    return this.#asked.get(`${this.#usesIds ? topicId : topic}-${partition}`)
  }

  /** What tells the broker that the session is over; undefined where there is none. */
  end(): Pick<SessionRequest, 'sessionId' | 'sessionEpoch'> | undefined {
    if (this.#id === NO_SESSION) return undefined
    const sessionId = this.#id
    this.#id = NO_SESSION
    this.#epoch = FULL
    return { sessionId, sessionEpoch: FINAL }
  }

  /** Whether the broker has to be told what is wanted of a partition. */
  #note(wanted: W): boolean {
    const { topicId, fetchOffset, lastFetchedEpoch, leaderEpoch, roomBytes } = wanted
    const key = this.#usesIds ? wanted.idKey : wanted.name
    const asked = this.#asked.get(key)
    if (asked === undefined) {
      const round = this.#round
      this.#asked.set(key, { wanted, topicId, fetchOffset, lastFetchedEpoch, leaderEpoch, roomBytes, round })
      return true
    }
    asked.wanted = wanted
    asked.topicId = topicId
    asked.round = this.#round
    if (
      asked.fetchOffset === fetchOffset &&
      asked.roomBytes === roomBytes &&
      asked.leaderEpoch === leaderEpoch &&
      asked.lastFetchedEpoch === lastFetchedEpoch
    )
      return false
    asked.fetchOffset = fetchOffset
    asked.lastFetchedEpoch = lastFetchedEpoch
    asked.leaderEpoch = leaderEpoch
    asked.roomBytes = roomBytes
    return true
  }

  /** Those that the broker still knows of and that are not wanted any more. */
  #forget(): ForgottenTopic[] {
    const topics = new Map<string, ForgottenTopic>()
    for (const [key, { wanted, topicId, round }] of this.#asked) {
      if (round === this.#round) continue
      this.#asked.delete(key)
      // The id that was told; the topic may have another one by now.
      const name = this.#usesIds ? topicId : wanted.topic
      const known = topics.get(name)
      if (known !== undefined) known.partitions.push(wanted.partition)
      else topics.set(name, { topic: wanted.topic, topicId, partitions: [wanted.partition] })
    }
    return [...topics.values()]
  }
}

/** The epoch of the request after that of another one: 0 would begin a session. */
export function nextEpoch(epoch: number): number {
  return epoch === MAX_EPOCH ? 1 : epoch + 1
}

function addPartition(topics: Map<string, TopicRequest>, key: string, wanted: Wanted, version: number): void {
  let known = topics.get(key)
  if (known === undefined) {
    known = { topic: wanted.topic, topicId: wanted.topicId, partitions: [] }
    topics.set(key, known)
  }
  known.partitions.push({
    partition: wanted.partition,
    currentLeaderEpoch: wanted.leaderEpoch,
    fetchOffset: wanted.fetchOffset,
    lastFetchedEpoch: version >= FIRST_WITH_LAST_EPOCH ? wanted.lastFetchedEpoch : -1,
    partitionMaxBytes: wanted.roomBytes,
  })
}
