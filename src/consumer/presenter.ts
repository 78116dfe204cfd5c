import { ConfigurationError, type SerializationError } from '../errors/client-errors.ts'
import type { Logger } from '../observe/logger.ts'
import { deserialized } from '../serde/apply.ts'
import type { Deserializer } from '../serde/serde.ts'
import { describeValue } from '../util/options.ts'
import { DeserializationError } from './deserialization-error.ts'
import type { FetchedBatch } from './fetched-batch.ts'
import { ListedBatch } from './listed-batch.ts'
import type { Message } from './message.ts'
import type { Portionable } from './message-batch.ts'
import { PlainMessage } from './plain-message.ts'
import type { ConsumerInterceptor, OnDeserializationError } from './types.ts'

export interface PresenterOptions<K, V> {
  readonly key: Deserializer<K> | undefined
  readonly value: Deserializer<V> | undefined
  readonly interceptors: readonly ConsumerInterceptor<K, V>[]
  readonly onDeserializationError: OnDeserializationError
}

/** What the user gets of a batch. */
export interface Presented<K, V> {
  readonly batch: Portionable<K, V>
  /** Why the messages after those of the batch cannot be handed out. */
  readonly failure?: unknown
}

/** Makes of batches as they were fetched what the user gets: deserialized, and seen by the interceptors. */
export class Presenter<K, V> {
  readonly #options: PresenterOptions<K, V>
  readonly #logger: Logger
  /** Whether batches are handed out as they are. */
  readonly #isPlain: boolean

  constructor(options: PresenterOptions<K, V>, logger: Logger) {
    this.#options = options
    this.#logger = logger
    const { key, value, interceptors } = options
    this.#isPlain = key === undefined && value === undefined && interceptors.length === 0
  }

  present(fetched: FetchedBatch): Presented<K, V> {
    // Without deserializers K and V are Buffer.
    if (this.#isPlain) return { batch: fetched as unknown as Portionable<K, V> }
    const messages: Message<K, V>[] = []
    for (const message of fetched) {
      try {
        const read = this.#deserialized(message)
        if (read !== undefined) messages.push(this.#intercepted(read))
      } catch (failure) {
        return { batch: new ListedBatch(messages, fetched, message.offset), failure }
      }
    }
    return { batch: new ListedBatch(messages, fetched, fetched.nextOffset) }
  }

  /** Undefined for a message that is skipped. */
  #deserialized(message: Message): Message<K, V> | undefined {
    const { key, value } = this.#options
    if (key === undefined && value === undefined) return message as unknown as Message<K, V>
    try {
      return new PlainMessage(
        message,
        this.#read(key, message.key, message, true),
        this.#read(value, message.value, message, false),
      )
    } catch (error) {
      if (this.#decide(error as DeserializationError, message) === 'skip') return undefined
      throw error
    }
  }

  #decide(error: DeserializationError, message: Message): 'throw' | 'skip' {
    const { onDeserializationError: policy } = this.#options
    if (typeof policy !== 'function') return policy
    let answer: unknown
    try {
      answer = policy(error, message)
    } catch (thrown) {
      throw causedBy(thrown, error)
    }
    if (answer === 'throw' || answer === 'skip') return answer
    const problem =
      answer instanceof Promise ? asynchronous(answer) : `must answer "throw" or "skip", not ${describeValue(answer)}`
    throw new ConfigurationError([{ option: 'consumer.onDeserializationError', problem }], { cause: error })
  }

  #read<T>(deserializer: Deserializer<T> | undefined, bytes: Buffer | null, from: Message, isKey: boolean): T | null {
    // Without a deserializer T is Buffer.
    if (deserializer === undefined) return bytes as T | null
    try {
      return deserialized(deserializer, bytes, { topic: from.topic, isKey })
    } catch (error) {
      throw new DeserializationError(from, isKey, error as SerializationError)
    }
  }

  #intercepted(given: Message<K, V>): Message<K, V> {
    let message = given
    for (const interceptor of this.#options.interceptors) {
      try {
        const answer: unknown = interceptor.onConsume(message)
        if (answer instanceof Promise) throw new TypeError(`onConsume ${asynchronous(answer)}`)
        message = (answer as Message<K, V> | undefined) ?? message
      } catch (error) {
        this.#logger.warn('a consumer interceptor threw; the message is handed out without it', {
          error: String(error),
        })
      }
    }
    return message
  }
}

/** What the user's function threw, which must not hide what it was asked about. */
function causedBy(thrown: unknown, error: DeserializationError): unknown {
  if (!(thrown instanceof Error) || thrown.cause !== undefined) return thrown
  // It may be the error itself, or what lies behind it: causes must not go round in a circle.
  for (let each: unknown = error; each instanceof Error; each = each.cause) if (each === thrown) return thrown
  // An error that is frozen stays as it is.
  Reflect.defineProperty(thrown, 'cause', { value: error, configurable: true, writable: true })
  return thrown
}

function asynchronous(answer: Promise<unknown>): string {
  // Nobody else will look at it.
  answer.catch(() => {})
  return 'must not be asynchronous'
}
