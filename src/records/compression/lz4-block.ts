import { copyMatch, copyShort, MATCH_STEPS, matchLength, SHORT_COPY } from './copy.ts'
import { damaged } from './damaged.ts'
import { Seen } from './seen.ts'

/*
 * LZ4 blocks, the format within frames: sequences of a token, literals, and a match of at least 4 bytes up to 64 KiB back.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */

export const MIN_MATCH = 4
/** A match does not begin in the last 12 bytes, and the last 5 are literals: decoders in other languages rely on it. */
export const MATCH_LIMIT = 12
export const LAST_LITERALS = 5
export const MAX_DISTANCE = 65535

/** No position: there is more output than room. */
export const FULL = -1

const seen = new Seen()

/** The most that `size` bytes may become. */
export function lz4Bound(size: number): number {
  return size + Math.floor(size / 255) + 16
}

/**
 * Compresses `src[start, end)` into `dst` from `to` on, where there must be {@link lz4Bound} bytes. A block refers to
 * nothing outside of itself.
 *
 * @returns where the output ended.
 */
export function compressLz4Block(src: Buffer, start: number, end: number, dst: Buffer, to: number): number {
  const input = new DataView(src.buffer, src.byteOffset, src.length)
  const table = seen.table
  const base = seen.begin(end - start) - start
  const first = base + start
  const matchEnd = end - LAST_LITERALS
  const lastStart = end - MATCH_LIMIT
  let anchor = start
  let position = start
  let misses = MATCH_STEPS
  while (position < lastStart) {
    const four = input.getInt32(position, true)
    const hash = Math.imul(four, 0x9e3779b1) >>> 18
    const known = table[hash]!
    table[hash] = base + position
    let candidate = known - base
    if (known < first || position - candidate > MAX_DISTANCE || input.getInt32(candidate, true) !== four) {
      // The longer nothing is found, the larger the steps: what cannot be compressed is passed over quickly.
      position += misses++ >>> 6
      continue
    }
    misses = MATCH_STEPS
    while (position > anchor && candidate > start && src[position - 1] === src[candidate - 1]) {
      position--
      candidate--
    }
    const length = MIN_MATCH + matchLength(input, src, candidate + MIN_MATCH, position + MIN_MATCH, matchEnd)
    to = writeSequence(src, anchor, position, dst, to, position - candidate, length)
    position += length
    anchor = position
    if (position < lastStart)
      table[Math.imul(input.getInt32(position - 2, true), 0x9e3779b1) >>> 18] = base + position - 2
  }
  return writeLiterals(src, anchor, end, dst, to, 0)
}

/** Writes the literals `src[from, end)` and a match of `length` after them; returns where the output ended. */
export function writeSequence(
  src: Buffer,
  from: number,
  end: number,
  dst: Buffer,
  to: number,
  distance: number,
  length: number,
): number {
  const match = length - MIN_MATCH
  to = writeLiterals(src, from, end, dst, to, match < 15 ? match : 15)
  dst[to] = distance
  dst[to + 1] = distance >>> 8
  return match < 15 ? to + 2 : writeRest(dst, to + 2, match - 15)
}

/** Writes a token with four bits of a match's length, and literals; without a match they are a block's last. */
export function writeLiterals(
  src: Buffer,
  from: number,
  end: number,
  dst: Buffer,
  to: number,
  matchBits: number,
): number {
  const literals = end - from
  dst[to++] = ((literals < 15 ? literals : 15) << 4) | matchBits
  if (literals >= 15) to = writeRest(dst, to, literals - 15)
  if (literals > SHORT_COPY) src.copy(dst, to, from, end)
  else for (let i = 0; i < literals; i++) dst[to + i] = src[from + i]!
  return to + literals
}

function writeRest(dst: Buffer, to: number, rest: number): number {
  for (; rest >= 255; rest -= 255) dst[to++] = 255
  dst[to++] = rest
  return to
}

/**
 * Decompresses the block `src[position, end)` into `dst` from `to` on, at most up to `limit`. Matches may reach back to
 * `lowest`, which is before `to` where blocks are linked.
 *
 * @returns where the output ended; {@link FULL} where there would be more than up to the limit.
 * @throws ProtocolError for a block that is damaged.
 */
export function decompressLz4Block(
  src: Buffer,
  position: number,
  end: number,
  dst: Buffer,
  to: number,
  limit: number,
  lowest: number,
): number {
  const input = new DataView(src.buffer, src.byteOffset, src.length)
  const output = new DataView(dst.buffer, dst.byteOffset, dst.length)
  const shortSrc = src.length - SHORT_COPY
  const shortDst = limit - SHORT_COPY
  while (position < end) {
    const token = src[position++]!
    let literals = token >>> 4
    if (literals === 15) {
      let more = 255
      while (more === 255 && position < end) {
        more = src[position++]!
        literals += more
      }
    }
    if (literals > end - position) throw damaged('lz4', 'a block has literals beyond its end')
    if (literals > limit - to) return FULL
    if (literals <= SHORT_COPY && position <= shortSrc && to <= shortDst)
      copyShort(input, position, output, to, literals)
    else src.copy(dst, to, position, position + literals)
    position += literals
    to += literals
    // The last sequence has literals only.
    if (position === end) return to

    if (end - position < 2) throw damaged('lz4', 'a block has a match that is cut off')
    const distance = src[position]! | (src[position + 1]! << 8)
    position += 2
    if (distance === 0 || distance > to - lowest) throw damaged('lz4', 'a block has a match before its beginning')
    let length = token & 15
    if (length === 15) {
      let more = 255
      while (more === 255 && position < end) {
        more = src[position++]!
        length += more
      }
    }
    length += MIN_MATCH
    if (length > limit - to) return FULL
    copyMatch(dst, output, to, distance, length, limit)
    to += length
  }
  throw damaged('lz4', 'a block has no last literals')
}
