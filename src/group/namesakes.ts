import { withMore } from '../producer/partitioners/built-in.ts'
import type { PartitionerObject } from '../producer/partitioners/partitioner.ts'
import { roundRobin as partitionInTurn } from '../producer/partitioners/round-robin.ts'
import { sticky as partitionInBatches, type StickyPartitionerOptions } from '../producer/partitioners/sticky.ts'
import { roundRobin as assignInTurn } from './assignors/round-robin.ts'
import { sticky as assignAsBefore } from './assignors/sticky.ts'
import type { BalanceStrategy } from './assignors/strategy.ts'

// Kafka calls two things each by these names: here they are both, so that each can be asked for by its own.

/**
 * As `producer.partitioner`: one writable partition after the other, from the first on, whatever the keys. Each producer counts for
 * itself, and each of its topics. Sarama's NewRoundRobinPartitioner.
 *
 * As one of `consumer.group.rebalance.strategies`: deals all partitions of all topics out, one to each member in turn, passing over
 * those that do not subscribe to the topic. Java's RoundRobinAssignor.
 */
export function roundRobin(): PartitionerObject & BalanceStrategy {
  return withMore(partitionInTurn(), assignInTurn())
}

/**
 * As `producer.partitioner`: keys do not count; all messages stick to one writable partition for 16 KiB, up to twice that while its
 * batch is filling, and then go on to another, each as likely. The idea is that of Java's UniformStickyPartitioner (KIP-480).
 *
 * As one of `consumer.group.rebalance.strategies`: shares partitions out as evenly as the subscriptions allow, and leaves as many as it
 * can where they were (KIP-54). Java's StickyAssignor.
 *
 * @param options Of the partitioner.
 * @throws {@link ConfigurationError} for options that cannot be.
 */
export function sticky(options?: StickyPartitionerOptions): PartitionerObject & BalanceStrategy {
  return withMore(partitionInBatches(options), assignAsBefore())
}
