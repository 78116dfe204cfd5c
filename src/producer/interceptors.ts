import type { Logger } from '../observe/logger.ts'
import type { ProducerInterceptor, ProducerMessage } from './types.ts'

/** The message that is sent instead of the one that was given, in the end. */
export function intercepted<K, V>(
  interceptors: readonly ProducerInterceptor<K, V>[],
  given: ProducerMessage<K, V>,
  logger: Logger,
): ProducerMessage<K, V> {
  let message = given
  for (const interceptor of interceptors) {
    try {
      const answer: unknown = interceptor.onSend(message)
      if (answer instanceof Promise) throw asynchronous(answer)
      message = (answer as ProducerMessage<K, V> | undefined) ?? message
    } catch (error) {
      logger.warn('a producer interceptor threw; the message is sent without it', { error: String(error) })
    }
  }
  return message
}

function asynchronous(answer: Promise<unknown>): Error {
  // Nobody else will look at it.
  answer.catch(() => {})
  return new Error('onSend must not be asynchronous')
}
