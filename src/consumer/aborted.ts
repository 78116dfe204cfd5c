import { controlMarkers } from '../records/control.ts'
import type { RecordBatch } from '../records/record-batch.ts'

/** A transaction that was aborted, as the answer to a fetch tells of it. */
export interface AbortedTransaction {
  readonly producerId: bigint
  /** The offset of its first message. */
  readonly firstOffset: bigint
}

/**
 * Tells which batches of one fetch belong to transactions that were aborted (KIP-98). A producer's batches do from the first
 * offset of such a transaction on, up to the marker that ends it.
 */
export class AbortedTransactions {
  /** Those that begin after what was asked for so far, the next one last. */
  readonly #ahead: AbortedTransaction[]
  /** The producers whose transaction is one of these. */
  readonly #producers = new Set<bigint>()

  /** @param transactions in any order: brokers do not sort them. */
  constructor(transactions: readonly AbortedTransaction[]) {
    this.#ahead = [...transactions].sort((a, b) => Number(b.firstOffset - a.firstOffset))
  }

  /**
   * Whether consumers must not see the batch. To be asked for each batch of the fetch, in the order of their offsets.
   *
   * @param checked The same batch, its CRC checked: what a marker says must be sure.
   * @throws ProtocolError when a marker is damaged.
   */
  hides(batch: RecordBatch, checked: () => RecordBatch): boolean {
    while (this.#ahead.length > 0 && this.#ahead.at(-1)!.firstOffset <= batch.lastOffset) {
      this.#producers.add(this.#ahead.pop()!.producerId)
    }
    if (this.#producers.size === 0 || !this.#producers.has(batch.producerId)) return false
    if (!batch.isControl) return batch.isTransactional
    if (controlMarkers(checked()).some(({ type }) => type === 'abort')) this.#producers.delete(batch.producerId)
    return true
  }
}
