import { SerializationError } from '../errors/client-errors.ts'
import type { Serde } from './serde.ts'

/**
 * JSON as UTF-8. That what is read is a `T` is not checked.
 *
 * Throws {@link SerializationError} for what JSON cannot carry (functions, BigInt, circles) and for bytes that are no JSON.
 */
export function json<T = unknown>(): Serde<T> {
  return {
    serialize(data, context) {
      let text: string | undefined
      try {
        text = JSON.stringify(data)
      } catch (cause) {
        throw new SerializationError(context, `cannot be written as JSON: ${firstLine(cause)}`, { cause })
      }
      if (text !== undefined) return text
      throw new SerializationError(context, `cannot be written as JSON: there is none for ${typeof data}`)
    },
    deserialize(bytes, context) {
      try {
        return JSON.parse(bytes.toString()) as T
      } catch (cause) {
        throw new SerializationError(context, `is not JSON: ${firstLine(cause)}`, { cause })
      }
    },
  }
}

/** Of circles the engine draws a picture. */
function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n')[0]!
}
