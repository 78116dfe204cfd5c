import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { describeValue, fn, resolveOptions } from '../util/options.ts'
import type { Logger } from './logger.ts'

/** Which broker, and how it is called in errors and logs: `broker 2 (host:9092)`. */
interface BrokerEvent {
  readonly broker: string
  /** -1 for a bootstrap address, whose node id is not known. */
  readonly nodeId: number
}

/** One request, after its answer or its failure. */
export interface RequestEvent extends BrokerEvent {
  /** Kafka's name of the API: `Produce`, `Fetch`, … */
  readonly api: string
  readonly version: number
  /** Length prefix and header included; 0 when it failed before it was written. */
  readonly requestBytes: number
  /** Length prefix and header included; 0 without an answer, which is no error with acks 0. */
  readonly responseBytes: number
  /** From the writing of the request to its end; the wait for a free slot is not in it. */
  readonly durationMs: number
  /** What the caller gets. A broker's error codes are part of an answer, and not here. */
  readonly error?: Error | undefined
}

/** A broker makes this client wait, since it is over a quota (KIP-219). */
export interface ThrottleEvent extends BrokerEvent {
  /** The API whose answer said so. */
  readonly api: string
  readonly throttleTimeMs: number
}

/** A connection has been opened, or the attempt has failed. */
export interface ConnectEvent extends BrokerEvent {
  /** What it carries: `general`, `produce`, `fetch`, `admin`. */
  readonly purpose?: string | undefined
  /** TCP, TLS, the version handshake and SASL together. */
  readonly durationMs: number
  /** Why the attempt failed. */
  readonly error?: Error | undefined
}

/** A connection that was open is not any more. */
export interface DisconnectEvent extends BrokerEvent {
  /** What it carried: `general`, `produce`, `fetch`, `admin`. */
  readonly purpose?: string | undefined
  /** Why it was lost; absent where it was closed because it was not needed any more. */
  readonly error?: Error | undefined
}

/** A producer has closed a batch: nothing is added to it any more. */
export interface BatchEvent {
  readonly topic: string
  readonly partition: number
  /** How many. */
  readonly messages: number
  /** The batch before compression, its header included. */
  readonly uncompressedBytes: number
  /** The batch as it is sent. */
  readonly bytes: number
  /** The codec: `none`, `gzip`, `snappy`, `lz4` or `zstd`. */
  readonly compression: string
}

/** The outcome of a producer's batch. */
export interface DeliveryEvent {
  readonly topic: string
  readonly partition: number
  /** How many. */
  readonly messages: number
  /** The offset of the first message; -1n with acks 0 and after a failure. */
  readonly baseOffset: bigint
  /** How often it was sent. */
  readonly attempts: number
  /** From the first message of the batch to its outcome. */
  readonly durationMs: number
  readonly error?: Error | undefined
}

/** A partition is read on from another offset than the one after the last message. */
export interface OffsetResetEvent {
  readonly topic: string
  readonly partition: number
  /** The offset that reading was at. */
  readonly from: bigint
  /** Where it goes on. */
  readonly to: bigint
  /**
   * The log did not have the offset · it lost messages that had been read, in a leader election · the topic was deleted and made anew.
   */
  readonly reason: 'out-of-range' | 'truncated' | 'topic-recreated'
}

/** A partition that is read has had nothing to hand out and no answer from a broker for `consumer.stalledAfterMs`. */
export interface StalledEvent {
  readonly topic: string
  readonly partition: number
  /** For how long. */
  readonly sinceMs: number
  /** What the last try failed with; absent where none has. */
  readonly lastError?: Error | undefined
}

/** The handler of a group's member takes longer than an option allows. */
export interface SlowHandlerEvent {
  readonly group: string
  readonly topic: string
  readonly partition: number
  /** The offset after what the handler holds; absent where the partition has not begun. */
  readonly position?: bigint | undefined
  /** For how long it has held that, or has not finished. */
  readonly sinceMs: number
  /**
   * Which of the options of `consumer.group`: it holds a message or a batch for too long, and with `maxPollIntervalMs` the member has
   * left the group for that; or it has not finished though its partition is to be given up.
   */
  readonly limit: 'maxProcessingMs' | 'maxPollIntervalMs' | 'rebalance.timeoutMs'
}

/** Something went wrong that samsa deals with by itself, so that no caller may ever hear of it. */
export interface ErrorEvent {
  readonly error: Error
  readonly topic?: string | undefined
  readonly partition?: number | undefined
  readonly broker?: string | undefined
  /** Whether it is tried again. */
  readonly willRetry: boolean
}

/** A function that is told of one kind of event; what it returns is not used. */
export type Hook<Event> = ((event: Event) => unknown) | undefined

