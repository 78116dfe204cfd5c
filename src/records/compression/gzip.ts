import { gunzipSync, gzip as gzipAsync, gzipSync } from 'node:zlib'
import type { Codec, Levels } from './codec.ts'
import { damaged } from './damaged.ts'
import { checkedLevel } from './levels.ts'
import { tooLarge } from './too-large.ts'

const LEVELS: Levels = { min: 1, max: 9, default: 6 }
/** Deflate cannot shrink by more than this, so that a trailer which claims more lies. */
const MAX_RATIO = 1032
/** Output is gathered in pieces of at most this many bytes, whatever the trailer claims. */
const MAX_CHUNK_BYTES = 4 << 20

/** gzip by node:zlib, with levels as there. Reads several members in a row, as Java does. */
export const gzip: Codec = {
  id: 1,
  name: 'gzip',
  levels: LEVELS,
  asyncFromBytes: 32 << 10,

  compress(bytes, level) {
    return gzipSync(bytes, { level: checkedLevel('gzip', LEVELS, level) })
  },

  async compressAsync(bytes, level) {
    const options = { level: checkedLevel('gzip', LEVELS, level) }
    return new Promise((resolve, reject) => {
      gzipAsync(bytes, options, (error, compressed) => (error === null ? resolve(compressed) : reject(error)))
    })
  },

  decompress(bytes, maxBytes) {
    try {
      return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: chunkSizeFor(bytes) })
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge(maxBytes, error)
      throw damaged('gzip', (error as Error).message, error)
    }
  },
}

/** One piece that takes all the output saves joining many; the trailer's last four bytes tell the last member's size. */
function chunkSizeFor(bytes: Buffer): number {
  const claimed = bytes.length >= 18 ? bytes.readUInt32LE(bytes.length - 4) : 0
  // zlib asks for another piece when one is exactly full; a spare byte keeps that from happening.
  const wanted = Math.min(claimed + 1, bytes.length * MAX_RATIO)
  // The last of several members may be tiny: the pieces must not be.
  return Math.min(Math.max(wanted, bytes.length * 4, 64), MAX_CHUNK_BYTES)
}
