/** A small generator with a seed, so that a failure can be had again: a whole number below the one given. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return below => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

const next = random(2024)
const words = ['order', 'payment', 'shipment', 'alice', 'bob', 'carol']

/** Text as in records, which can be made about three times smaller. */
export function text(size: number): Buffer {
  let made = ''
  while (made.length < size) {
    made += JSON.stringify({ id: next(1e9), type: words[next(6)], user: words[next(6)], amount: next(1e5) / 100 })
  }
  return Buffer.from(made.slice(0, size))
}

/** What cannot be made smaller. */
export function noise(size: number): Buffer {
  return Buffer.from(Array.from({ length: size }, () => next(256)))
}

/** What can be made very small: one short sequence, over and over. */
export function repeated(size: number): Buffer {
  return Buffer.alloc(size, 'abc')
}

/** Sizes at which something changes: where matches may begin, blocks end, native code takes over. */
export const sizes = [0, 1, 2, 4, 5, 12, 13, 16, 60, 61, 257, 2047, 4096, 32768, 65535, 65536, 65537, 200_000]
export const kinds = [text, noise, repeated] as const
