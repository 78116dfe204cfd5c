import crc32cModule from 'crc-32/crc32c.js'

const update = crc32cModule.buf

/**
 * CRC-32C (Castagnoli) of `bytes`, which record batches of format v2 carry. Any other provider can be put in here.
 *
 * The result is a *signed* 32-bit integer, as `readInt32BE` gives it; `>>> 0` makes it the usual unsigned number. `seed`
 * is the finished result over the bytes before these (0 for none), so `crc32c(b, crc32c(a))` is the CRC of `a` then `b`.
 */
export function crc32c(bytes: Uint8Array, seed = 0): number {
  return update(bytes, seed)
}
