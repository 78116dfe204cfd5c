import { type InspectArguments, inspectCustom } from '../util/inspected.ts'
import type { Message } from './message.ts'
import { inspectedBatch, type MessageBatch, type Portionable } from './message-batch.ts'

/** A batch whose messages were made beforehand, since each had to be looked at; some may be left out. */
export class ListedBatch<K, V> implements Portionable<K, V> {
  readonly nextOffset: bigint
  readonly #messages: readonly Message<K, V>[]
  readonly #origin: MessageBatch<unknown, unknown>

  /**
   * @param origin What the messages came in.
   * @param nextOffset Where reading goes on, which is not after all of it where a message could not be read.
   */
  constructor(messages: readonly Message<K, V>[], origin: MessageBatch<unknown, unknown>, nextOffset: bigint) {
    this.#messages = messages
    this.#origin = origin
    this.nextOffset = nextOffset
  }

  get topic(): string {
    return this.#origin.topic
  }

  get partition(): number {
    return this.#origin.partition
  }

  get size(): number {
    return this.#messages.length
  }

  get firstOffset(): bigint {
    return this.#messages[0]!.offset
  }

  get lastOffset(): bigint {
    return this.#messages.at(-1)!.offset
  }

  get highWatermark(): bigint {
    return this.#origin.highWatermark
  }

  get sizeBytes(): number {
    return this.#origin.sizeBytes
  }

  at(index: number): Message<K, V> | undefined {
    return this.#messages.at(index)
  }

  messageAt(index: number): Message<K, V> {
    return this.#messages[index]!
  }

  without(count: number): ListedBatch<K, V> {
    return new ListedBatch(this.#messages.slice(count), this.#origin, this.nextOffset)
  }

  [Symbol.iterator](): IterableIterator<Message<K, V>> {
    return this.#messages[Symbol.iterator]()
  }

  [inspectCustom](...how: InspectArguments): string {
    return inspectedBatch(this, how)
  }
}
