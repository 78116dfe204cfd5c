import { KafkaError } from '../errors/kafka-error.ts'
import type { ProducerMessage } from './types.ts'

/** Some messages of a `sendAll` were not sent. The others were. */
export class ProducerErrors<K = unknown, V = unknown> extends KafkaError {
  readonly code = 'PRODUCER_ERRORS'
  readonly remedy = 'none'
  /** Each message that failed, with its own error. */
  readonly errors: readonly { readonly message: ProducerMessage<K, V>; readonly error: unknown }[]

  constructor(errors: ProducerErrors<K, V>['errors'], total: number) {
    const [first] = errors
    super(`${errors.length} of ${total} messages were not sent; the first error: ${String(first?.error)}`, {
      cause: first?.error,
    })
    this.errors = errors
  }
}
