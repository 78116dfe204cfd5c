import { SerializationError } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'
import type { Serde } from './serde.ts'

/**
 * Text as UTF-8, like Java's StringSerializer. Bytes that are no UTF-8 are read as U+FFFD.
 *
 * Throws {@link SerializationError} when it is given anything but a string.
 */
export function string(): Serde<string> {
  return {
    serialize(data: unknown, context) {
      if (typeof data === 'string') return data
      throw new SerializationError(context, `must be a string, not ${describeValue(data)}`)
    },
    deserialize: bytes => bytes.toString(),
  }
}
