/** Numbers that look random and are the same in every run: mulberry32. */
export class Random {
  #state: number

  constructor(seed: number) {
    this.#state = seed
  }

  /** An integer from 0 to below `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0
    let t = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit)
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!
  }
}

// Lengths that tempt a decoder to allocate: the largest int32, 2^25 - 1 elements, a negative one, and the largest varint.
const HOSTILE = ['7fffffff', '01ffffff', 'fffffff0', 'ffffffff0f', 'ffffffff7f'].map(hex => Buffer.from(hex, 'hex'))

/** A copy of good bytes that is cut short, has bits flipped, or has a hostile length written somewhere into it. */
export function damaged(good: Buffer, random: Random): Buffer {
  const kind = random.below(4)
  if (kind === 0) return Buffer.from(good.subarray(0, random.below(good.length)))
  const bytes = Buffer.from(good)
  if (bytes.length === 0) return bytes
  if (kind === 1) random.pick(HOSTILE).copy(bytes, random.below(bytes.length))
  for (let flips = kind === 1 ? 0 : 1 + random.below(4); flips > 0; flips--) {
    const at = random.below(bytes.length)
    bytes[at] = bytes[at]! ^ (1 << random.below(8))
  }
  return bytes
}

/** Every way to write a hostile length into good bytes. */
export function* withHostileLength(good: Buffer): Generator<Buffer> {
  for (let at = 0; at < good.length; at++) {
    for (const length of HOSTILE) {
      const bytes = Buffer.from(good)
      length.copy(bytes, at)
      yield bytes
    }
  }
}
