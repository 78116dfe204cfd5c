import * as zlib from 'node:zlib'
import { ConfigurationError, ProtocolError } from '../../errors/client-errors.ts'
import { bufferView } from '../../util/buffer-view.ts'
import { optionalPackage } from '../optional-package.ts'
import type { Codec, Levels } from './codec.ts'
import { damaged } from './damaged.ts'
import { checkedLevel } from './levels.ts'
import { filled, scratch } from './memory.ts'
import { tooLarge } from './too-large.ts'
import { type ZstdFrame, zstdFrames } from './zstd-frame.ts'

/** As zstd has them; it is faster with each below 0. */
const LEVELS: Levels = { min: -131072, max: 22, default: 3 }
/** Whatever a frame may become, the output of zlib is gathered in pieces of at most this size. */
const MAX_CHUNK_BYTES = 4 << 20
const MISSING = 'needs the package zstd-napi, or Node.js 22.15 or later: npm install zstd-napi'

/** Compresses into frames, and decompresses single ones. */
export interface ZstdProvider {
  /** The package that it comes from. */
  readonly name: string
  compress(bytes: Buffer, level: number): Buffer
  /** Decompresses a frame into `dst[to, …)`; returns where it ended. Throws when it is damaged, or there is not enough room. */
  decompress(frame: Buffer, dst: Buffer, to: number): number
}

interface ZstdBinding {
  CCtx: new () => { compress(output: Uint8Array, input: Uint8Array, level: number): number }
  DCtx: new () => { decompress(output: Uint8Array, input: Uint8Array): number }
  compressBound(size: number): number
}

/** The package `zstd-napi`; undefined where it cannot be loaded. */
export function napiZstd(): ZstdProvider | undefined {
  const binding = optionalPackage<ZstdBinding>('zstd-napi/binding.js')
  if (typeof binding?.CCtx !== 'function') return undefined
  const compressor = new binding.CCtx()
  const decompressor = new binding.DCtx()
  return {
    name: 'zstd-napi',
    compress(bytes, level) {
      const dst = scratch(binding.compressBound(bytes.length))
      return part(dst, 0, compressor.compress(dst, bytes, level))
    },
    decompress: (frame, dst, to) => to + decompressor.decompress(part(dst, to, dst.length), frame),
  }
}

/** What Node's types lack before version 22.15. */
interface ZlibWithZstd {
  readonly constants: { readonly ZSTD_c_compressionLevel: number }
  zstdCompressSync(bytes: Buffer, options: ZstdOptions): Buffer
  zstdCompress(bytes: Buffer, options: ZstdOptions, done: (error: Error | null, compressed: Buffer) => void): void
  zstdDecompressSync(frame: Buffer, options: zlib.ZlibOptions): Buffer
}

interface ZstdOptions {
  readonly params: Readonly<Record<number, number>>
}

const withZstd = zlibWithZstd()

function zlibWithZstd(): ZlibWithZstd | undefined {
  const candidate = zlib as unknown as ZlibWithZstd
  return typeof candidate.zstdCompressSync === 'function' ? candidate : undefined
}

/** Node's own; undefined before Node 22.15. */
export function zlibZstd(): ZstdProvider | undefined {
  const node = withZstd
  if (node === undefined) return undefined
  return {
    name: 'node:zlib',
    compress: (bytes, level) => node.zstdCompressSync(bytes, optionsFor(node, level)),
    decompress(frame, dst, to) {
      const room = dst.length - to
      // A spare byte, since another piece is asked for when one is exactly full.
      const chunkSize = Math.min(Math.max(room + 1, 64), MAX_CHUNK_BYTES)
      const output = node.zstdDecompressSync(frame, { maxOutputLength: Math.max(room, 1), chunkSize })
      dst.set(output, to)
      return to + output.length
    },
  }
}

function optionsFor(node: ZlibWithZstd, level: number): ZstdOptions {
  return { params: { [node.constants.ZSTD_c_compressionLevel]: level } }
}

let chosen: ZstdProvider | undefined

function provider(): ZstdProvider | undefined {
  chosen ??= napiZstd() ?? zlibZstd()
  return chosen
}

/** zstd, by the package `zstd-napi` where it is, or by node:zlib from Node 22.15 on. */
export const zstd: Codec = {
  id: 4,
  name: 'zstd',
  levels: LEVELS,
  asyncFromBytes: 128 << 10,

  compress(bytes, level) {
    const checked = checkedLevel('zstd', LEVELS, level)
    const found = provider()
    if (found === undefined) {
      throw new ConfigurationError([{ option: 'compression', problem: `zstd ${MISSING}` }])
    }
    return found.compress(bytes, checked)
  },

  ...(withZstd && { compressAsync: (bytes, level) => compressAsync(withZstd, bytes, level) }),

  decompress(bytes, maxBytes) {
    const found = provider()
    if (found === undefined) throw new ProtocolError(`it cannot be read: zstd ${MISSING}`)
    const frames = zstdFrames(bytes)
    let bound = 0
    for (const frame of frames) bound += frame.contentSize ?? frame.bound
    return filled(bound, maxBytes, dst => {
      let to = 0
      for (const frame of frames) to = decompressFrame(found, bytes, frame, dst, to, maxBytes)
      return to
    })
  },
}

async function compressAsync(node: ZlibWithZstd, bytes: Buffer, level: number | undefined): Promise<Buffer> {
  const options = optionsFor(node, checkedLevel('zstd', LEVELS, level))
  return new Promise((resolve, reject) => {
    node.zstdCompress(bytes, options, (error, compressed) => (error === null ? resolve(compressed) : reject(error)))
  })
}

function decompressFrame(
  { decompress }: ZstdProvider,
  src: Buffer,
  frame: ZstdFrame,
  dst: Buffer,
  to: number,
  maxBytes: number,
): number {
  let end: number
  try {
    end = decompress(part(src, frame.start, frame.end), dst, to)
  } catch (error) {
    // There is room for all that the blocks can give, unless the limit is lower or the header announced less.
    if (isFull(error) && dst.length === maxBytes) throw tooLarge(maxBytes, error)
    throw damaged('zstd', (error as Error).message, error)
  }
  if (frame.contentSize !== undefined && end - to !== frame.contentSize) {
    throw damaged('zstd', `a frame has ${end - to} bytes where it announces ${frame.contentSize}`)
  }
  return end
}

/** Whether it was the room that did not suffice: a RangeError of zlib, and what zstd itself says. */
function isFull(error: unknown): boolean {
  return error instanceof RangeError || /buffer is too small/i.test((error as Error).message)
}

function part(bytes: Buffer, start: number, end: number): Buffer {
  return bufferView(bytes.buffer, bytes.byteOffset + start, end - start)
}
