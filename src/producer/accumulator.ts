import { MessageTooLargeError } from '../errors/client-errors.ts'
import { BatchEncoder } from '../records/batch-encoder.ts'
import { Batch, type BatchQueue } from './batch.ts'
import type { Draft } from './draft.ts'
import { Linger } from './linger.ts'
import { MemoryPool } from './memory-pool.ts'
import type { Outcome } from './outcome.ts'
import type { Room } from './room.ts'
import type { ProducerMessage } from './types.ts'

/** By so much of `producer.deliveryTimeoutMs` may a message's life be shorter, as messages of a batch end together. */
const SHARED_PART = 0.125
const MIN_INITIAL_BYTES = 1024

export interface AccumulatorOptions {
  readonly maxMessageBytes: number
  readonly maxBufferedBytes: number
  readonly deliveryTimeoutMs: number
  readonly flush: {
    readonly bytes: number
    readonly messages: number
    readonly frequencyMs: number
    readonly maxMessages: number
  }
}

export interface AccumulatorListener {
  /** Whether messages are to be kept for a delivery report. */
  readonly keepsMessages: boolean
  /** A batch was begun: its time runs. */
  onOpened(batch: Batch): void
  /** A partition has something that may leave. */
  onReady(queue: BatchQueue): void
  /** A batch has its outcome; `heldBytes` of the producer's room are to be given back. */
  onSettled(batch: Batch, outcome: Outcome, messages: readonly ProducerMessage[] | undefined, heldBytes: number): void
}

/** Gathers messages into batches, one open batch a partition. */
export class Accumulator {
  readonly #options: AccumulatorOptions
  readonly #room: Room
  readonly #listener: AccumulatorListener
  readonly #unsettled = new Set<Batch>()
  readonly #memory: MemoryPool
  readonly #linger: Linger | undefined
  /** A batch of so many messages is closed. */
  readonly #fullCount: number
  #flushes = 0

  constructor(options: AccumulatorOptions, room: Room, listener: AccumulatorListener) {
    this.#options = options
    this.#room = room
    this.#listener = listener
    this.#memory = new MemoryPool(options.maxBufferedBytes, room)
    const { messages, maxMessages, frequencyMs } = options.flush
    this.#fullCount = Math.min(messages || Infinity, maxMessages || Infinity)
    if (frequencyMs > 0) this.#linger = new Linger(frequencyMs, batch => listener.onReady(batch.queue))
  }

  /** Batches without an outcome, in the order in which they were begun. */
  get unsettled(): Iterable<Batch> {
    return this.#unsettled
  }

  /**
   * Writes a message into the open batch of its partition; opens a new one when it would not fit. It is the last of the batch
   * that is returned.
   *
   * @param deadline when the message's life ends, on the clock of `performance.now()`; by default it begins now.
   * @throws {@link MessageTooLargeError} when not even an empty batch has room for it.
   */
  append(queue: BatchQueue, draft: Draft, message: ProducerMessage, deadline?: number): Batch {
    const { maxMessageBytes, flush } = this.#options
    const { key, value, headers, timestamp, givenAt } = draft
    let batch = queue.open
    if (
      batch === undefined ||
      givenAt > batch.openUntil ||
      !batch.encoder.tryAppend(maxMessageBytes, timestamp, key, value, headers)
    ) {
      batch = this.#open(queue, draft, deadline)
    }
    batch.messages?.push(message)
    const { encoder } = batch
    if (encoder.capacityBytes !== batch.heldBytes) this.#hold(batch, encoder.capacityBytes)
    if (encoder.sizeBytes >= flush.bytes || encoder.count >= this.#fullCount) {
      queue.close()
      this.#listener.onReady(queue)
    }
    return batch
  }

