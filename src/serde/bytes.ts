import { SerializationError } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'
import type { Deserializer, Serializer } from './serde.ts'

/**
 * Bytes as they are. What is read is a view of what was fetched: copy what is to be kept for long.
 *
 * Throws {@link SerializationError} when it is given anything but bytes.
 */
export function bytes(): Serializer<Uint8Array> & Deserializer<Buffer> {
  return {
    serialize(data: unknown, context) {
      if (data instanceof Uint8Array) return data
      throw new SerializationError(context, `must be a Uint8Array, not ${describeValue(data)}`)
    },
    deserialize: bytes => bytes,
  }
}