/**
 * What is told of the inner life of a client, for metrics and traces. Hooks are called at once and in line, so they should
 * be quick; one that throws, or whose promise rejects, is logged and changes nothing. Events of hooks that are not given
 * are not made.
 */
export interface Hooks {
  /** After each answer, and each request that failed. */
  readonly onRequest?: Hook<RequestEvent>
  /** A broker's answer said how long this client has to be silent. */
  readonly onThrottle?: Hook<ThrottleEvent>
  /** A connection was opened, or could not be. */
  readonly onConnect?: Hook<ConnectEvent>
  /** A connection was closed or lost. */
  readonly onDisconnect?: Hook<DisconnectEvent>
  /** A producer's batch is complete and about to be sent for the first time. */
  readonly onBatch?: Hook<BatchEvent>
  /** A producer's batch has been acknowledged or has failed for good. */
  readonly onDelivery?: Hook<DeliveryEvent>
  /** A consumer reads a partition on from another offset. */
  readonly onOffsetReset?: Hook<OffsetResetEvent>
  /** A consumer gets no answers for a partition. It is told once, until there is one. */
  readonly onStalled?: Hook<StalledEvent>
  /** A handler of a consumer group is too slow. It is told once of each message or batch. */
  readonly onSlowHandler?: Hook<SlowHandlerEvent>
  /** Something failed that is tried again or can be done without. */
  readonly onError?: Hook<ErrorEvent>
}

const hookTable = {
  onRequest: fn(),
  onThrottle: fn(),
  onConnect: fn(),
  onDisconnect: fn(),
  onBatch: fn(),
  onDelivery: fn(),
  onOffsetReset: fn(),
  onStalled: fn(),
  onSlowHandler: fn(),
  onError: fn(),
} satisfies Record<keyof Hooks, unknown>

/** What is wrong with what was given as hooks: unknown names, and members that are no functions. */
export function checkHooks(value: unknown, path: string): string | readonly ConfigurationProblem[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object of functions, not ${describeValue(value)}`
  }
  const problems: ConfigurationProblem[] = []
  resolveOptions(hookTable, membersOf(value), path, problems)
  return problems
}

/** All that a plain object has. Of an instance of a class only what is called as hooks are: the rest is its own business. */
function membersOf(value: object): Record<string, unknown> {
  const members = value as Readonly<Record<string, unknown>>
  const names = new Set(Object.keys(value))
  const isPlain = [Object.prototype, null].includes(Object.getPrototypeOf(value))
  if (!isPlain) {
    for (let of = value; of !== null && of !== Object.prototype; of = Object.getPrototypeOf(of)) {
      for (const name of Object.getOwnPropertyNames(of)) names.add(name)
    }
    for (const name of names) if (!/^on[A-Z]/.test(name)) names.delete(name)
  }
  return Object.fromEntries([...names].map(name => [name, members[name]]))
}

/** The same hooks, none of which ever throws: what samsa does must not depend on who listens. Absent ones stay so. */
export function safeHooks(hooks: Hooks, logger: Logger): Hooks {
  const guard = <Event>(name: keyof Hooks, hook: Hook<Event>) => hook && guarded(name, hook.bind(hooks), logger)
  return {
    onRequest: guard('onRequest', hooks.onRequest),
    onThrottle: guard('onThrottle', hooks.onThrottle),
    onConnect: guard('onConnect', hooks.onConnect),
    onDisconnect: guard('onDisconnect', hooks.onDisconnect),
    onBatch: guard('onBatch', hooks.onBatch),
    onDelivery: guard('onDelivery', hooks.onDelivery),
    onOffsetReset: guard('onOffsetReset', hooks.onOffsetReset),
    onStalled: guard('onStalled', hooks.onStalled),
    onSlowHandler: guard('onSlowHandler', hooks.onSlowHandler),
    onError: guard('onError', hooks.onError),
  }
}

function guarded<Event>(name: string, hook: (event: Event) => unknown, logger: Logger): (event: Event) => void {
  let failures = 0
  const report = (thrown: unknown): void => {
    // It may fail with every request: once is enough to be noticed.
    const level = failures++ === 0 ? 'warn' : 'debug'
    logger[level](`hooks.${name} failed`, { error: asError(thrown).message })
  }
  return event => {
    try {
      const outcome = hook(event)
      if (isThenable(outcome)) outcome.then(undefined, report)
    } catch (thrown) {
      report(thrown)
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as Partial<PromiseLike<unknown>> | null | undefined)?.then === 'function'
}

/** What was thrown, as events carry it. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(describeValue(thrown), { cause: thrown })
}
