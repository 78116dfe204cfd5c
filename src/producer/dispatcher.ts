import type { Client } from '../cluster/client.ts'
import { TimeoutError } from '../errors/client-errors.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { stampProducer } from '../records/producer-stamp.ts'
import { backoffMs, type RetryPolicy } from '../util/backoff.ts'
import type { Accumulator } from './accumulator.ts'
import type { Batch, BatchQueue } from './batch.ts'
import type { Identities } from './identities.ts'
import { Outbox, type OutboxOptions, type Postmaster } from './outbox.ts'
import { Failed, Written } from './outcome.ts'
import { splitBatch } from './split.ts'
import { verdictOn } from './verdict.ts'

/** As many batches of a partition does a broker remember the sequences of (KIP-98). */
const IDEMPOTENT_IN_FLIGHT = 5

export interface DispatcherOptions extends OutboxOptions {
  readonly retry: RetryPolicy
  readonly deliveryTimeoutMs: number
}

/**
 * Brings batches to the outbox of their partition's leader, and again after a failure that may heal, until
 * `producer.deliveryTimeoutMs` has passed. Keeps the order of each partition.
 */
export class Dispatcher implements Postmaster {
  readonly encode: Postmaster['encode']
  readonly #client: Client
  readonly #accumulator: Accumulator
  readonly #options: DispatcherOptions
  /** Undefined for a producer that is not idempotent. */
  readonly #identities: Identities | undefined
  readonly #outboxes = new Map<number, Outbox>()
  #ready = new Set<BatchQueue>()
  readonly #backoffs = new Set<NodeJS.Timeout>()
  readonly #unsubscribe: () => void
  #willRoute = false
  /**
   * Whether the event loop has had its turn since something left ahead of it. Else a loop that awaits `send`, where messages fail
   * before they are written, would keep it from ever having one.
   */
  #mayHurry = false
  #isClosed = false
  #expiry: NodeJS.Timeout | undefined
  #expiryAt = Infinity
  #isObtaining = false
  #retries = 0

