import { asError, type Hooks } from '../observe/hooks.ts'
import type { Logger } from '../observe/logger.ts'
import type { CodecName } from '../records/compression/codec.ts'
import type { Batch } from './batch.ts'
import type { Deliveries } from './deliveries.ts'
import { Failed, type Outcome, Written } from './outcome.ts'
import type { Room } from './room.ts'
import type { ProducerMessage } from './types.ts'

/** Counts what was sent and what became of it, and tells who wants to know. */
export class Ledger {
  readonly #room: Room
  readonly #deliveries: Deliveries
  readonly #logger: Logger
  readonly #hooks: Hooks
  #batches = 0
  #delivered = 0
  #failed = 0
  #plainBytes = 0
  #sentBytes = 0

  constructor(room: Room, deliveries: Deliveries, logger: Logger, hooks: Hooks) {
    this.#room = room
    this.#deliveries = deliveries
    this.#logger = logger
    this.#hooks = hooks
  }

  get stats() {
    return {
      batches: this.#batches,
      delivered: this.#delivered,
      failed: this.#failed,
      compressionRatio: this.#sentBytes === 0 ? 1 : this.#plainBytes / this.#sentBytes,
    }
  }

  onEncoded({ queue, encoder, count }: Batch, bytes: Buffer, compression: CodecName): void {
    const { sizeBytes: uncompressedBytes } = encoder
    this.#batches++
    this.#plainBytes += uncompressedBytes
    this.#sentBytes += bytes.length
    if (this.#hooks.onBatch === undefined) return
    const { topic, partition } = queue
    this.#hooks.onBatch({ topic, partition, messages: count, uncompressedBytes, bytes: bytes.length, compression })
  }

  /** A batch has its outcome: gives `heldBytes` of the room back, at the latest when its report is read. */
  onSettled(batch: Batch, outcome: Outcome, messages: readonly ProducerMessage[] | undefined, heldBytes: number): void {
    const { queue, count, unattended } = batch
    const { topic, partition } = queue
    const hasFailed = outcome instanceof Failed
    if (this.#hooks.onDelivery !== undefined) this.#tellOutcome(batch, outcome)
    if (hasFailed) this.#failed += count
    else this.#delivered += count
    let isTold = unattended === 0
    if (messages === undefined) {
      this.#room.give(heldBytes)
    } else {
      const baseOffset = outcome instanceof Written ? outcome.baseOffset : -1n
      const report = { topic, partition, baseOffset, messages }
      isTold = this.#deliveries.add(hasFailed ? { ...report, error: outcome.error } : report, heldBytes) || isTold
    }
    if (hasFailed && !isTold) this.#logLost(topic, partition, unattended, outcome.error)
  }

  /** Messages failed before they were in a batch, `unattended` of which nobody waits for. */
  onRefused(
    topic: string,
    messages: readonly ProducerMessage[],
    unattended: number,
    heldBytes: number,
    error: unknown,
  ): void {
    if (messages.length === 0) return
    this.#failed += messages.length
    const report = { topic, partition: -1, baseOffset: -1n, messages, error }
    const isTold = this.#deliveries.add(report, heldBytes)
    if (!isTold && unattended > 0) this.#logLost(topic, -1, unattended, error)
  }

  #tellOutcome({ queue, count, sends, openedAt }: Batch, outcome: Outcome): void {
    const { topic, partition } = queue
    this.#hooks.onDelivery?.({
      topic,
      partition,
      messages: count,
      baseOffset: outcome instanceof Written ? outcome.baseOffset : -1n,
      attempts: sends,
      durationMs: performance.now() - openedAt,
      ...(outcome instanceof Failed ? { error: asError(outcome.error) } : {}),
    })
  }

  #logLost(topic: string, partition: number, messages: number, error: unknown): void {
    this.#logger.error('messages were not sent', { topic, partition, messages, error: String(error) })
  }
}
