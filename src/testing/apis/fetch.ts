import type { Handler, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import { type FetchLimits, type FetchResult, partitionsOf, readAll } from './fetch-read.ts'
import { type FetchSession, type FetchSessions, type WantedPartition, wantedOf } from './fetch-session.ts'
import { LeaderHints } from './leadership.ts'
import type { Services } from './services.ts'

const SESSIONS_SINCE = 7

/** Reads batches; waits until there are enough. `sessionsOf` gives the sessions of a broker. */
export function fetch(services: Services, sessionsOf: (broker: number) => FetchSessions): Handler<'Fetch'> {
  return (request, context) => {
    const entered = orRefusal(() =>
      context.version < SESSIONS_SINCE
        ? { session: undefined, isFull: true }
        : sessionsOf(context.broker).enter(request, context.version),
    )
    if (entered instanceof Refusal) return { errorCode: entered.errorCode, responses: [] }
    const { session, isFull } = entered
    const fetching = new Fetching(services, request, context, session?.wanted ?? wantedOf(request.topics))
    const answer = (result: FetchResult) => answerOf(result, fetching.hints, session, isFull)
    const result = fetching.read()
    return fetching.isEnough(result) ? answer(result) : fetching.wait().then(answer)
  }
}

/** One fetch, which may be read several times before there is enough. */
class Fetching {
  readonly #services: Services
  readonly #request: RequestOf<'Fetch'>
  readonly #context: RequestContext
  readonly #wanted: readonly WantedPartition[]
  readonly #limits: FetchLimits
  hints: LeaderHints

  constructor(
    services: Services,
    request: RequestOf<'Fetch'>,
    context: RequestContext,
    wanted: readonly WantedPartition[],
  ) {
    this.#services = services
    this.#request = request
    this.#context = context
    this.#wanted = wanted
    this.#limits = { maxBytes: request.maxBytes, committedOnly: request.isolationLevel === 1 }
    this.hints = new LeaderHints(services.state)
  }

  read(): FetchResult {
    this.hints = new LeaderHints(this.#services.state)
    return readAll(this.#services, this.#context, this.#wanted, this.#limits, this.hints)
  }

  isEnough({ sizeBytes, isUrgent }: FetchResult): boolean {
    const { maxWaitMs, minBytes } = this.#request
    return isUrgent || maxWaitMs <= 0 || sizeBytes >= minBytes || this.#wanted.length === 0
  }

  /** What there is when it is enough, or when the client's time is over. Nothing any more when the connection is closed. */
  wait(): Promise<FetchResult> {
    return new Promise(resolve => {
      let isOver = false
      let isLooking = false
      const forgets: (() => void)[] = []
      const stop = (): void => {
        isOver = true
        timer.cancel()
        for (const forget of forgets) forget()
      }
      const finish = (result: FetchResult): void => {
        stop()
        resolve(result)
      }
      const look = (): void => {
        isLooking = false
        if (isOver) return
        const result = this.read()
        if (this.isEnough(result)) finish(result)
      }
      // Changes come in bursts, such as those of one produce request: they are looked at together.
      const lookSoon = (): void => {
        if (!isLooking) setImmediate(look)
        isLooking = true
      }
      const { state } = this.#services
      const partitions = partitionsOf(this.#services, this.#wanted, this.#context.version)
      const timer = state.clock.setTimer(this.#request.maxWaitMs, () => finish(this.read()))
      forgets.push(...partitions.map(partition => partition.onChange(lookSoon)))
      // It may have been closed before the request was looked at.
      forgets.push(this.#context.connection.onClose(stop))
    })
  }
}

function answerOf(
  { partitions }: FetchResult,
  hints: LeaderHints,
  session: FetchSession | undefined,
  isFull: boolean,
): ResponseOf<'Fetch'> {
  type TopicResponse = { topic: string; topicId: string; partitions: (typeof partitions)[number]['answer'][] }
  const responses: TopicResponse[] = []
  for (const { wanted, answer } of partitions) {
    const { errorCode, highWatermark, logStartOffset = -1n, records, divergingEpoch } = answer
    const hasRecords = (records?.length ?? 0) > 0
    const told = { errorCode, highWatermark, logStartOffset, hasRecords, hasParted: divergingEpoch !== undefined }
    const isTold = session?.tells(wanted, told) ?? true
    if (!isTold && !isFull) continue
    const { topic, topicId } = wanted
    const last = responses.at(-1)
    if (last !== undefined && last.topic === topic && last.topicId === topicId) last.partitions.push(answer)
    else responses.push({ topic, topicId, partitions: [answer] })
  }
  const nodeEndpoints = hints.endpoints()
  return { sessionId: session?.id ?? 0, responses, ...(nodeEndpoints.length > 0 && { nodeEndpoints }) }
}
