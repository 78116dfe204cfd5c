import { SerializationError } from '../errors/client-errors.ts'
import type { TopicPartition } from './message.ts'

/**
 * A deserializer could not read the key or the value of a message; `cause` is what it threw. Reading can go on after it, from
 * `offset + 1n`.
 */
export class DeserializationError extends SerializationError implements TopicPartition {
  readonly partition: number
  readonly offset: bigint

  constructor(
    { topic, partition, offset }: TopicPartition & { readonly offset: bigint },
    isKey: boolean,
    cause: SerializationError,
  ) {
    super({ topic, isKey }, 'could not be read', { cause: cause.cause ?? cause })
    this.message = `${topic}-${partition} at offset ${offset}: ${cause.message}`
    this.partition = partition
    this.offset = offset
  }
}
