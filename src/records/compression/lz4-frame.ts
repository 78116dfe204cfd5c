import { damaged } from './damaged.ts'
import { xxh32 } from './xxh32.ts'

/*
 * LZ4's frame format, version 1: a header, blocks with their lengths, a mark of the end, and checksums where wanted.
 * https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */

const MAGIC = 0x184d2204
/** With any last four bits: a frame for someone else, to be passed over. */
const SKIPPABLE_MAGIC = 0x184d2a50
const VERSION_MASK = 0xc0
const VERSION_1 = 0x40
const INDEPENDENT_BIT = 0x20
const BLOCK_CHECKSUM_BIT = 0x10
const CONTENT_SIZE_BIT = 0x08
const CONTENT_CHECKSUM_BIT = 0x04
const RESERVED_BIT = 0x02
const DICTIONARY_BIT = 0x01
/** Of a block's length: it is stored as it is. */
const STORED_BIT = 0x80000000
/** A byte of a block gives at most that many. */
const MAX_RATIO = 255

/** What this package writes, as Java does: independent blocks of 64 KiB, no checksum but the header's own. */
export const FRAME_HEADER = Buffer.from('04224d18604082', 'hex')
export const BLOCK_BYTES = 64 << 10

/** Where a block of a frame is, and whether it is stored as it is. */
export interface Lz4Block {
  readonly start: number
  readonly end: number
  readonly isStored: boolean
}

export interface Lz4Frame {
  readonly isLinked: boolean
  readonly maxBlockBytes: number
  readonly blocks: readonly Lz4Block[]
  /** What the header announces; undefined where it does not. */
  readonly contentSize: number | undefined
  /** The checksum of the decompressed content; undefined where there is none. */
  readonly checksum: number | undefined
  /** At most this many bytes can come of it. */
  readonly bound: number
}

/**
 * The frames in `bytes`, one after the other, with all lengths and the checksums of headers and blocks verified, before anything
 * is decompressed.
 *
 * @param anyHeaderChecksum whether the header's checksum may be wrong: until Kafka 0.10, clients took it over more than they should.
 * @throws ProtocolError for frames that are damaged.
 */
export function lz4Frames(bytes: Buffer, anyHeaderChecksum: boolean): Lz4Frame[] {
  const frames: Lz4Frame[] = []
  let position = 0
  while (position < bytes.length) {
    need(bytes, position, 4)
    const magic = bytes.readUInt32LE(position)
    if ((magic & ~0xf) >>> 0 === SKIPPABLE_MAGIC) {
      need(bytes, position, 8)
      const length = bytes.readUInt32LE(position + 4)
      need(bytes, position + 8, length)
      position += 8 + length
      continue
    }
    if (magic !== MAGIC) throw damaged('lz4', 'a frame begins with the wrong bytes')
    position = readFrame(bytes, position, anyHeaderChecksum, frames)
  }
  if (frames.length === 0) throw damaged('lz4', 'it has no frame')
  return frames
}

function readFrame(bytes: Buffer, start: number, anyHeaderChecksum: boolean, frames: Lz4Frame[]): number {
  need(bytes, start, 7)
  const flags = bytes[start + 4]!
  const descriptor = bytes[start + 5]!
  const sizeCode = descriptor >>> 4
  if ((flags & VERSION_MASK) !== VERSION_1) throw damaged('lz4', `a frame is of version ${flags >>> 6}`)
  if ((flags & DICTIONARY_BIT) !== 0) throw damaged('lz4', 'a frame needs a dictionary')
  if ((flags & RESERVED_BIT) !== 0 || (descriptor & 0x0f) !== 0 || sizeCode < 4 || sizeCode > 7) {
    throw damaged('lz4', 'the header of a frame has bits that mean nothing')
  }
  const maxBlockBytes = 1 << (8 + 2 * sizeCode)
  let position = start + 6
  let contentSize: number | undefined
  if ((flags & CONTENT_SIZE_BIT) !== 0) {
    need(bytes, position, 9)
    contentSize = bytes.readUInt32LE(position) + bytes.readUInt32LE(position + 4) * 2 ** 32
    position += 8
  }
  if (!anyHeaderChecksum && ((xxh32(bytes, start + 4, position) >>> 8) & 0xff) !== bytes[position]) {
    throw damaged('lz4', 'the checksum of the header of a frame does not match')
  }
  position++

  const blocks: Lz4Block[] = []
  const blockChecksumBytes = (flags & BLOCK_CHECKSUM_BIT) === 0 ? 0 : 4
  let bound = 0
  for (;;) {
    need(bytes, position, 4)
    const word = bytes.readUInt32LE(position)
    position += 4
    if (word === 0) break
    const isStored = (word & STORED_BIT) !== 0
    const length = word & ~STORED_BIT
    if (length > maxBlockBytes) throw damaged('lz4', `a block has ${length} bytes where ${maxBlockBytes} are the most`)
    const end = position + length
    need(bytes, position, length + blockChecksumBytes)
    if (blockChecksumBytes > 0 && xxh32(bytes, position, end) !== bytes.readUInt32LE(end)) {
      throw damaged('lz4', 'the checksum of a block does not match')
    }
    bound += isStored ? length : Math.min(length * MAX_RATIO, maxBlockBytes)
    blocks.push({ start: position, end, isStored })
    position = end + blockChecksumBytes
  }
  let checksum: number | undefined
  if ((flags & CONTENT_CHECKSUM_BIT) !== 0) {
    need(bytes, position, 4)
    checksum = bytes.readUInt32LE(position)
    position += 4
  }
  if (contentSize !== undefined && contentSize > bound) {
    throw damaged('lz4', `a frame announces ${contentSize} bytes, more than its blocks can give`)
  }
  frames.push({ isLinked: (flags & INDEPENDENT_BIT) === 0, maxBlockBytes, blocks, contentSize, checksum, bound })
  return position
}

function need(bytes: Buffer, position: number, length: number): void {
  if (length > bytes.length - position) throw damaged('lz4', 'it is cut off')
}
