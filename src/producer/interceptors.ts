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
      message = interceptor.onSend(message) ?? message
    } catch (error) {
      logger.warn('a producer interceptor threw; the message is sent without it', { error: String(error) })
    }
  }
  return message
}