  constructor(
    client: Client,
    accumulator: Accumulator,
    options: DispatcherOptions,
    identities: Identities | undefined,
    encode: Postmaster['encode'],
  ) {
    this.#client = client
    this.#accumulator = accumulator
    this.#options = options
    this.#identities = identities
    this.encode = encode
    this.#unsubscribe = client.metadata.onChange(() => {
      for (const outbox of this.#outboxes.values()) for (const queue of outbox.release()) this.wake(queue)
    })
  }

  get requestsInFlight(): number {
    let count = 0
    for (const outbox of this.#outboxes.values()) count += outbox.inFlight
    return count
  }

  /** Batches that were sent again. */
  get retries(): number {
    return this.#retries
  }

  /** A partition may have something to send: it leaves at the end of the current turn of the event loop. */
  wake(queue: BatchQueue): void {
    if (this.#add(queue)) this.#schedule()
  }

  /**
   * The same for one that was given a message. While nothing is in flight it does not wait for the rest of the turn, only for what
   * the same callback and the promises that it fulfils send. A tick that the callback asks for comes before those promises, one that
   * a promise asks for comes after all of them.
   */
  onReady(queue: BatchQueue): void {
    if (!this.#add(queue) || this.#willRoute) return
    if (!this.#mayHurry || this.requestsInFlight > 0) {
      this.#schedule()
      return
    }
    this.#mayHurry = false
    this.#willRoute = true
    queueMicrotask(this.#hurry)
  }

  /** A batch was begun: its time runs. */
  onOpened(batch: Batch): void {
    if (batch.deadline < this.#expiryAt) this.#watch()
  }

  /** Not at once: what is sent by those who wait for the answer that has freed the slot shall still come along. */
  onSlot(): void {
    this.#schedule()
  }

  onAnswer(): void {
    this.#onTurn()
  }

  mayLeave(queue: BatchQueue): boolean {
    const head = queue.head()
    if (head === undefined || queue.isBackingOff || !this.#accumulator.isDue(head)) return false
    const { length: inFlight } = queue.inFlight
    // What failed is sent alone, until the partition is through with it: none may overtake it.
    if (inFlight === 0) return this.#identities === undefined || this.#hasSequences(queue, this.#identities)
    const { needsRenewal, isKnown } = queue.sequences
    const isOrdered = this.#identities !== undefined && isKnown && !needsRenewal && head.attempts === 0
    return isOrdered && inFlight < IDEMPOTENT_IN_FLIGHT
  }

  take(queue: BatchQueue, nodeId: number): Batch {
    const batch = queue.take()
    batch.sentTo = nodeId
    const { sequences } = queue
    if (sequences.identity !== undefined && batch.identity === undefined) {
      batch.identity = sequences.identity
      batch.baseSequence = sequences.take(batch.count)
    }
    return batch
  }

  onSent(batch: Batch): void {
    if (batch.sends++ > 0) this.#retries++
  }

  onWritten(batch: Batch, baseOffset: bigint, logAppendTime: number): void {
    const { queue } = batch
    queue.onAnswered(batch)
    queue.lastError = undefined
    if (batch.baseSequence >= 0) queue.sequences.onWritten(batch.baseSequence)
    this.#accumulator.settle(batch, new Written(queue, baseOffset, logAppendTime, batch.timestamps))
    // The broker has the whole request, so no socket needs its memory any more.
    batch.encoder.release()
    this.wake(queue)
  }

  onFailed(batch: Batch, error: unknown, undecided = false, own?: ReadonlyMap<number, unknown>): void {
    const { queue } = batch
    const { retry } = this.#options
    queue.onAnswered(batch)
    batch.attempts++
    batch.lastError = error ?? batch.lastError
    if (undecided) batch.mayBeWritten = true
    const verdict = verdictOn(batch, error, retry.max)
    switch (verdict) {
      case 'fail-and-renew':
        this.#renew(queue)
        for (const other of [...queue.batches]) if (other.mayBeWritten) this.#fail(other, new Failed(error))
        this.#fail(batch, new Failed(error, own))
        this.wake(queue)
        return
      case 'fail':
        // One whose time had run out before tells what holds up those behind it.
        if (batch.isSettled) queue.lastError = batch.lastError ?? queue.lastError
        this.#fail(batch, new Failed(error, own))
        this.wake(queue)
        return
      case 'split':
        splitBatch(batch, this.#accumulator)
        this.wake(queue)
        return
      case 'renew':
        this.#renew(queue)
        break
      case 'retry':
    }
    queue.lastError = error
    this.#tellRetry(queue, batch.attempts, error as KafkaError)
    queue.putBack(batch)
    if (this.#hasMoved(batch)) this.wake(queue)
    else this.#backOff(queue, batch.attempts, error as KafkaError)
  }

  /** Whether another broker is known to lead the partition by now: there it can be tried at once. */
  #hasMoved({ queue, sentTo }: Batch): boolean {
    const { topics } = this.#client.metadata.snapshot
    const leader = topics.get(queue.topic)?.partitions[queue.partition]?.leader ?? -1
    return leader >= 0 && leader !== sentTo
  }

  /** A partition's queue is thrown away: should it come again, its sequences must not be taken for those that were. */
  onForgotten({ sequences }: BatchQueue): void {
    if (sequences.identity !== undefined) this.#identities?.after(sequences.identity)
  }

  /** Leaves no timer behind. What has no outcome yet is the caller's to fail. */
  close(): void {
    this.#unsubscribe()
    this.#isClosed = true
    clearTimeout(this.#expiry)
    for (const timer of this.#backoffs) clearTimeout(timer)
  }

  #schedule(): void {
    if (this.#willRoute) return
    this.#willRoute = true
    setImmediate(this.#routeInTurn)
  }

  readonly #hurry = (): void => process.nextTick(this.#route)

  readonly #routeInTurn = (): void => {
    this.#onTurn()
    this.#route()
  }

  /** The event loop has had its turn. */
  #onTurn(): void {
    // Without answers nothing is ever in flight: each callback would make requests of its own.
    this.#mayHurry = this.#options.acks !== 0
  }

  #add(queue: BatchQueue): boolean {
    if (queue.isBackingOff || queue.head() === undefined) return false
    this.#ready.add(queue)
    return true
  }

  #fail(batch: Batch, outcome: Failed): void {
    if (batch.baseSequence >= 0) batch.queue.sequences.onLost(batch.baseSequence)
    this.#accumulator.settle(batch, outcome)
  }

  #tellRetry({ topic, partition }: BatchQueue, attempt: number, error: KafkaError): void {
    this.#client.logger.debug('a batch is sent again', { topic, partition, attempt, error: error.message })
    this.#client.hooks.onError?.({ error, topic, partition, willRetry: true })
  }

  #backOff(queue: BatchQueue, attempts: number, error: KafkaError): void {
    if (error.remedy === 'refresh-metadata') this.#client.metadata.refreshSoon()
    // Those behind wait with it, and no longer.
    if (queue.isBackingOff) return
    queue.isBackingOff = true
    const timer = setTimeout(
      () => {
        this.#backoffs.delete(timer)
        queue.isBackingOff = false
        this.wake(queue)
      },
      backoffMs(this.#options.retry, attempts, error),
    )
    this.#backoffs.add(timer)
  }

  readonly #route = (): void => {
    this.#willRoute = false
    if (this.#isClosed) return
    if (this.#identities !== undefined && this.#identities.current === undefined) {
      if (this.#ready.size > 0) this.#obtain(this.#identities)
      return
    }
    // What becomes ready meanwhile, as a batch that fails makes room for others, has its turn after this one.
    const ready = this.#ready
    this.#ready = new Set()
    for (const queue of ready) {
      const head = queue.head()
      if (head === undefined) continue
      try {
        this.#outbox(this.#client.leader(queue.topic, queue.partition).broker).add(queue)
      } catch (error) {
        this.#onLeaderless(queue, head, error as KafkaError)
      }
    }
    for (const outbox of this.#outboxes.values()) outbox.drain()
  }

  /** Its messages stay where they are, and more may come. */
  #onLeaderless(queue: BatchQueue, head: Batch, error: KafkaError): void {
    head.attempts++
    head.lastError = error
    if (verdictOn(head, error, this.#options.retry.max) === 'retry') {
      queue.lastError = error
      this.#tellRetry(queue, head.attempts, error)
      this.#backOff(queue, head.attempts, error)
      return
    }
    this.#fail(head, new Failed(error))
    this.wake(queue)
  }

  #outbox(broker: Broker): Outbox {
    const known = this.#outboxes.get(broker.nodeId)
    // A broker that moved to another address is another Broker; what the old outbox has in flight ends there.
    if (known?.broker === broker) return known
    const outbox = new Outbox(broker, this.#client, this.#options, this)
    if (known !== undefined) for (const queue of known.release()) outbox.add(queue)
    this.#outboxes.set(broker.nodeId, outbox)
    return outbox
  }

  /** Nothing leaves before there is a producer id. */
  #obtain(identities: Identities): void {
    if (this.#isObtaining) return
    this.#isObtaining = true
    identities
      .obtain()
      .catch(error => {
        this.#ready.clear()
        for (const batch of [...this.#accumulator.unsettled]) {
          if (batch.queue.inFlight.includes(batch)) continue
          this.#fail(batch, new Failed(error))
        }
      })
      .finally(() => {
        this.#isObtaining = false
        this.#schedule()
      })
  }

  #renew({ sequences, topic, partition }: BatchQueue): void {
    sequences.needsRenewal = true
    const { logger } = this.#client
    // Where the producer gave a batch up it knows why those after it do not follow.
    if (sequences.hasHole) logger.debug('a partition goes on with new sequences', { topic, partition })
    else logger.warn('a broker lost track of a producer, which goes on with new sequences', { topic, partition })
  }

  /** Whether a partition of which nothing is in flight can go on; gives it sequences where it has none that are good. */
  #hasSequences(queue: BatchQueue, identities: Identities): boolean {
    const { sequences } = queue
    const { needsRenewal } = sequences
    sequences.identity ??= identities.current
    const identity = needsRenewal && sequences.identity ? identities.after(sequences.identity) : sequences.identity
    // Another partition of the same request may have used up the last epoch.
    if (identity === undefined) {
      this.#ready.add(queue)
      this.#schedule()
      return false
    }
    if (!needsRenewal) return true
    sequences.renew(identity)
    for (const batch of queue.batches) {
      if (batch.identity === undefined || batch.isSettled) continue
      batch.identity = identity
      batch.baseSequence = sequences.take(batch.count)
      if (batch.bytes === undefined) continue
      stampProducer(batch.bytes, identity.producerId, identity.epoch, batch.baseSequence)
    }
    return true
  }

  /** Fails batches whose time is over. A batch of messages that waited for their topic may expire before older ones. */
  #watch(): void {
    clearTimeout(this.#expiry)
    this.#expiry = undefined
    const now = performance.now()
    // Room that becomes free by it is taken at once by who waits, so batches may be begun in between: `onOpened` must not look.
    this.#expiryAt = -Infinity
    for (const batch of [...this.#accumulator.unsettled]) {
      if (batch.deadline > now) continue
      this.#fail(batch, new Failed(this.#expired(batch)))
      this.wake(batch.queue)
    }
    let next = Infinity
    for (const { deadline } of this.#accumulator.unsettled) next = Math.min(next, deadline)
    this.#expiryAt = next
    if (next < Infinity) this.#expiry = setTimeout(() => this.#watch(), Math.max(1, Math.ceil(next - now)))
  }

  #expired({ queue, count, lastError }: Batch): TimeoutError {
    // One that has not left yet waits behind others: what holds them up holds it up too.
    const cause = lastError ?? queue.lastError ?? this.#identities?.lastError
    const reason = cause instanceof Error ? `; the last error was: ${cause.message}` : this.#silence(queue)
    return new TimeoutError(
      `${queue.name}: ${count} messages were not acknowledged within producer.deliveryTimeoutMs ` +
        `(${this.#options.deliveryTimeoutMs} ms)${reason}`,
      { cause },
    )
  }

  /** Who keeps a partition waiting, where nothing has failed. */
  #silence({ inFlight }: BatchQueue): string {
    const [first] = inFlight
    if (first === undefined) return ''
    const broker = this.#client.brokers.get(first.sentTo)?.label ?? `broker ${first.sentTo}`
    return `; ${broker} has not answered`
  }
}
