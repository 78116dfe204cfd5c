import { damaged } from './damaged.ts'

/*
 * Where zstd's frames are and what may come of them, told without decompressing anything.
 * https://github.com/facebook/zstd/blob/dev/doc/zstd_compression_format.md
 */

const MAGIC = 0xfd2fb528
/** With any last four bits: a frame for someone else, to be passed over. */
const SKIPPABLE_MAGIC = 0x184d2a50
const MAX_BLOCK_BYTES = 128 << 10
/** More than zstd itself takes by default is not believed either; even level 22 needs no more. */
const MAX_WINDOW_LOG = 27

export interface ZstdFrame {
  readonly start: number
  readonly end: number
  /** What the header announces; undefined where it does not. */
  readonly contentSize: number | undefined
  /** At most this many bytes can come of its blocks. */
  readonly bound: number
}

/** The frames in `bytes`, one after the other. @throws ProtocolError for what cannot be frames. */
export function zstdFrames(bytes: Buffer): ZstdFrame[] {
  const frames: ZstdFrame[] = []
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
    if (magic !== MAGIC) throw damaged('zstd', 'a frame begins with the wrong bytes')
    const frame = readFrame(bytes, position)
    frames.push(frame)
    position = frame.end
  }
  if (frames.length === 0) throw damaged('zstd', 'it has no frame')
  return frames
}

function readFrame(bytes: Buffer, start: number): ZstdFrame {
  need(bytes, start, 5)
  const flags = bytes[start + 4]!
  const isSingleSegment = (flags & 0x20) !== 0
  const sizeCode = flags >>> 6
  const sizeBytes = sizeCode === 0 ? (isSingleSegment ? 1 : 0) : 1 << sizeCode
  const windowBytes = isSingleSegment ? 0 : 1
  if ((flags & 0x08) !== 0) throw damaged('zstd', 'the header of a frame has bits that mean nothing')
  if ((flags & 0x03) !== 0) throw damaged('zstd', 'a frame needs a dictionary')
  let position = start + 5
  need(bytes, position, windowBytes + sizeBytes)
  let window = windowBytes === 0 ? 0 : windowSize(bytes[position]!)
  position += windowBytes
  const contentSize = readSize(bytes, position, sizeBytes)
  if (isSingleSegment) window = contentSize!
  position += sizeBytes

  const maxBlockBytes = Math.min(window, MAX_BLOCK_BYTES)
  let bound = 0
  let isLast = false
  while (!isLast) {
    need(bytes, position, 3)
    const header = bytes.readUIntLE(position, 3)
    const type = (header >>> 1) & 3
    const size = header >>> 3
    isLast = (header & 1) === 1
    if (type === 3) throw damaged('zstd', 'a block is of a type that there is not')
    if (size > maxBlockBytes) throw damaged('zstd', `a block has ${size} bytes where ${maxBlockBytes} are the most`)
    // Of blocks that are stored or all one byte the size is what comes of them, of others what there is.
    bound += type === 2 ? maxBlockBytes : size
    position += 3
    const length = type === 1 ? 1 : size
    need(bytes, position, length)
    position += length
  }
  if ((flags & 0x04) !== 0) {
    need(bytes, position, 4)
    position += 4
  }
  if (contentSize !== undefined && contentSize > bound) {
    throw damaged('zstd', `a frame announces ${contentSize} bytes, more than its blocks can give`)
  }
  return { start, end: position, contentSize, bound }
}

function windowSize(byte: number): number {
  const log = 10 + (byte >>> 3)
  if (log > MAX_WINDOW_LOG) throw damaged('zstd', `a frame wants a window of 2^${log} bytes`)
  return 2 ** log + (2 ** log / 8) * (byte & 7)
}

function readSize(bytes: Buffer, position: number, width: number): number | undefined {
  switch (width) {
    case 0:
      return undefined
    case 1:
      return bytes[position]!
    case 2:
      return bytes.readUInt16LE(position) + 256
    case 4:
      return bytes.readUInt32LE(position)
    default:
      return bytes.readUInt32LE(position) + bytes.readUInt32LE(position + 4) * 2 ** 32
  }
}

function need(bytes: Buffer, position: number, length: number): void {
  if (length > bytes.length - position) throw damaged('zstd', 'it is cut off')
}
