// What a byte does to a CRC, by the reversed polynomial.
const TABLE = Int32Array.from({ length: 256 }, (_, byte) => {
  let c = byte
  for (let bit = 0; bit < 8; bit++) c = (c >>> 1) ^ (c & 1 ? 0xedb88320 : 0)
  return c
})

/**
 * CRC-32 as in gzip (IEEE 802.3) of the first `length` bytes, signed. The package `crc-32` takes whole arrays only, and keys
 * are too short to gain by its tables.
 */
export function crc32(bytes: Uint8Array, length: number): number {
  let c = -1
  for (let i = 0; i < length; i++) c = (c >>> 8) ^ TABLE[(c ^ bytes[i]!) & 0xff]!
  return ~c
}
