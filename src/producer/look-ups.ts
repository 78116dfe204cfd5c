import type { Client } from '../cluster/client.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { BrokerError } from '../errors/broker-error.ts'
import { ConnectionError, TimeoutError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { backoffMs, type RetryPolicy } from '../util/backoff.ts'
import { sleep } from '../util/wait.ts'
import type { Draft } from './draft.ts'
import type { ProducerMessage, RecordMetadata } from './types.ts'

/** A message that was accepted, and is in no batch yet. */
export interface Pending {
  readonly draft: Draft
  readonly message: ProducerMessage
  /** When its life ends, on the clock of `performance.now()`. */
  readonly deadline: number
  /** Undefined where nobody waits for it. */
  readonly waiter: PendingWaiter | undefined
  /** Until when a partition that its topic lacks is looked for again, on the same clock; set when that begins. */
  patientUntil?: number
}

export interface PendingWaiter {
  resolve(metadata: Promise<RecordMetadata>): void
  reject(error: unknown): void
}

export interface LookUpsOptions {
  readonly deliveryTimeoutMs: number
  readonly retry: RetryPolicy
}

export interface LookUpsListener {
  /** The topic of these messages is known. Those to partitions that it has not got by now are in vain. */
  onFound(topic: TopicSnapshot, pending: readonly Pending[]): void
  onFailed(topic: string, pending: readonly Pending[], error: unknown): void
}

/** A broker may lag behind the one that has added a partition: so many waits of `retry` are spent on it. */
const MORE_LOOKS = 3

interface LookUp {
  pending: Pending[]
  /** How many partitions the topic is known to have: messages to these need not wait. 0 where it is not known. */
  partitions: number
  readonly done: Promise<void>
}

/** Messages whose topics are not known yet, or not with as many partitions, in the order of the calls. */
export class LookUps {
  readonly #client: Client
  readonly #options: LookUpsOptions
  readonly #listener: LookUpsListener
  readonly #signal: AbortSignal
  readonly #byTopic = new Map<string, LookUp>()
  /** How long a partition is looked for that its topic lacks. */
  readonly #patienceMs: number

  /** `signal` ends all that is under way; messages are then left to {@link abandon}. */
  constructor(client: Client, options: LookUpsOptions, listener: LookUpsListener, signal: AbortSignal) {
    this.#client = client
    this.#options = options
    this.#listener = listener
    this.#signal = signal
    const { max, backoffMs, maxBackoffMs } = options.retry
    let patienceMs = 0
    for (let look = 0; look < Math.min(MORE_LOOKS, max); look++)
      patienceMs += Math.min(maxBackoffMs, backoffMs * 2 ** look)
    this.#patienceMs = patienceMs
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic)
  }

  /** Whether a message waits that this one must not overtake, or might not, where its partition is yet to be chosen of so many. */
  holdsUp({ topic, partition }: Draft, partitions: number): boolean {
    const lookUp = this.#byTopic.get(topic)
    if (lookUp === undefined) return false
    return lookUp.partitions === 0 || (partition ?? partitions - 1) >= lookUp.partitions
  }

  /** How many messages wait. */
  get size(): number {
    let size = 0
    for (const { pending } of this.#byTopic.values()) size += pending.length
    return size
  }

  /** `partitions`: how many the topic is known to have, 0 where it is not known. */
  add(pending: Pending, partitions: number): void {
    const { topic } = pending.draft
    const now = performance.now()
    pending.patientUntil = now + Math.min(this.#patienceMs, (pending.deadline - now) / 2)
    const known = this.#byTopic.get(topic)
    if (known !== undefined) {
      known.pending.push(pending)
      return
    }
    const done = Promise.resolve().then(() => this.#run(topic, lookUp))
    const lookUp: LookUp = { pending: [pending], partitions, done }
    this.#byTopic.set(topic, lookUp)
  }

  /** Resolves when what waits now is found or has failed. */
  async settled(): Promise<void> {
    await Promise.all([...this.#byTopic.values()].map(({ done }) => done))
  }

  /** Takes out all that wait, topic by topic. */
  abandon(): [topic: string, pending: readonly Pending[]][] {
    return [...this.#byTopic].map(([topic, lookUp]) => [topic, lookUp.pending.splice(0)])
  }

  async #run(topic: string, lookUp: LookUp): Promise<void> {
    for (let looks = 1; lookUp.pending.length > 0; looks++) {
      // Of the one that has waited longest; others may have more time.
      const { deadline } = lookUp.pending[0]!
      try {
        const asked = performance.now()
        const found = await this.#find(topic, deadline)
        const ready = takeReady(lookUp, found.partitions.length, asked)
        if (lookUp.pending.length === 0) this.#byTopic.delete(topic)
        this.#listener.onFound(found, ready)
        if (lookUp.pending.length > 0) await this.#pause(looks, lookUp.pending)
      } catch (error) {
        const isLate = error instanceof TimeoutError && performance.now() >= deadline - 2
        const failed = isLate ? takeLate(lookUp.pending) : lookUp.pending.splice(0)
        if (lookUp.pending.length === 0) this.#byTopic.delete(topic)
        this.#listener.onFailed(topic, failed, error)
      }
    }
    if (this.#byTopic.get(topic) === lookUp) this.#byTopic.delete(topic)
  }

  /** Until the next look for partitions, but not beyond the patience of the first message. */
  async #pause(looks: number, [first]: readonly Pending[]): Promise<void> {
    const left = Math.max(0, first!.patientUntil! - performance.now())
    await sleep(Math.min(left, backoffMs(this.#options.retry, looks, undefined)), this.#signal)
  }

  async #find(topic: string, deadline: number): Promise<TopicSnapshot> {
    const { metadata } = this.#client
    const { deliveryTimeoutMs, retry } = this.#options
    const option = `producer.deliveryTimeoutMs (${deliveryTimeoutMs} ms)`
    const left = () => Math.max(1, deadline - performance.now())
    for (let attempt = 1; ; attempt++) {
      try {
        return await metadata.lookUp(topic, { signal: this.#signal, limit: { ms: left(), option }, anew: true })
      } catch (error) {
        // A cluster that was there is waited for while the message lives, be all its brokers down or frozen.
        if (!isUnanswered(error) || metadata.snapshot.brokers.size === 0) throw error
        // A timer may be a little early.
        if (left() < 2 && error instanceof TimeoutError) throw error
        await sleep(Math.min(left(), backoffMs(retry, attempt, error)), this.#signal)
        if (left() < 2) throw lookedUpTooLong(topic, option, error)
      }
    }
  }
}

/**
 * Takes out those whose partitions the topic has, and those that will not get theirs any more, whose patience was over when the
 * brokers were asked.
 */
function takeReady(lookUp: LookUp, partitions: number, asked: number): Pending[] {
  const isReady = ({ draft, patientUntil }: Pending) => (draft.partition ?? 0) < partitions || patientUntil! <= asked
  const ready = lookUp.pending.filter(isReady)
  lookUp.partitions = partitions
  lookUp.pending = lookUp.pending.filter(pending => !isReady(pending))
  return ready
}

/** Takes out those whose time is over. */
function takeLate(pending: Pending[]): Pending[] {
  const now = performance.now() + 2
  const firstInTime = pending.findIndex(({ deadline }) => deadline > now)
  return pending.splice(0, firstInTime < 0 ? pending.length : Math.max(firstInTime, 1))
}

/** Whether no broker answered at all. */
function isUnanswered(error: unknown): error is KafkaError {
  return error instanceof ConnectionError || (error instanceof TimeoutError && !(error.cause instanceof BrokerError))
}

function lookedUpTooLong(topic: string, option: string, cause: KafkaError): TimeoutError {
  return new TimeoutError(`topic "${topic}" was not found within ${option}; the last error was: ${cause.message}`, {
    cause,
  })
}
