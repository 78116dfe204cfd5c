import { copyMatch, copyShort, MATCH_STEPS, matchLength, SHORT_COPY } from './copy.ts'
import { damaged } from './damaged.ts'
import { Seen } from './seen.ts'

/*
 * Snappy's raw format: the size of the data as a varint, then literals and copies of what came before.
 * https://github.com/google/snappy/blob/main/format_description.txt
 */

/** Matches are looked for within pieces of this size, so that all distances fit into two bytes. */
const PIECE_BYTES = 1 << 16
/** In the last bytes of a piece nothing is looked for. */
const TAIL_BYTES = 15
/** Two bytes say a copy of up to 11 bytes from less than this far back; a longer or farther one takes three. */
const NEAR = 2048
/** An element gives at most 64 bytes and those take 3, so that no more than this can come of a byte. */
const MAX_RATIO = 22

const seen = new Seen()

/** The most that `size` bytes may become. */
export function snappyBound(size: number): number {
  return 32 + size + Math.floor(size / 6)
}

/** Compresses `src[start, end)` into `dst` from `to` on, where there must be {@link snappyBound} bytes; returns the end. */
export function compressSnappyBlock(src: Buffer, start: number, end: number, dst: Buffer, to: number): number {
  let size = end - start
  for (; size >= 0x80; size >>>= 7) dst[to++] = (size & 0x7f) | 0x80
  dst[to++] = size
  for (; start < end; start += PIECE_BYTES) to = compressPiece(src, start, Math.min(start + PIECE_BYTES, end), dst, to)
  return to
}

function compressPiece(src: Buffer, start: number, end: number, dst: Buffer, to: number): number {
  const input = new DataView(src.buffer, src.byteOffset, src.length)
  const table = seen.table
  const base = seen.begin(end - start) - start
  const first = base + start
  const lastStart = end - TAIL_BYTES
  let anchor = start
  let position = start
  let misses = MATCH_STEPS
  while (position < lastStart) {
    const four = input.getInt32(position, true)
    const hash = Math.imul(four, 0x1e35a7bd) >>> 18
    const known = table[hash]!
    table[hash] = base + position
    const candidate = known - base
    if (known < first || input.getInt32(candidate, true) !== four) {
      // The longer nothing is found, the larger the steps: what cannot be compressed is passed over quickly.
      position += misses++ >>> 6
      continue
    }
    misses = MATCH_STEPS
    if (position > anchor) to = writeLiterals(src, anchor, position, dst, to)
    const length = 4 + matchLength(input, src, candidate + 4, position + 4, end)
    to = writeCopy(dst, to, position - candidate, length)
    position += length
    anchor = position
    if (position < lastStart)
      table[Math.imul(input.getInt32(position - 1, true), 0x1e35a7bd) >>> 18] = base + position - 1
  }
  return anchor < end ? writeLiterals(src, anchor, end, dst, to) : to
}

function writeLiterals(src: Buffer, from: number, end: number, dst: Buffer, to: number): number {
  const length = end - from
  if (length <= 60) {
    dst[to++] = (length - 1) << 2
  } else if (length <= 256) {
    dst[to++] = 60 << 2
    dst[to++] = length - 1
  } else {
    dst[to++] = 61 << 2
    dst[to++] = length - 1
    dst[to++] = (length - 1) >>> 8
  }
  if (length > SHORT_COPY) src.copy(dst, to, from, end)
  else for (let i = 0; i < length; i++) dst[to + i] = src[from + i]!
  return to + length
}

function writeCopy(dst: Buffer, to: number, distance: number, length: number): number {
  while (length >= 68) {
    to = writeFarCopy(dst, to, distance, 64)
    length -= 64
  }
  // What is left over must be at least 4 bytes long, so that it can be said in two.
  if (length > 64) {
    to = writeFarCopy(dst, to, distance, 60)
    length -= 60
  }
  if (length >= 12 || distance >= NEAR) return writeFarCopy(dst, to, distance, length)
  dst[to] = ((distance >>> 8) << 5) | ((length - 4) << 2) | 1
  dst[to + 1] = distance
  return to + 2
}

function writeFarCopy(dst: Buffer, to: number, distance: number, length: number): number {
  dst[to] = ((length - 1) << 2) | 2
  dst[to + 1] = distance
  dst[to + 2] = distance >>> 8
  return to + 3
}

/**
 * The size that the block `src[start, end)` says it has when decompressed, which is no more than a block of its length can have.
 *
 * @throws ProtocolError for a size that cannot be.
 */
export function snappySize(src: Buffer, start: number, end: number): number {
  let size = 0
  let scale = 1
  for (let i = start; i < end && i < start + 5; i++, scale *= 128) {
    const byte = src[i]!
    size += (byte & 0x7f) * scale
    if (byte >= 0x80) continue
    if (size > (end - i - 1) * MAX_RATIO) throw damaged('snappy', `a block announces ${size} bytes in ${end - i - 1}`)
    return size
  }
  throw damaged('snappy', 'a block does not begin with its size')
}

/**
 * Decompresses the block `src[position, end)` into `dst` from `start` on, where there must be room for {@link snappySize} bytes.
 *
 * @returns where the output ended.
 * @throws ProtocolError for a block that is damaged.
 */
export function decompressSnappyBlock(src: Buffer, position: number, end: number, dst: Buffer, start: number): number {
  const limit = start + snappySize(src, position, end)
  while (src[position++]! >= 0x80);
  const input = new DataView(src.buffer, src.byteOffset, src.length)
  const output = new DataView(dst.buffer, dst.byteOffset, dst.length)
  const shortSrc = src.length - SHORT_COPY
  const shortDst = limit - SHORT_COPY
  let to = start
  while (position < end) {
    const tag = src[position++]!
    const kind = tag & 3
    let length = tag >>> 2
    if (kind === 0) {
      if (length >= 60) {
        const width = length - 59
        if (width > end - position) throw damaged('snappy', 'a block has a length that is cut off')
        length = src.readUIntLE(position, width)
        position += width
      }
      length++
      if (length > end - position) throw damaged('snappy', 'a block has literals beyond its end')
      if (length > limit - to) throw damaged('snappy', 'a block is larger than it announces')
      if (length <= SHORT_COPY && position <= shortSrc && to <= shortDst) copyShort(input, position, output, to, length)
      else src.copy(dst, to, position, position + length)
      position += length
      to += length
      continue
    }
    let distance: number
    if (kind === 1) {
      if (position >= end) throw damaged('snappy', 'a block has a copy that is cut off')
      length = (length & 7) + 4
      distance = ((tag >>> 5) << 8) | src[position++]!
    } else {
      const width = kind === 2 ? 2 : 4
      if (width > end - position) throw damaged('snappy', 'a block has a copy that is cut off')
      length++
      distance = width === 2 ? src[position]! | (src[position + 1]! << 8) : input.getUint32(position, true)
      position += width
    }
    if (distance === 0 || distance > to - start) throw damaged('snappy', 'a block has a copy from before its beginning')
    if (length > limit - to) throw damaged('snappy', 'a block is larger than it announces')
    copyMatch(dst, output, to, distance, length, limit)
    to += length
  }
  if (to !== limit) throw damaged('snappy', `a block has ${to - start} bytes where it announces ${limit - start}`)
  return to
}
