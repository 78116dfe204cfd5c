import { gunzipSync, gzipSync } from 'node:zlib'
import { ConfigurationError, ProtocolError } from '../../errors/client-errors.ts'
import type { Codec } from './codec.ts'
import { tooLarge } from './too-large.ts'

/** Deflate cannot shrink by more than this, so that a trailer which claims more lies. */
const MAX_RATIO = 1032
/** Output is gathered in pieces of at most this many bytes, whatever the trailer claims. */
const MAX_CHUNK_BYTES = 4 << 20

/** gzip by node:zlib, with levels as there. Reads several members in a row, as Java does. */
export const gzip: Codec = {
  id: 1,
  name: 'gzip',
  levels: { min: 1, max: 9 },

  compress(bytes, level) {
    if (level === undefined) return gzipSync(bytes)
    if (!Number.isInteger(level) || level < 1 || level > 9) {
      throw new ConfigurationError([{ option: 'compressionLevel', problem: `gzip has levels 1 to 9, not ${level}` }])
    }
    return gzipSync(bytes, { level })
  },

  decompress(bytes, maxBytes) {
    try {
      return gunzipSync(bytes, { maxOutputLength: maxBytes, chunkSize: chunkSizeFor(bytes) })
    } catch (error) {
      if (error instanceof RangeError) throw tooLarge(maxBytes, error)
      throw new ProtocolError(`its gzip data is damaged: ${(error as Error).message}`, { cause: error })
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
