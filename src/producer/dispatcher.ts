import type { Client } from '../cluster/client.ts'
import { TimeoutError } from '../errors/client-errors.ts'
import { KafkaError, mayHeal } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import { backoffMs, type RetryPolicy } from '../util/backoff.ts'
import type { Accumulator, PartitionQueue } from './accumulator.ts'
import type { Batch } from './batch.ts'
import { Outbox, type OutboxOptions, type Postmaster } from './outbox.ts'

export interface DispatcherOptions extends OutboxOptions {
  readonly retry: RetryPolicy
  readonly deliveryTimeoutMs: number
}

/**
 * Brings batches to the outbox of their partition's leader, and again after a failure that may heal, until
 * `producer.deliveryTimeoutMs` has passed.
 */
export class Dispatcher implements Postmaster {
  readonly encode: Postmaster['encode']
  readonly #client: Client
  readonly #accumulator: Accumulator
  readonly #options: DispatcherOptions
  readonly #outboxes = new Map<number, Outbox>()
  readonly #ready = new Set<PartitionQueue>()
  readonly #backoffs = new Set<NodeJS.Timeout>()
  readonly #unsubscribe: () => void
  #turn: NodeJS.Immediate | undefined
  #expiry: NodeJS.Timeout | undefined
  #expiryAt = Infinity

  constructor(client: Client, accumulator: Accumulator, options: DispatcherOptions, encode: Postmaster['encode']) {
    this.#client = client
    this.#accumulator = accumulator
    this.#options = options
    this.encode = encode
    this.#unsubscribe = client.metadata.onChange(() => {
      for (const outbox of this.#outboxes.values()) for (const queue of outbox.release()) this.wake(queue)
    })
  }

  /** A partition may have something to send: it leaves at the end of the current turn of the event loop. */
  wake(queue: PartitionQueue): void {
    if (queue.batches.size === 0) return
    // The time of a batch that waits behind another one runs too.
    if (queue.batches.last()!.deadline < this.#expiryAt) this.#watch()
    if (queue.isMuted) return
    this.#ready.add(queue)
    this.#turn ??= setImmediate(() => this.#route())
  }

  onDelivered(queue: PartitionQueue): void {
    queue.isMuted = false
    this.wake(queue)
  }

  onFailed(queue: PartitionQueue, batch: Batch, error: unknown): void {
    batch.attempts++
    batch.lastError = error
    const { retry } = this.#options
    if (batch.isSettled || !(error instanceof KafkaError) || !mayHeal(error) || batch.attempts > retry.max) {
      batch.fail(error)
      this.onDelivered(queue)
      return
    }
    this.#client.logger.debug('a batch is sent again', {
      topic: batch.topic,
      partition: batch.partition,
      attempt: batch.attempts,
      error: error.message,
    })
    queue.batches.unshift(batch)
    if (error.remedy === 'refresh-metadata') this.#client.metadata.refreshSoon()
    const timer = setTimeout(
      () => {
        this.#backoffs.delete(timer)
        queue.isMuted = false
        this.wake(queue)
      },
      backoffMs(retry, batch.attempts, error),
    )
    this.#backoffs.add(timer)
  }

  /** Leaves no timer behind. What has no outcome yet is the caller's to fail. */
  close(): void {
    this.#unsubscribe()
    if (this.#turn !== undefined) clearImmediate(this.#turn)
    clearTimeout(this.#expiry)
    for (const timer of this.#backoffs) clearTimeout(timer)
  }

  #route(): void {
    this.#turn = undefined
    const queues = [...this.#ready]
    this.#ready.clear()
    for (const queue of queues) {
      try {
        this.#outbox(this.#client.leader(queue.topic, queue.partition).broker).add(queue)
      } catch (error) {
        const batch = queue.batches.shift()
        if (batch === undefined) continue
        queue.isMuted = true
        this.onFailed(queue, batch, error)
      }
    }
    for (const outbox of this.#outboxes.values()) outbox.drain()
  }

  #outbox(broker: Broker): Outbox {
    const known = this.#outboxes.get(broker.nodeId)
    // A broker that moved to another address is another Broker; what the old outbox has in flight ends there.
    if (known?.broker === broker) return known
    const outbox = new Outbox(broker, this.#client, this.#options, this)
    this.#outboxes.set(broker.nodeId, outbox)
    return outbox
  }

  /** Fails batches whose time is over. A batch of messages that waited for their topic may expire before older ones. */
  #watch(): void {
    clearTimeout(this.#expiry)
    this.#expiry = undefined
    const now = performance.now()
    let next = Infinity
    for (const batch of this.#accumulator.unsettled) {
      if (batch.deadline <= now) batch.fail(this.#expired(batch))
      else next = Math.min(next, batch.deadline)
    }
    this.#expiryAt = next
    if (next < Infinity) this.#expiry = setTimeout(() => this.#watch(), Math.max(1, Math.ceil(next - now)))
  }

  #expired({ topic, partition, deliveries, lastError }: Batch): TimeoutError {
    const reason = lastError instanceof Error ? `; the last error was: ${lastError.message}` : ''
    return new TimeoutError(
      `${topic}-${partition}: ${deliveries.length} messages were not acknowledged within producer.deliveryTimeoutMs ` +
        `(${this.#options.deliveryTimeoutMs} ms)${reason}`,
      { cause: lastError },
    )
  }
}
