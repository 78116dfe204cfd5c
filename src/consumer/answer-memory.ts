/** Smaller answers have memory of their own, and are not copied out of it. */
const SMALL_BYTES = 256 * 1024
/** Blocks are of so many bytes, or a multiple of it, so that one fits for answers of similar sizes. */
const GRANULE_BYTES = 1024 * 1024
/** Larger blocks are not kept. */
const MAX_KEPT_BYTES = 16 * GRANULE_BYTES
/** While one answer is read the next one arrives. */
const MAX_KEPT_BLOCKS = 2
/**
 * Batches are copied into memory of this size, one behind the other. The garbage collector deals with few large pieces better than
 * with many small ones: for a gigabyte of batches of 128 KiB, Node 24 collects everything once instead of fifty times.
 */
const SLAB_BYTES = 1024 * 1024

interface Block {
  readonly memory: Buffer
  readonly owner: AnswerMemory
  /** How many batches lie in it that are still to be read; and one more while the answer is being looked through. */
  uses: number
}

const blocks = new WeakMap<ArrayBufferLike, Block>()

/** What is left of the memory that batches are copied into. */
let slab = Buffer.alloc(0)

/**
 * Memory that one broker's answers are read into, used again and again. Else the garbage collector, to which it looks small, would
 * let a hundred megabytes of it pile up while a consumer reads at full speed.
 *
 * Whatever lies in there is copied out before it is handed to users. Memory that somebody forgets to release is lost to this, and
 * taken by the garbage collector: that is safe, while releasing what is still needed is not.
 */
export class AnswerMemory {
  #kept: Block[] = []
  /** What the last answer was read into. */
  #current: Block | undefined

  /** Memory for an answer. There is one at a time, until {@link settle}. */
  readonly take = (bytes: number): Buffer => {
    this.#current = undefined
    if (bytes < SMALL_BYTES) return Buffer.allocUnsafe(bytes)
    const fit = this.#kept.findIndex(({ memory }) => memory.length >= bytes)
    const block = fit < 0 ? this.#make(bytes) : this.#kept.splice(fit, 1)[0]!
    block.uses = 1
    this.#current = block
    return block.memory.subarray(0, bytes)
  }

  /** The answer has been looked through: nothing of it is needed but what is {@link hold held}. */
  settle(): void {
    const block = this.#current
    this.#current = undefined
    // A small answer says that there is not much to read: nothing is kept for that.
    if (block === undefined) this.#kept = []
    else release(block)
  }

  /** Copies a part of an answer, and ends one {@link hold} of it. Undefined where it can stay, as it is in other memory. */
  static takeOut(bytes: Buffer, start: number, size: number): Buffer | undefined {
    const block = blocks.get(bytes.buffer)
    if (block === undefined) return undefined
    const copy = carve(size)
    bytes.copy(copy, 0, start, start + size)
    release(block)
    return copy
  }

  /** What lies in `bytes` is still to be read. Does nothing for other memory. */
  static hold({ buffer }: Buffer): void {
    const block = blocks.get(buffer)
    if (block !== undefined) block.uses++
  }

  /** Ends one {@link hold}. */
  static release({ buffer }: Buffer): void {
    const block = blocks.get(buffer)
    if (block !== undefined) release(block)
  }

  /** Takes back a block of which nothing is needed any more. */
  keep(block: Block): void {
    if (block.memory.length <= MAX_KEPT_BYTES && this.#kept.length < MAX_KEPT_BLOCKS) this.#kept.push(block)
  }

  #make(bytes: number): Block {
    // One of those that are too small makes room.
    this.#kept.shift()
    const memory = Buffer.allocUnsafeSlow(Math.ceil(bytes / GRANULE_BYTES) * GRANULE_BYTES)
    const block: Block = { memory, owner: this, uses: 0 }
    blocks.set(memory.buffer, block)
    return block
  }
}

function release(block: Block): void {
  if (--block.uses === 0) block.owner.keep(block)
}

function carve(size: number): Buffer {
  if (size > SLAB_BYTES / 4) return Buffer.allocUnsafeSlow(size)
  if (size > slab.length) slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  const piece = slab.subarray(0, size)
  slab = slab.subarray(size)
  return piece
}
