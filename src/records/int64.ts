const HIGH = 2 ** 32

/** Writes a safe integer as an int64, big-endian: what Buffers have for it makes several bigints on the way. */
export function writeInt64(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / HIGH)
  bytes.writeInt32BE(high, at)
  bytes.writeUInt32BE(value - high * HIGH, at + 4)
}
