import { type InspectOptions, inspect, isDeepStrictEqual } from 'node:util'
import type { ProducerMessage } from '../../producer/types.ts'

/**
 * What a message must be: the fields that are given must be deeply equal, key and value as they are before any serializer; or a function
 * that throws, as an assertion does, or answers false where the message is another.
 */
export type ExpectedMessage<K, V> =
  | Partial<ProducerMessage<K, V>>
  // biome-ignore lint/suspicious/noConfusingVoidType: assertions return nothing
  | ((message: ProducerMessage<K, V>) => boolean | void)

const IN_ONE_LINE: InspectOptions = { breakLength: Infinity, maxArrayLength: 20, maxStringLength: 200 }

/** How a value is shown in an error. */
export function shown(value: unknown): string {
  return inspect(value, IN_ONE_LINE)
}

/** Why the message is not the one that was expected; undefined where it is. */
export function mismatch<K, V>(
  message: ProducerMessage<K, V>,
  expected: ExpectedMessage<K, V> | undefined,
): string | undefined {
  if (typeof expected === 'function') return refusal(message, expected)
  const given: object = asSent(message)
  const wrong = Object.entries(asSent(expected ?? {})).filter(
    ([field, value]) => field in (expected ?? {}) && !isDeepStrictEqual(given[field as never], value),
  )
  if (wrong.length === 0) return undefined
  const fields = wrong.map(([field, value]) => `${field} ${shown(value)}`).join(', ')
  return `expected a message with ${fields}, but ${shown(message)} was sent`
}

function refusal<K, V>(
  message: ProducerMessage<K, V>,
  check: (message: ProducerMessage<K, V>) => unknown,
): string | undefined {
  try {
    const answer = check(message)
    if (answer instanceof Promise) {
      // Nobody else will look at it.
      answer.catch(() => {})
      return 'the check of a message must not be asynchronous'
    }
    return answer === false ? `the check of a message refuses ${shown(message)}` : undefined
  } catch (error) {
    return `the check of a message refuses ${shown(message)}: ${error instanceof Error ? error.message : String(error)}`
  }
}

/** An absent key or value is null. */
function asSent<M extends { readonly key?: unknown; readonly value?: unknown }>(message: M) {
  return { ...message, key: message.key ?? null, value: message.value ?? null }
}
