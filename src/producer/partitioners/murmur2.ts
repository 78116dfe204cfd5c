import { murmur2 as hash } from '../../util/murmur2.ts'
import { byKey } from './by-key.ts'
import { hashKey } from './key-hash.ts'
import type { PartitionerObject } from './partitioner.ts'

/**
 * Keys as {@link defaultPartitioner} and Java place them, each message without a key on any writable partition: librdkafka's
 * `murmur2_random`, and sarama's NewMurmur2Partitioner.
 */
export function murmur2(): PartitionerObject {
  return byKey((key, partitions) => (hashKey(key, hash) & 0x7fffffff) % partitions)
}
