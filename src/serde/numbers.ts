import { SerializationError } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'
import type { Serde, SerdeContext } from './serde.ts'

const MIN_INT32 = -(2 ** 31)
const MAX_INT32 = 2 ** 31 - 1
const MIN_INT64 = -(2n ** 63n)
const MAX_INT64 = 2n ** 63n - 1n

/**
 * A signed whole number of 32 bits as 4 bytes, big-endian: Java's IntegerSerializer.
 *
 * Throws {@link SerializationError} for any other value, and for another number of bytes.
 */
export function int32(): Serde<number> {
  return {
    serialize(data: unknown, context) {
      const fits = Number.isInteger(data) && (data as number) >= MIN_INT32 && (data as number) <= MAX_INT32
      if (!fits) throw unfit(context, `a whole number from ${MIN_INT32} to ${MAX_INT32}`, data)
      const bytes = Buffer.allocUnsafe(4)
      bytes.writeInt32BE(data as number)
      return bytes
    },
    deserialize(bytes, context) {
      checkLength(bytes, 4, 'an int32', context)
      return bytes.readInt32BE()
    },
  }
}

/**
 * A signed whole number of 64 bits, as a bigint, as 8 bytes, big-endian: Java's LongSerializer.
 *
 * Throws {@link SerializationError} for any other value, and for another number of bytes.
 */
export function int64(): Serde<bigint> {
  return {
    serialize(data: unknown, context) {
      const fits = typeof data === 'bigint' && data >= MIN_INT64 && data <= MAX_INT64
      if (!fits) throw unfit(context, `a bigint from ${MIN_INT64}n to ${MAX_INT64}n`, data)
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeBigInt64BE(data)
      return bytes
    },
    deserialize(bytes, context) {
      checkLength(bytes, 8, 'an int64', context)
      return bytes.readBigInt64BE()
    },
  }
}

/**
 * A number as 8 bytes, big-endian: Java's DoubleSerializer.
 *
 * Throws {@link SerializationError} for any other value, and for another number of bytes.
 */
export function double(): Serde<number> {
  return {
    serialize(data: unknown, context) {
      if (typeof data !== 'number') throw unfit(context, 'a number', data)
      const bytes = Buffer.allocUnsafe(8)
      bytes.writeDoubleBE(data)
      return bytes
    },
    deserialize(bytes, context) {
      checkLength(bytes, 8, 'a double', context)
      return bytes.readDoubleBE()
    },
  }
}

function unfit(context: SerdeContext, wanted: string, data: unknown): SerializationError {
  return new SerializationError(context, `must be ${wanted}, not ${describeValue(data)}`)
}

function checkLength(bytes: Buffer, wanted: number, name: string, context: SerdeContext): void {
  if (bytes.length === wanted) return
  throw new SerializationError(context, `is not ${name}: it has ${bytes.length} bytes instead of ${wanted}`)
}
