import { MessageTooLargeError } from '../errors/client-errors.ts'
import { BatchEncoder } from '../records/batch-encoder.ts'
import { Fifo } from '../util/fifo.ts'
import { Batch, type Delivery } from './batch.ts'
import type { HeaderList } from './check.ts'
import type { Data } from './types.ts'

/** The batches of one partition, oldest first; only the last may still be open. */
export class PartitionQueue {
  readonly topic: string
  readonly partition: number
  readonly batches = new Fifo<Batch>()
  /**
   * A batch is on its way, or waits to be tried again. Until it has its outcome no later batch leaves, so that none can
   * overtake it.
   */
  isMuted = false

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }
}

export interface AccumulatorOptions {
  readonly maxMessageBytes: number
  readonly deliveryTimeoutMs: number
}

/** Gathers messages into batches, one open batch a partition. */
export class Accumulator {
  readonly #options: AccumulatorOptions
  readonly #queues = new Map<string, PartitionQueue[]>()
  readonly #unsettled = new Set<Batch>()

  constructor(options: AccumulatorOptions) {
    this.#options = options
  }

  /** Batches without an outcome, in the order in which they were begun. */
  get unsettled(): Iterable<Batch> {
    return this.#unsettled
  }

  queue(topic: string, partition: number): PartitionQueue {
    let queues = this.#queues.get(topic)
    if (queues === undefined) {
      queues = []
      this.#queues.set(topic, queues)
    }
    const known = queues[partition]
    if (known !== undefined) return known
    const queue = new PartitionQueue(topic, partition)
    queues[partition] = queue
    return queue
  }

  /**
   * Writes a message into the open batch of its partition; opens a new one when it would not fit.
   *
   * @param deadline when the message's life ends, on the clock of `performance.now()`; by default it begins now.
   * @returns whether an earlier batch of the partition is full now.
   * @throws {@link MessageTooLargeError} when not even an empty batch has room for it.
   */
  append(
    queue: PartitionQueue,
    key: Data | null,
    value: Data | null,
    headers: HeaderList | null,
    delivery: Delivery,
    deadline?: number,
  ): boolean {
    const { maxMessageBytes, deliveryTimeoutMs } = this.#options
    const { timestamp } = delivery
    const last = queue.batches.last()
    if (last?.isOpen && last.encoder.tryAppend(maxMessageBytes, timestamp, key, value, headers)) {
      last.deliveries.push(delivery)
      return false
    }
    const encoder = new BatchEncoder()
    if (!encoder.tryAppend(maxMessageBytes, timestamp, key, value, headers)) {
      throw tooLarge(queue, encoder.sizeWith(timestamp, key, value, headers), maxMessageBytes)
    }
    const end = deadline ?? performance.now() + deliveryTimeoutMs
    const batch = new Batch(queue.topic, queue.partition, encoder, end)
    batch.deliveries.push(delivery)
    queue.batches.push(batch)
    this.#unsettled.add(batch)
    batch.whenSettled(() => this.#unsettled.delete(batch))
    return last !== undefined
  }
}

function tooLarge({ topic, partition }: PartitionQueue, size: number, limit: number): MessageTooLargeError {
  const message =
    `a message for ${topic}-${partition} makes a batch of ${size} bytes, more than producer.maxMessageBytes (${limit}); ` +
    'nothing of it was sent'
  return new MessageTooLargeError(message, size, limit)
}
