import type { BatchMemory } from '../records/batch-encoder.ts'

/** Smaller pieces are cut from a larger one by Node itself, and cost nothing to leave to it. */
const SMALLEST_BITS = 12
/** Larger ones are rare. */
const LARGEST_BITS = 21

/**
 * Memory of batches that were acknowledged, for those to come: else each would be new memory, which the kernel has to clear and
 * the garbage collector to find. In pieces of powers of two.
 */
export class MemoryPool implements BatchMemory {
  readonly #idleLimitBytes: number
  /** By the power of two. */
  readonly #idle: Buffer<ArrayBuffer>[][] = []
  #idleBytes = 0

  /** @param idleLimitBytes how much is kept at most that nobody uses. */
  constructor(idleLimitBytes: number) {
    this.#idleLimitBytes = idleLimitBytes
  }

  take(bytes: number): Buffer<ArrayBuffer> {
    const bits = 32 - Math.clz32(bytes - 1)
    if (bits < SMALLEST_BITS || bits > LARGEST_BITS) return Buffer.allocUnsafe(bytes)
    const known = this.#idle[bits]?.pop()
    if (known === undefined) return Buffer.allocUnsafeSlow(2 ** bits)
    this.#idleBytes -= known.length
    return known
  }

  give(memory: Buffer<ArrayBuffer>): void {
    const bits = 31 - Math.clz32(memory.length)
    if (memory.length !== 2 ** bits || bits < SMALLEST_BITS || bits > LARGEST_BITS) return
    if (this.#idleBytes + memory.length > this.#idleLimitBytes) return
    this.#idle[bits] ??= []
    this.#idle[bits].push(memory)
    this.#idleBytes += memory.length
  }
}
