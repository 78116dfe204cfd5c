import { endianness } from 'node:os'
import crc32cModule from 'crc-32/crc32c.js'
import { optionalPackage } from './optional-package.ts'

/** The polynomial of Castagnoli, with its bits in reverse. */
const POLYNOMIAL = 0x82f63b78
const TABLES = 16
/** For less than this the package `crc-32` is the fastest: it is JavaScript, and has no call to pay for (Node 20 and 24). */
const SMALL_BYTES = 256
/** Below this the views that going by words needs cost more than it saves. */
const WORDS_FROM_BYTES = 4096
const IS_LITTLE_ENDIAN = endianness() === 'LE'

interface Crc32Package {
  crc32c(bytes: Uint8Array, seed: number): number
}

/** Table k, at k * 256, tells what a byte makes of the CRC when k more bytes follow, so that 16 bytes are done at once. */
const tables = makeTables()

/** {@link crc32c} by the package `crc-32`, which is always there. */
export const smallCrc32c: (bytes: Uint8Array, seed: number) => number = crc32cModule.buf

let large: ((bytes: Uint8Array, seed: number) => number) | undefined

/**
 * CRC-32C (Castagnoli) of `bytes`, which record batches of format v2 carry: by the package `@node-rs/crc32` where it can be
 * loaded, since processors have an instruction for it.
 *
 * The result is a *signed* 32-bit integer, as `readInt32BE` gives it; `>>> 0` makes it the usual unsigned number. `seed`
 * is the finished result over the bytes before these (0 for none), so `crc32c(b, crc32c(a))` is the CRC of `a` then `b`.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  if (bytes.length < SMALL_BYTES) return smallCrc32c(bytes, seed)
  large ??= nativeCrc32c() ?? wordsCrc32c
  return large(bytes, seed)
}

/** {@link crc32c} by the package `@node-rs/crc32`; undefined where it cannot be loaded. */
export function nativeCrc32c(): ((bytes: Uint8Array, seed: number) => number) | undefined {
  const native = optionalPackage<Crc32Package>('@node-rs/crc32')?.crc32c
  return native && ((bytes, seed) => native(bytes, seed >>> 0) | 0)
}

/** {@link crc32c} by words of four bytes: a quarter faster than `crc-32` for what is large, and always there. */
export function wordsCrc32c(bytes: Uint8Array, seed: number): number {
  // Words can only be read where their first byte is the lowest, and where they are aligned in the memory.
  if (!IS_LITTLE_ENDIAN || bytes.length < WORDS_FROM_BYTES) return smallCrc32c(bytes, seed)
  const start = -bytes.byteOffset & 3
  const count = ((bytes.length - start) >>> 4) << 2
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + start, count)
  const crc = ~crcOfWords(words, ~smallCrc32c(bytes.subarray(0, start), seed))
  return smallCrc32c(bytes.subarray(start + count * 4), crc)
}

function crcOfWords(words: Int32Array, crc: number): number {
  for (let i = 0; i < words.length; i += 4) {
    const a = words[i]! ^ crc
    const b = words[i + 1]!
    const c = words[i + 2]!
    const d = words[i + 3]!
    crc =
      tables[3840 + (a & 0xff)]! ^
      tables[3584 + ((a >>> 8) & 0xff)]! ^
      tables[3328 + ((a >>> 16) & 0xff)]! ^
      tables[3072 + (a >>> 24)]! ^
      tables[2816 + (b & 0xff)]! ^
      tables[2560 + ((b >>> 8) & 0xff)]! ^
      tables[2304 + ((b >>> 16) & 0xff)]! ^
      tables[2048 + (b >>> 24)]! ^
      tables[1792 + (c & 0xff)]! ^
      tables[1536 + ((c >>> 8) & 0xff)]! ^
      tables[1280 + ((c >>> 16) & 0xff)]! ^
      tables[1024 + (c >>> 24)]! ^
      tables[768 + (d & 0xff)]! ^
      tables[512 + ((d >>> 8) & 0xff)]! ^
      tables[256 + ((d >>> 16) & 0xff)]! ^
      tables[d >>> 24]!
  }
  return crc
}

function makeTables(): Int32Array {
  const made = new Int32Array(TABLES * 256)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 0 ? crc >>> 1 : (crc >>> 1) ^ POLYNOMIAL
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) made[i] = (made[i - 256]! >>> 8) ^ made[made[i - 256]! & 0xff]!
  return made
}
