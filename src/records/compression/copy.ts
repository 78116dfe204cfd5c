/*
 * Copying for the block formats of LZ4 and snappy, whose literals and matches are mostly of a few bytes. Steps of four bytes by
 * DataView, which V8 makes single instructions, are twice as fast as single bytes, and for so few a call into the runtime costs
 * more than the copying (Node 20 and 24).
 */

/** At most this many bytes are copied by {@link copyShort}; it may write as many, wherever the data ends. */
export const SHORT_COPY = 32

/** With what a compressor's count of positions without a match begins; its 64th part is the step to the next position. */
export const MATCH_STEPS = 1 << 6

/** Copies `length` bytes, at most {@link SHORT_COPY}; there must be that much room at both places, and it may be overwritten. */
export function copyShort(input: DataView, from: number, output: DataView, to: number, length: number): void {
  for (let i = 0; i < length; i += 4) output.setInt32(to + i, input.getInt32(from + i, true), true)
}

/**
 * Copies `length` bytes from `distance` bytes before `to`, repeating them where the distance is the shorter; `output` is the
 * same memory as `dst`. It may write a few bytes more, yet none from `limit` on.
 */
export function copyMatch(
  dst: Buffer,
  output: DataView,
  to: number,
  distance: number,
  length: number,
  limit: number,
): void {
  let from = to - distance
  const end = to + length
  if (length > 64) {
    // Each round can take twice as much as the one before, as what was copied repeats as well.
    for (let size = distance; to < end; size += size) {
      dst.copyWithin(to, from, from + Math.min(size, end - to))
      to += size
    }
  } else if (distance >= 4 && end <= limit - 4) {
    do {
      output.setInt32(to, output.getInt32(from, true), true)
      to += 4
      from += 4
    } while (to < end)
  } else {
    while (to < end) dst[to++] = dst[from++]!
  }
}

/** For how many bytes the input at `a` and at the later `b` is the same, before `end`; `input` is the same memory as `src`. */
export function matchLength(input: DataView, src: Buffer, a: number, b: number, end: number): number {
  const start = b
  while (b <= end - 4) {
    const difference = input.getInt32(a, true) ^ input.getInt32(b, true)
    if (difference !== 0) return b - start + ((31 - Math.clz32(difference & -difference)) >>> 3)
    a += 4
    b += 4
  }
  while (b < end && src[a] === src[b]) {
    a++
    b++
  }
  return b - start
}
