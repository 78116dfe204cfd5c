import { Refusal } from '../refusal.ts'
import type { EndOfTransaction } from '../store.ts'
import type { AppendedAt, AppendedBatch, ProducerBatch } from './appended-batch.ts'

/** As many batches of a producer does a broker remember, to tell what was sent twice. */
const REMEMBERED = 5
const LAST_SEQUENCE = 0x7fffffff

interface Remembered {
  readonly baseSequence: number
  readonly lastSequence: number
  /** Without the bytes, which the log may have deleted. */
  readonly written: AppendedAt
}

interface Producer {
  readonly epoch: number
  /** The newest last; none after the end of a transaction has begun a new epoch. */
  readonly remembered: readonly Remembered[]
  /** Where its open transaction begins in this partition. */
  readonly openSince: bigint | undefined
  /** -1 while none of its transactions has ended. */
  readonly coordinatorEpoch: number
  /** When the last of it was appended. */
  readonly lastAppendMs: number
}

/** A producer, as administrators see it. */
export interface ProducerView extends Pick<Producer, 'epoch' | 'openSince' | 'coordinatorEpoch' | 'lastAppendMs'> {
  readonly producerId: bigint
  /** -1 where there is none in its epoch. */
  readonly lastSequence: number
}

/** A transaction that was aborted, and the part of the log that it spans. */
export interface AbortedTransaction {
  readonly producerId: bigint
  readonly firstOffset: bigint
  /** That of the marker. */
  readonly lastOffset: bigint
}

/**
 * The idempotent and transactional producers of one partition (KIP-98, KIP-360), after Kafka's ProducerStateManager: what
 * is the next sequence of each, what came twice, and where its open transaction begins.
 */
export class ProducerStates {
  /** Who has written last comes last. */
  readonly #producers = new Map<bigint, Producer>()
  #aborted: AbortedTransaction[] = []

  /** The offset of the first record of which it is not known whether it will be committed. */
  get firstOpenOffset(): bigint | undefined {
    let first: bigint | undefined
    for (const { openSince } of this.#producers.values()) {
      if (openSince !== undefined && (first === undefined || openSince < first)) first = openSince
    }
    return first
  }

