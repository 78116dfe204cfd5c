import { ConfigurationError } from '../../errors/client-errors.ts'
import { describeValue } from '../../util/options.ts'
import { byKey } from './by-key.ts'
import { fnv1a } from './fnv1a.ts'
import { hashKey } from './key-hash.ts'
import type { PartitionerObject } from './partitioner.ts'

/**
 * Sarama's default, NewHashPartitioner, and librdkafka's `fnv1a_random`: the FNV-1a of the key as an int32, modulo all
 * partitions, without its sign. An empty key is a key; messages without one go to any writable partition.
 */
export function hash(): PartitionerObject {
  return byKey((key, partitions) => remainder(hashKey(key, fnv1a), partitions))
}

/**
 * Sarama's NewReferenceHashPartitioner: as {@link hash}, but the sign is cleared before the division, as Java does. Half of
 * all keys meet another partition by that.
 */
export function referenceHash(): PartitionerObject {
  return byKey((key, partitions) => (hashKey(key, fnv1a) & 0x7fffffff) % partitions)
}

/**
 * Sarama's NewCustomHashPartitioner: as {@link hash}, by a hash of your own.
 *
 * @param hashOf Gives 32 bits, signed or not, for the bytes of a key (of text its UTF-8), which it must not change. A message
 * whose hash is no integer, or throws, fails with a {@link ConfigurationError} that names `producer.partitioner`.
 */
export function customHash(hashOf: (key: Uint8Array) => number): PartitionerObject {
  return byKey((key, partitions, topic) => {
    // Bytes of their own: whatever they are given may be kept, or the hash may send messages itself.
    const bytes = typeof key === 'string' ? Buffer.from(key) : key
    let hash: number
    try {
      hash = hashOf(bytes)
    } catch (cause) {
      throw failed(topic, 'threw', cause instanceof Error ? cause.message : describeValue(cause), { cause })
    }
    if (!Number.isInteger(hash)) throw failed(topic, 'answered', `${describeValue(hash)} instead of an integer`)
    return remainder(hash | 0, partitions)
  })
}

function remainder(hash: number, partitions: number): number {
  // As an int32, since the remainder of a negative number may else be a minus zero, and is slower by half.
  const rest = (hash % partitions) | 0
  return rest < 0 ? -rest : rest
}

function failed(topic: string, how: string, what: string, options?: { readonly cause: unknown }): ConfigurationError {
  const problem = `the function of customHash ${how} for a key of a message to topic "${topic}": ${what}`
  return new ConfigurationError([{ option: 'producer.partitioner', problem }], options)
}
