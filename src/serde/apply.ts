import { SerializationError } from '../errors/client-errors.ts'
import { describeValue } from '../util/options.ts'
import type { Deserializer, SerdeContext, Serializer } from './serde.ts'

/**
 * What is sent of a key or a value.
 *
 * @throws {@link SerializationError} whichever way a serializer of the user's fails.
 */
export function serialized<T>(
  serializer: Serializer<T>,
  data: T | null | undefined,
  context: SerdeContext,
): Uint8Array | string | null {
  if (data === null || data === undefined) return null
  let answer: Uint8Array | string | null
  try {
    answer = serializer.serialize(data, context)
  } catch (cause) {
    throw wrapped(cause, context, 'could not be serialized')
  }
  if (typeof answer === 'string' || answer instanceof Uint8Array || answer === null) return answer
  throw new SerializationError(
    context,
    `was serialized to ${describeAnswer(answer)} instead of bytes, a string or null`,
  )
}

/**
 * What the user gets of a key or a value.
 *
 * @throws {@link SerializationError} whichever way a deserializer of the user's fails.
 */
export function deserialized<T>(deserializer: Deserializer<T>, bytes: Buffer | null, context: SerdeContext): T | null {
  if (bytes === null) return null
  let answer: T
  try {
    answer = deserializer.deserialize(bytes, context)
  } catch (cause) {
    throw wrapped(cause, context, 'could not be deserialized')
  }
  if (!(answer instanceof Promise)) return answer
  throw new SerializationError(
    context,
    `was deserialized to ${describeAnswer(answer)}: a deserializer must not be asynchronous`,
  )
}

/** Serializers of samsa's own have said all there is to say. */
function wrapped(cause: unknown, context: SerdeContext, what: string): SerializationError {
  if (cause instanceof SerializationError) return cause
  const said = cause instanceof Error ? cause.message : describeValue(cause)
  return new SerializationError(context, `${what}: ${said}`, { cause })
}

function describeAnswer(answer: unknown): string {
  if (!(answer instanceof Promise)) return describeValue(answer)
  // Nobody else will look at it.
  answer.catch(() => {})
  return 'a promise'
}
