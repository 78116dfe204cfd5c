import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { ConfigurationError } from '../errors/client-errors.ts'
import { murmur2 } from './murmur2.ts'
import type { Data, ProducerMessage } from './types.ts'

/**
 * Chooses partitions as Java's default does: a message with a key by the murmur2 of the key, over all partitions, so that
 * the same key always meets the same partition; messages without a key stick to one partition for as long as its batch
 * is open, which makes batches large (KIP-480).
 */
export class Partitioner {
  readonly #sticky = new Map<string, number>()

  /** @throws {@link ConfigurationError} when the message names a partition that the topic does not have. */
  choose({ partition, key }: Pick<ProducerMessage, 'partition' | 'key'>, topic: TopicSnapshot): number {
    const count = topic.partitions.length
    if (partition !== undefined) {
      if (partition < count) return partition
      const problem = `${partition} is out of range: topic "${topic.name}" has ${count} partitions, 0 to ${count - 1}`
      throw new ConfigurationError([{ option: 'message.partition', problem }])
    }
    if (key === undefined || key === null) return this.#stick(topic)
    return (murmur2(keyBytes(key)) & 0x7fffffff) % count
  }

  /** The open batch of a partition is complete: messages without a key may go elsewhere. */
  onBatchClosed(topic: string): void {
    this.#sticky.delete(topic)
  }

  #stick(topic: TopicSnapshot): number {
    const current = this.#sticky.get(topic.name)
    if (current !== undefined && (topic.partitions[current]?.leader ?? -1) >= 0) return current
    const writable = topic.partitions.filter(({ leader }) => leader >= 0)
    // Without any leader every partition is as good as another: the batch waits for one.
    const from = writable.length > 0 ? writable : topic.partitions
    const chosen = from[Math.floor(Math.random() * from.length)]!.partition
    this.#sticky.set(topic.name, chosen)
    return chosen
  }
}

function keyBytes(key: Data): Uint8Array {
  return typeof key === 'string' ? Buffer.from(key) : key
}
