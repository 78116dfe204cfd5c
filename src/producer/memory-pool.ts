import type { BatchMemory } from '../records/batch-encoder.ts'

/** What batches begin with at least: a lone message finds the memory of the last one still in the processor's caches. */
const SMALLEST_BITS = 10
/** Larger ones are rare. */
const LARGEST_BITS = 21

/** What of the producer's memory is in use. */
export interface MemoryUse {
  readonly usedBytes: number
}

/**
 * Memory of batches that were acknowledged, for those to come: else each would be new memory, which the kernel has to clear and
 * the garbage collector to find. In pieces of powers of two. What is in use and what is kept are together no more than the limit
 * where new memory is needed, so that pieces of one size do not pile up while another size is asked for.
 */
export class MemoryPool implements BatchMemory {
  readonly #limitBytes: number
  readonly #use: MemoryUse
  /** By the power of two. */
  readonly #idle: Buffer<ArrayBuffer>[][] = Array.from({ length: LARGEST_BITS + 1 }, () => [])
  #idleBytes = 0

  constructor(limitBytes: number, use: MemoryUse) {
    this.#limitBytes = limitBytes
    this.#use = use
  }

  /** What is kept that nobody uses. */
  get idleBytes(): number {
    return this.#idleBytes
  }

  take(bytes: number): Buffer<ArrayBuffer> {
    const bits = 32 - Math.clz32(bytes - 1)
    if (bits < SMALLEST_BITS || bits > LARGEST_BITS) return Buffer.allocUnsafe(bytes)
    const known = this.#idle[bits]!.pop()
    if (known === undefined) {
      this.#shrink(this.#limitBytes - this.#use.usedBytes - 2 ** bits)
      return Buffer.allocUnsafeSlow(2 ** bits)
    }
    this.#idleBytes -= known.length
    return known
  }

  give(memory: Buffer<ArrayBuffer>): void {
    const bits = 31 - Math.clz32(memory.length)
    if (memory.length !== 1 << bits || bits < SMALLEST_BITS || bits > LARGEST_BITS) return
    this.#idle[bits]!.push(memory)
    this.#idleBytes += memory.length
    this.#shrink(this.#limitBytes)
  }

  /** Leaves idle memory to the garbage collector, the largest pieces first, until no more than so much is left. */
  #shrink(toBytes: number): void {
    for (let bits = LARGEST_BITS; bits >= SMALLEST_BITS && this.#idleBytes > toBytes; ) {
      const dropped = this.#idle[bits]!.pop()
      if (dropped === undefined) bits--
      else this.#idleBytes -= dropped.length
    }
  }
}
