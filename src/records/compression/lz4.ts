import { bufferView } from '../../util/buffer-view.ts'
import { optionalPackage } from '../optional-package.ts'
import type { BlockProvider, Codec, Levels } from './codec.ts'
import { damaged } from './damaged.ts'
import { checkedLevel } from './levels.ts'
import { compressLz4Block, decompressLz4Block, FULL, lz4Bound } from './lz4-block.ts'
import { BLOCK_BYTES, FRAME_HEADER, type Lz4Block, type Lz4Frame, lz4Frames } from './lz4-frame.ts'
import { compressLz4BlockHigh } from './lz4-high.ts'
import { filled, scratch } from './memory.ts'
import { tooLarge } from './too-large.ts'
import { xxh32 } from './xxh32.ts'

/** As in librdkafka: 0 is LZ4's fast way, 1 to 12 are its high compression, of which all are read equally fast. */
const LEVELS: Levels = { min: 0, max: 12, default: 0 }
const STORED_BIT = 0x80000000

/** What the package's calls for blocks are made of; those lack the level. */
interface Lz4Bindings {
  /** From all of the input into a part of the output. */
  compress(input: Buffer, output: Buffer, outputStart: number, outputEnd: number): number
  compressHCLimited(input: Buffer, output: Buffer, outputSize: number, level: number): number
  /** From a part of the input into the output; negative where the block is damaged, or the output too small. */
  uncompress(input: Buffer, output: Buffer, inputStart: number, inputEnd: number): number
}

/** Written here, and so always there. */
export const ownLz4: BlockProvider = {
  name: 'samsa',
  compress: (src, start, end, dst, to, level) =>
    level === 0 ? compressLz4Block(src, start, end, dst, to) : compressLz4BlockHigh(src, start, end, dst, to, level),
  decompress: (src, start, end, dst, to, limit) => decompressLz4Block(src, start, end, dst, to, limit, to),
}

/**
 * The package `lz4`; undefined where it cannot be loaded. Its calls for blocks are three times as fast as those for frames, and
 * the frames are no more than a few lengths.
 */
export function nativeLz4(): BlockProvider | undefined {
  const bindings = optionalPackage<{ utils?: { bindings?: Lz4Bindings } }>('lz4')?.utils?.bindings
  if (typeof bindings?.compressHCLimited !== 'function') return undefined
  return {
    name: 'lz4',
    compress(src, start, end, dst, to, level) {
      const input = part(src, start, end)
      if (level === 0) return to + bindings.compress(input, dst, to, dst.length)
      const output = part(dst, to, dst.length)
      return to + bindings.compressHCLimited(input, output, output.length, level)
    },
    decompress(src, start, end, dst, to, limit) {
      const length = bindings.uncompress(src, part(dst, to, limit), start, end)
      return length < 0 ? FULL : to + length
    },
  }
}

let chosen: BlockProvider | undefined

function provider(): BlockProvider {
  chosen ??= nativeLz4() ?? ownLz4
  return chosen
}

/** LZ4 in its frame format, with independent blocks of 64 KiB, as Java writes it. */
export const lz4: Codec = {
  id: 3,
  name: 'lz4',
  levels: LEVELS,

  compress(bytes, level) {
    const checked = checkedLevel('lz4', LEVELS, level)
    const { compress } = provider()
    const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
    const room = FRAME_HEADER.length + blocks * (4 + lz4Bound(Math.min(bytes.length, BLOCK_BYTES))) + 4
    const dst = scratch(room)
    dst.set(FRAME_HEADER)
    let to = FRAME_HEADER.length
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const end = Math.min(start + BLOCK_BYTES, bytes.length)
      const length = compress(bytes, start, end, dst, to + 4, checked) - to - 4
      if (length > 0 && length < end - start) {
        dst.writeUInt32LE(length, to)
        to += 4 + length
      } else {
        dst.writeUInt32LE((end - start + STORED_BIT) >>> 0, to)
        to += 4 + bytes.copy(dst, to + 4, start, end)
      }
    }
    dst.writeUInt32LE(0, to)
    return part(dst, 0, to + 4)
  },

  decompress(bytes, maxBytes, magic = 2) {
    const frames = lz4Frames(bytes, magic < 2)
    let bound = 0
    for (const frame of frames) bound += frame.contentSize ?? frame.bound
    return filled(bound, maxBytes, dst => {
      let to = 0
      for (const frame of frames) to = decompressFrame(bytes, frame, dst, to, maxBytes)
      return to
    })
  },
}

function decompressFrame(src: Buffer, frame: Lz4Frame, dst: Buffer, start: number, maxBytes: number): number {
  let to = start
  for (const block of frame.blocks) {
    const limit = Math.min(to + frame.maxBlockBytes, dst.length)
    const end = decompressBlock(src, block, dst, to, limit, frame.isLinked ? start : to)
    if (end === FULL) {
      // There is room for all that the blocks can give unless the limit is lower, or the header announced less.
      if (dst.length === maxBytes && limit === dst.length) throw tooLarge(maxBytes)
      throw damaged('lz4', 'a block has more output than there may be')
    }
    to = end
  }
  if (frame.contentSize !== undefined && to - start !== frame.contentSize) {
    throw damaged('lz4', `a frame has ${to - start} bytes where it announces ${frame.contentSize}`)
  }
  if (frame.checksum !== undefined && xxh32(dst, start, to) !== frame.checksum) {
    throw damaged('lz4', 'the checksum of its content does not match')
  }
  return to
}

function decompressBlock(
  src: Buffer,
  { start, end, isStored }: Lz4Block,
  dst: Buffer,
  to: number,
  limit: number,
  lowest: number,
): number {
  if (isStored) {
    if (end - start > limit - to) return FULL
    return to + src.copy(dst, to, start, end)
  }
  // The native decoder knows nothing of what came before the block, and does not tell what is wrong.
  if (lowest === to) {
    const output = provider().decompress(src, start, end, dst, to, limit)
    if (output !== FULL) return output
  }
  return decompressLz4Block(src, start, end, dst, to, limit, lowest)
}

function part(bytes: Buffer, start: number, end: number): Buffer {
  return bufferView(bytes.buffer, bytes.byteOffset + start, end - start)
}
