import crc32cModule from 'crc-32/crc32c.js'
import { optionalPackage } from './optional-package.ts'

/** For less than this a call into the native package takes longer than JavaScript does (Node 20 and 24). */
const NATIVE_FROM_BYTES = 384

type Crc32c = (bytes: Uint8Array, seed: number) => number

let large: Crc32c | undefined

/**
 * CRC-32C (Castagnoli) of `bytes`, which record batches of format v2 carry: by the package `@node-rs/crc32` where it can be
 * loaded, which is three to five times as fast since processors have an instruction for it.
 *
 * The result is a *signed* 32-bit integer, as `readInt32BE` gives it; `>>> 0` makes it the usual unsigned number. `seed`
 * is the finished result over the bytes before these (0 for none), so `crc32c(b, crc32c(a))` is the CRC of `a` then `b`.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  if (bytes.length < NATIVE_FROM_BYTES) return plainCrc32c(bytes, seed)
  large ??= nativeCrc32c() ?? plainCrc32c
  return large(bytes, seed)
}

/**
 * {@link crc32c} by the package `crc-32`, which is JavaScript and always there. Tables for 16 bytes at a time, read as words,
 * were measured to be no faster on Node 24, and a fifth on Node 20.
 */
export const plainCrc32c: Crc32c = crc32cModule.buf

/** {@link crc32c} by the package `@node-rs/crc32`; undefined where it cannot be loaded. */
export function nativeCrc32c(): Crc32c | undefined {
  const native = optionalPackage<{ crc32c?: Crc32c }>('@node-rs/crc32')?.crc32c
  return native && ((bytes, seed) => native(bytes, seed >>> 0) | 0)
}
