import type { Deserializer } from '../serde/serde.ts'
import { bool, bytes, custom, describeValue, ms, oneOf, section } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'
import type { ConsumerInterceptor, OnDeserializationError } from './types.ts'

/** The `consumer` slice of the configuration. */
export const consumerOptions = {
  fetch: section(
    {
      /** The broker answers when it has this much, or after `maxWaitMs`. */
      minBytes: bytes(1, { min: 1 }),
      /** How much one partition may send in an answer. A larger message comes all the same. */
      defaultBytes: bytes(1_048_576, { min: 1 }),
      /** How much one answer may hold: at least `fetch.defaultBytes`, less than `net.maxResponseBytes`. A larger message comes all the same. */
      maxBytes: bytes(50 * 1024 * 1024, { min: 1 }),
    },
    ({ defaultBytes, maxBytes }, report) => {
      if (maxBytes >= defaultBytes) return
      report('maxBytes', `must be at least consumer.fetch.defaultBytes, which is ${defaultBytes}, not ${maxBytes}`)
    },
  ),
  /** How long a broker may wait for `fetch.minBytes`. */
  maxWaitMs: ms(500),
  /** How much may lie fetched and unread, over all partitions of a consumer; then fetching pauses. */
  maxBufferedBytes: bytes(64 * 1024 * 1024, { min: 1 }),
  /**
   * With 'read_committed' nothing is seen of transactions that were aborted or are still open, and reading ends at the first message
   * of the oldest that is open (KIP-98).
   */
  isolationLevel: oneOf('read_uncommitted', ['read_uncommitted', 'read_committed']),
  /** Verify the CRC-32C of every batch. */
  checkCrcs: bool(true),
  /** How keys are made of bytes; without it they are Buffers. */
  key: custom<Deserializer<Buffer> | undefined>(undefined, deserializerProblem, 'Deserializer'),
  /** How values are made of bytes; without it they are Buffers. */
  value: custom<Deserializer<Buffer> | undefined>(undefined, deserializerProblem, 'Deserializer'),
  /**
   * What becomes of a message that a deserializer cannot read: 'throw' ends the iteration with the error, 'skip' leaves the message
   * out; a function is given the error and the message as it came, and answers one of the two.
   */
  onDeserializationError: custom<OnDeserializationError>(
    'throw',
    deserializationPolicyProblem,
    '"throw" | "skip" | function',
  ),
  /** See each message before it is handed out, one after another. */
  interceptors: custom<readonly ConsumerInterceptor[]>([], interceptorsProblem, 'ConsumerInterceptor[]', '[]'),
  offsets: {
    /** Where to begin when the caller does not say. */
    initial: oneOf('newest', ['newest', 'oldest']),
    /**
     * Where to go on when the log does not have the offset: at the end of the log that is nearest to it, always at its start or its end,
     * or not at all, which ends the iteration with the error. A topic that was deleted and made anew is read from its start, and a log
     * that was truncated from where it was, except with 'fail'.
     */
    reset: oneOf('nearest', ['nearest', 'oldest', 'newest', 'fail']),
  },
  /** How often in a row a partition is tried again. */
  retry: retryOptions(Infinity, 100, 5_000),
  /** When a partition has had nothing to hand out and no answer for so long, `hooks.onStalled` is told. 0 is never. */
  stalledAfterMs: ms(60_000),
}

function deserializerProblem(value: unknown): string | undefined {
  if (typeof (value as Partial<Deserializer<unknown>> | null)?.deserialize === 'function') return undefined
  return `must be a deserializer such as json(), an object with deserialize(), not ${describeValue(value)}`
}

function deserializationPolicyProblem(value: unknown): string | undefined {
  if (value === 'throw' || value === 'skip' || typeof value === 'function') return undefined
  return `must be "throw", "skip" or a function, not ${describeValue(value)}`
}

function interceptorsProblem(value: unknown): string | undefined {
  const isOne = (item: unknown) => typeof (item as Partial<ConsumerInterceptor> | null)?.onConsume === 'function'
  if (!Array.isArray(value)) return `must be a list of objects with onConsume(), not ${describeValue(value)}`
  const wrong = value.findIndex(item => !isOne(item))
  return wrong < 0 ? undefined : `must be a list of objects with onConsume(); [${wrong}] has none`
}