  /** Whether a batch may leave now, or had better wait for more messages. */
  isDue(batch: Batch): boolean {
    if (this.#linger === undefined || batch.isDue || batch.queue.open !== batch) return true
    return this.#flushes > 0 || this.#room.waiting > 0
  }

  /** All that is there leaves without waiting for more, until the returned function is called. */
  hurry(): () => void {
    this.#flushes++
    this.wakeAll()
    return () => {
      this.#flushes--
    }
  }

  /** Batches that waited for more messages may be due now. */
  wakeAll(): void {
    if (this.#linger === undefined) return
    for (const batch of this.#unsettled) if (batch.queue.open === batch) this.#listener.onReady(batch.queue)
  }

  /** From now on messages are kept for reports: none may join a batch whose messages are not. */
  onReader(): void {
    for (const batch of this.#unsettled) {
      const { queue } = batch
      if (queue.open !== batch || batch.messages !== undefined) continue
      queue.close()
      this.#listener.onReady(queue)
    }
  }

  /** Nobody reads reports: the messages of batches need not be kept. */
  onNoReader(): void {
    for (const batch of this.#unsettled) batch.messages = undefined
  }

  /** A batch has become smaller, or larger, by its compression. */
  onEncoded(batch: Batch, bytes: Buffer): void {
    const { encoder, queue } = batch
    queue.lastSizes[0] = queue.lastSizes[1]
    queue.lastSizes[1] = encoder.sizeBytes
    if (!batch.isSettled) this.#hold(batch, encoder.capacityBytes || bytes.length)
  }

  settle(batch: Batch, outcome: Outcome): void {
    const { messages, heldBytes, queue } = batch
    if (!batch.settle(outcome)) return
    this.#unsettled.delete(batch)
    if (queue.open === batch) queue.close()
    batch.heldBytes = 0
    this.#listener.onSettled(batch, outcome, messages, heldBytes)
  }

  /** A batch goes on as several. */
  replace(batch: Batch, parts: readonly Batch[]): void {
    this.#unsettled.delete(batch)
    const { heldBytes } = batch
    batch.heldBytes = 0
    for (const part of parts) {
      this.#hold(part, part.encoder.capacityBytes)
      this.#unsettled.add(part)
    }
    this.#room.give(heldBytes)
  }

  close(): void {
    this.#linger?.close()
  }

  /** Counts what a batch takes now towards the room. */
  #hold(batch: Batch, bytes: number): void {
    const more = bytes - batch.heldBytes
    batch.heldBytes = bytes
    if (more > 0) this.#room.take(more)
    else this.#room.give(-more)
  }

  #open(queue: BatchQueue, draft: Draft, deadline: number | undefined): Batch {
    const { key, value, headers, timestamp, givenAt } = draft
    const { maxMessageBytes, deliveryTimeoutMs, flush } = this.#options
    const encoder = new BatchEncoder({ initialBytes: initialBytes(queue, maxMessageBytes), memory: this.#memory })
    if (!encoder.tryAppend(maxMessageBytes, timestamp, key, value, headers)) {
      const size = encoder.sizeWith(timestamp, key, value, headers)
      encoder.release()
      throw tooLarge(queue, size, maxMessageBytes)
    }
    const now = performance.now()
    const batch = new Batch(queue, encoder, now, deadline ?? now + deliveryTimeoutMs)
    batch.openUntil = givenAt + Math.max(deliveryTimeoutMs * SHARED_PART, flush.frequencyMs)
    if (this.#listener.keepsMessages) batch.messages = []
    const wasFilling = queue.open !== undefined
    queue.batches.push(batch)
    queue.open = batch
    this.#unsettled.add(batch)
    this.#listener.onOpened(batch)
    this.#linger?.add(batch)
    if (wasFilling || this.isDue(batch)) this.#listener.onReady(queue)
    return batch
  }
}

/**
 * A little more than the last batch took, so that one like it need not grow; or than the one before, as a flush now and then
 * cuts a batch short.
 */
function initialBytes({ lastSizes: [older, newer] }: BatchQueue, maxMessageBytes: number): number {
  return Math.min(Math.max(Math.max(older, newer) * 1.125, MIN_INITIAL_BYTES), maxMessageBytes) | 0
}

function tooLarge({ name }: BatchQueue, size: number, limit: number): MessageTooLargeError {
  const message =
    `a message for ${name} makes a batch of ${size} bytes, more than producer.maxMessageBytes (${limit}); ` +
    'nothing of it was sent'
  return new MessageTooLargeError(message, size, limit)
}