  /** All that it knows. */
  list(): ProducerView[] {
    return [...this.#producers].map(([producerId, { remembered, ...producer }]) => {
      return { producerId, ...producer, lastSequence: remembered.at(-1)?.lastSequence ?? -1 }
    })
  }

  /** Aborted transactions that have records in a part of the log. */
  abortedBetween(fromOffset: bigint, toOffset: bigint): AbortedTransaction[] {
    return this.#aborted.filter(({ firstOffset, lastOffset }) => lastOffset >= fromOffset && firstOffset < toOffset)
  }

  hasOpenTransaction(producerId: bigint): boolean {
    return this.#producers.get(producerId)?.openSince !== undefined
  }

  /** Where the batch is that is the same as this one and was written before. */
  duplicateOf({ producerId, producerEpoch, baseSequence, lastSequence }: ProducerBatch): AppendedAt | undefined {
    const known = this.#producers.get(producerId)
    if (known?.epoch !== producerEpoch) return undefined
    return known.remembered.find(r => r.baseSequence === baseSequence && r.lastSequence === lastSequence)?.written
  }

  /** Throws the refusal of a batch that must not be appended now. */
  check({ producerId, producerEpoch, baseSequence, isTransactional }: ProducerBatch): void {
    const known = this.#producers.get(producerId)
    // Of a producer that it knows nothing of a broker takes any sequence: what it knew may have been deleted.
    if (known === undefined) return
    const who = `producer ${producerId}`
    if (producerEpoch < known.epoch) {
      const problem = `Epoch ${producerEpoch} of ${who} is smaller than the last seen epoch ${known.epoch}`
      throw new Refusal('INVALID_PRODUCER_EPOCH', problem)
    }
    const due = producerEpoch > known.epoch ? 0 : nextSequence(known)
    if (baseSequence !== due) {
      const problem = `Out of order sequence number for ${who}: ${baseSequence} (incoming), ${due} (expected)`
      throw new Refusal('OUT_OF_ORDER_SEQUENCE_NUMBER', problem)
    }
    if (known.openSince !== undefined && !isTransactional) {
      throw new Refusal('INVALID_TXN_STATE', `Expected transactional write from ${who}`)
    }
  }

  /** Takes note of a batch that was checked and appended. */
  appended(producer: ProducerBatch, batch: AppendedBatch): void {
    const { producerId, producerEpoch, baseSequence, lastSequence, isTransactional } = producer
    const known = this.#producers.get(producerId)
    const before = known?.epoch === producerEpoch ? known.remembered : []
    const { baseOffset, appendedAtMs } = batch
    const newest = { baseSequence, lastSequence, written: { baseOffset, appendedAtMs } }
    this.#put(producerId, {
      epoch: producerEpoch,
      remembered: [...before, newest].slice(-REMEMBERED),
      openSince: isTransactional ? (known?.openSince ?? baseOffset) : undefined,
      coordinatorEpoch: known?.coordinatorEpoch ?? -1,
      lastAppendMs: appendedAtMs,
    })
  }

  /** Throws the refusal of a marker from a producer, or a coordinator, that has been replaced. */
  checkEnd({ producerId, producerEpoch, coordinatorEpoch, hasOwnEpoch = false }: EndOfTransaction): void {
    const known = this.#producers.get(producerId)
    if (known === undefined) return
    // A marker of the epoch that it begins comes a second time when its coordinator has missed the first answer.
    const isLate = hasOwnEpoch && producerEpoch === known.epoch && known.openSince !== undefined
    if (producerEpoch < known.epoch || isLate) {
      const problem = `Epoch ${producerEpoch} of producer ${producerId} is too small after the last seen epoch ${known.epoch}`
      throw new Refusal('INVALID_PRODUCER_EPOCH', problem)
    }
    if (coordinatorEpoch < known.coordinatorEpoch) {
      const problem = `Coordinator epoch ${coordinatorEpoch} is smaller than ${known.coordinatorEpoch}`
      throw new Refusal('TRANSACTION_COORDINATOR_FENCED', problem)
    }
  }

  /** Takes note of a marker that was checked and appended. */
  ended(end: EndOfTransaction, { baseOffset: lastOffset, appendedAtMs: lastAppendMs }: AppendedAt): void {
    const { producerId, producerEpoch: epoch, coordinatorEpoch, committed } = end
    const known = this.#producers.get(producerId)
    const firstOffset = known?.openSince
    if (firstOffset !== undefined && !committed) this.#aborted.push({ producerId, firstOffset, lastOffset })
    const remembered = known?.epoch === epoch ? known.remembered : []
    this.#put(producerId, { epoch, remembered, openSince: undefined, coordinatorEpoch, lastAppendMs })
  }

  /** Forgets producers that have written nothing since then; not those whose transaction is open. */
  forget(sinceMs: number): void {
    for (const [producerId, { lastAppendMs, openSince }] of this.#producers) {
      if (lastAppendMs > sinceMs) return
      if (openSince === undefined) this.#producers.delete(producerId)
    }
  }

  /** Forgets aborted transactions that were deleted from the log. */
  truncateFromStart(startOffset: bigint): void {
    this.#aborted = this.#aborted.filter(({ lastOffset }) => lastOffset >= startOffset)
  }

  /** Forgets everything; the log that is left is gone through again. */
  clear(): void {
    this.#producers.clear()
    this.#aborted = []
  }

  #put(producerId: bigint, producer: Producer): void {
    this.#producers.delete(producerId)
    this.#producers.set(producerId, producer)
  }
}

function nextSequence({ remembered }: Producer): number {
  const last = remembered.at(-1)
  if (last === undefined || last.lastSequence === LAST_SEQUENCE) return 0
  return last.lastSequence + 1
}
