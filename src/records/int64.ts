const HIGH = 2 ** 32

/** An int64 as the nearest number, in less than half of the time of a bigint. */
export function readInt64(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * HIGH + bytes.readUInt32BE(at + 4)
}

/** Writes a safe integer as an int64: what Buffers have for it makes several bigints on the way. */
export function writeInt64(bytes: Buffer, value: number, at: number): void {
  const high = Math.floor(value / HIGH)
  bytes.writeInt32BE(high, at)
  bytes.writeUInt32BE(value - high * HIGH, at + 4)
}

/** Writes a bigint as an int64: by the way above where it can be, which is nearly always. */
export function writeBigInt64(bytes: Buffer, value: bigint, at: number): void {
  const number = Number(value)
  if (Number.isSafeInteger(number)) writeInt64(bytes, number, at)
  else bytes.writeBigInt64BE(value, at)
}
