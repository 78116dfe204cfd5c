import { asBuffer, bufferView } from '../../util/buffer-view.ts'
import { optionalPackage } from '../optional-package.ts'
import type { BlockProvider, Codec } from './codec.ts'
import { damaged } from './damaged.ts'
import { exactly, scratch } from './memory.ts'
import { compressSnappyBlock, decompressSnappyBlock, snappyBound, snappySize } from './snappy-block.ts'

/** How the frames of xerial's snappy-java begin, which Java's clients write: its magic, a version, and the oldest that can read it. */
const XERIAL_HEADER = Buffer.from('82534e41505059000000000100000001', 'hex')
const XERIAL_MAGIC_BYTES = 8
/** The magic's first four bytes, where a block's length could be. */
const XERIAL_AGAIN = XERIAL_HEADER.readInt32BE(0)
const BLOCK_BYTES = 64 << 10

/** A call into the native package costs some µs, in which short blocks are done here (measured on Node 20 and 24). */
const NATIVE_COMPRESS_FROM_BYTES = 2 << 10
const NATIVE_DECOMPRESS_FROM_BYTES = 8 << 10

interface SnappyPackage {
  compressSync(input: Buffer, options: { copyOutputData: true }): Buffer
  uncompressSync(input: Buffer, options: { copyOutputData: true }): Buffer
}

/** Written here, and so always there. */
export const ownSnappy: BlockProvider = {
  name: 'samsa',
  compress: compressSnappyBlock,
  decompress: decompressSnappyBlock,
}

/** The package `snappy`; undefined where it cannot be loaded. */
export function nativeSnappy(): BlockProvider | undefined {
  const native = optionalPackage<SnappyPackage>('snappy')
  if (typeof native?.compressSync !== 'function') return undefined
  // Without the copy its output is external memory that is freed when the event loop turns: a third of the speed, and a
  // loop that does not let go of the event loop fills the memory.
  const options = { copyOutputData: true } as const
  const write = (output: Uint8Array, dst: Buffer, to: number): number => {
    dst.set(output, to)
    return to + output.length
  }
  return {
    name: 'snappy',
    compress: (src, start, end, dst, to) => write(native.compressSync(part(src, start, end), options), dst, to),
    decompress: (src, start, end, dst, to) =>
      write(asBuffer(native.uncompressSync(part(src, start, end), options)), dst, to),
  }
}

let large: BlockProvider | undefined

function provider(size: number, nativeFrom: number): BlockProvider {
  if (size < nativeFrom) return ownSnappy
  large ??= nativeSnappy() ?? ownSnappy
  return large
}

/** Snappy, written in xerial's framing as Java does, and read in that or raw, as librdkafka writes it. It has no levels. */
export const snappy: Codec = {
  id: 2,
  name: 'snappy',

  compress(bytes) {
    const blocks = Math.ceil(bytes.length / BLOCK_BYTES)
    const size = Math.min(bytes.length, BLOCK_BYTES)
    const dst = scratch(XERIAL_HEADER.length + blocks * (4 + snappyBound(size)))
    const { compress } = provider(size, NATIVE_COMPRESS_FROM_BYTES)
    dst.set(XERIAL_HEADER)
    let to = XERIAL_HEADER.length
    for (let start = 0; start < bytes.length; start += BLOCK_BYTES) {
      const end = compress(bytes, start, Math.min(start + BLOCK_BYTES, bytes.length), dst, to + 4, 0)
      dst.writeInt32BE(end - to - 4, to)
      to = end
    }
    return part(dst, 0, to)
  },

  decompress(bytes, maxBytes) {
    const blocks = isXerial(bytes) ? xerialBlocks(bytes) : [0, bytes.length]
    let size = 0
    for (let i = 0; i < blocks.length; i += 2) size += snappySize(bytes, blocks[i]!, blocks[i + 1]!)
    const dst = exactly(size, maxBytes)
    let to = 0
    for (let i = 0; i < blocks.length; i += 2) to = decompressBlock(bytes, blocks[i]!, blocks[i + 1]!, dst, to)
    return dst
  },
}

function decompressBlock(src: Buffer, start: number, end: number, dst: Buffer, to: number): number {
  const limit = to + snappySize(src, start, end)
  const chosen = provider(limit - to, NATIVE_DECOMPRESS_FROM_BYTES)
  try {
    if (chosen.decompress(src, start, end, dst, to, limit) === limit) return limit
  } catch (error) {
    if (chosen === ownSnappy) throw error
  }
  // The one of our own tells what is wrong.
  return decompressSnappyBlock(src, start, end, dst, to)
}

function isXerial(bytes: Buffer): boolean {
  return bytes.length >= XERIAL_MAGIC_BYTES && XERIAL_HEADER.compare(bytes, 0, 8, 0, XERIAL_MAGIC_BYTES) === 0
}

/** Where blocks begin and end, in pairs. The versions are not looked at, since not everyone writes them right. */
function xerialBlocks(bytes: Buffer): number[] {
  const blocks: number[] = []
  let position = XERIAL_HEADER.length
  if (position > bytes.length) throw damaged('snappy', 'it ends within its header')
  while (position < bytes.length) {
    if (position + 4 > bytes.length) throw damaged('snappy', 'it ends within the length of a block')
    const length = bytes.readInt32BE(position)
    if (length === XERIAL_AGAIN) {
      position += XERIAL_HEADER.length
      continue
    }
    position += 4
    if (length < 0 || length > bytes.length - position) {
      throw damaged('snappy', `a block has ${length} bytes, of which ${bytes.length - position} are there`)
    }
    blocks.push(position, position + length)
    position += length
  }
  return blocks
}

function part(bytes: Buffer, start: number, end: number): Buffer {
  return bufferView(bytes.buffer, bytes.byteOffset + start, end - start)
}
