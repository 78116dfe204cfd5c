import { type BrokerErrorName, errorCodes } from '../../errors/broker-codes.ts'
import { refuse } from '../../util/known-keys.ts'
import { describeValue } from '../../util/options.ts'
import type { Clock } from '../clock.ts'
import type { ApiName, RequestContext } from '../handlers.ts'
import type { AnyResponse, Delivery, Exchange } from '../server/exchange.ts'
import { errorAnswer } from './error-answer.ts'
import { isAbout, isAddressed, type Where, whereProblems } from './where.ts'

/** Something that a test has broken. It is mended with `undo`, or by `using`. */
export interface Fault extends Disposable, AsyncDisposable {
  /** How often it has had an effect. */
  readonly hits: number
  /** Mends it; a second time does nothing. */
  undo(): Promise<void>
}

/** A fault that is undone by a function. */
export function faultOf(undo: () => void | Promise<void>, hits: () => number = () => 0): Fault {
  let isUndone = false
  const mend = async (): Promise<void> => {
    if (isUndone) return
    isUndone = true
    await undo()
  }
  return {
    get hits() {
      return hits()
    },
    undo: mend,
    [Symbol.dispose]: () => void mend(),
    [Symbol.asyncDispose]: mend,
  }
}

/** Where a fault is that answers with an error: in one API. */
export interface FailingWhere extends Where {
  readonly api: ApiName
}

/** Stands between a request and its answer. */
export type Interceptor = (exchange: Exchange, next: () => Promise<Delivery>) => Promise<Delivery>

interface Rule {
  readonly where: Where
  /** Undefined: an error that handlers ask for. */
  readonly intercept: Interceptor | undefined
  readonly errorCode: number
  left: number
  hits: number
}

/** APIs whose handlers ask {@link Faults.errorFor} for each partition: the others of a request are answered as ever. */
const BY_PARTITION = new Set<ApiName>([
  'Metadata',
  'Produce',
  'Fetch',
  'ListOffsets',
  'OffsetForLeaderEpoch',
  'DeleteRecords',
  'WriteTxnMarkers',
  'DescribeProducers',
])
/** Errors of a fetch as a whole. */
const OF_FETCH_SESSIONS = new Set<BrokerErrorName>([
  'FETCH_SESSION_ID_NOT_FOUND',
  'INVALID_FETCH_SESSION_EPOCH',
  'FETCH_SESSION_TOPIC_ID_ERROR',
])

/** What faults see of the cluster. */
interface FaultyCluster {
  readonly clock: Clock
  readonly brokers: ReadonlyMap<number, unknown>
  topicId(name: string): string | undefined
}

/** What is broken at the moment. What was broken last comes first. */
export class Faults {
  readonly #cluster: FaultyCluster
  #rules: Rule[] = []

  constructor(cluster: FaultyCluster) {
    this.#cluster = cluster
  }

  intercept(where: Where, intercept: Interceptor): Fault {
    return this.#add(where, intercept, errorCodes.NONE)
  }

  /** Answers with an error, without doing what is asked. */
  fail(error: BrokerErrorName, where: FailingWhere): Fault {
    if (!Object.hasOwn(errorCodes, error)) {
      refuse([{ option: 'error', problem: `there is no such error as ${describeValue(error)}` }])
    }
    if (typeof where?.api !== 'string')
      refuse([{ option: 'where.api', problem: 'must be given: one API, such as Produce' }])
    const errorCode = errorCodes[error]
    const answers: Interceptor = async ({ request, context }) => ({
      body: errorAnswer(context.api, context.version, request, errorCode),
    })
    const isForAll = !BY_PARTITION.has(where.api) || OF_FETCH_SESSIONS.has(error)
    return isForAll ? this.intercept(where, answers) : this.#add(where, undefined, errorCode)
  }

  /** Holds requests up, as if the way to the broker and back took so long. Those that come together go on together. */
  delay(ms: number, where: Where): Fault {
    checkMs(ms)
    return this.intercept(where, async ({ arrivedAtMs }, next) => {
      const { clock } = this.#cluster
      const left = arrivedAtMs + ms - clock.now()
      if (left > 0) await new Promise<void>(resolve => clock.setTimer(left, resolve))
      return next()
    })
  }

  /** Answers nothing until it is undone; then what has waited is handled. */
  hang(where: Where): Fault {
    let release = (): void => {}
    const released = new Promise<void>(resolve => {
      release = resolve
    })
    const fault = this.intercept(where, async (_, next) => {
      await released
      return next()
    })
    return faultOf(
      async () => {
        await fault.undo()
        release()
      },
      () => fault.hits,
    )
  }

  /** Asks the client to wait before it sends more, and reads nothing from it meanwhile (KIP-219). */
  throttle(ms: number, where: Where): Fault {
    checkMs(ms)
    return this.intercept(where, async (_, next) => {
      const delivery = await next()
      if (delivery.body === undefined) return delivery
      const body = { ...delivery.body, throttleTimeMs: ms } as AnyResponse
      return { ...delivery, body, mutesForMs: ms }
    })
  }

  /** The error code that a test wants for a topic or partition; 0 for none. */
  errorFor(context: RequestContext, topic: string, partition?: number): number {
    for (const rule of this.#rules) {
      const { where } = rule
      const isMeant =
        rule.intercept === undefined &&
        (where.topic === undefined || where.topic === topic) &&
        (where.partition === undefined || where.partition === partition) &&
        isAddressed(where, context)
      if (!isMeant) continue
      this.#hit(rule)
      return rule.errorCode
    }
    return errorCodes.NONE
  }

  /** Has the request handled, with all that is broken about it. */
  apply(exchange: Exchange, handle: () => Delivery | Promise<Delivery>): Delivery | Promise<Delivery> {
    if (this.#rules.length === 0) return handle()
    let next = handle
    for (const rule of this.#rules.filter(each => this.#befalls(each, exchange)).reverse()) {
      const inner = next
      next = () => {
        // Others may have used it up, or it was undone, while this request was held up by another fault.
        if (!this.#rules.includes(rule)) return inner()
        this.#hit(rule)
        return rule.intercept!(exchange, async () => inner())
      }
    }
    return next()
  }

  #befalls({ where, intercept }: Rule, { request, context }: Exchange): boolean {
    if (intercept === undefined || !isAddressed(where, context)) return false
    return isAbout(where, request, where.topic === undefined ? undefined : this.#cluster.topicId(where.topic))
  }

  #hit(rule: Rule): void {
    rule.hits++
    if (--rule.left <= 0) this.#remove(rule)
  }

  #add(where: Where, intercept: Interceptor | undefined, errorCode: number): Fault {
    refuse(whereProblems(where, this.#cluster.brokers.keys()))
    const rule = { where, intercept, errorCode, left: where.times ?? Infinity, hits: 0 }
    this.#rules.unshift(rule)
    return faultOf(
      () => this.#remove(rule),
      () => rule.hits,
    )
  }

  #remove(rule: Rule): void {
    this.#rules = this.#rules.filter(other => other !== rule)
  }
}

function checkMs(ms: number): void {
  if (Number.isFinite(ms) && ms >= 0) return
  refuse([{ option: 'ms', problem: `must be milliseconds from 0 on, not ${describeValue(ms)}` }])
}
