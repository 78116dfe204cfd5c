import { byKey } from './by-key.ts'
import { crc32 } from './crc32.ts'
import { hashKey } from './key-hash.ts'
import type { PartitionerObject } from './partitioner.ts'

/**
 * The CRC-32 of the key as an unsigned number, modulo all partitions: what librdkafka does by default (`consistent_random`),
 * and its `consistent`, and sarama's NewConsistentCRCHashPartitioner.
 *
 * These four differ in what is not a proper key. Here an empty key is a key, whose CRC is 0, as for sarama and `consistent`
 * (`consistent_random` takes any partition); messages without a key go to any writable partition, as for sarama and
 * `consistent_random` (`consistent` puts them all on partition 0).
 */
export function consistentCrc(): PartitionerObject {
  return byKey((key, partitions) => ((hashKey(key, crc32) >>> 0) % partitions) | 0)
}
