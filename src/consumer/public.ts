import type { Consumer as ConsumerClass } from './consumer.ts'
import type { MergedConsumer as MergedConsumerClass } from './merged-consumer.ts'
import type { PartitionConsumer as PartitionConsumerClass } from './partition-consumer.ts'
import type { ConsumeOptions, ConsumePartitionOptions, PartitionStart } from './types.ts'

// A class with private fields is assignable to nothing but itself. These are all but those, so that mocks can take their place.

/**
 * Reads one partition, in the order of its offsets. Iterate over it for messages, or over `batches()`, whose inner loop is
 * synchronous and so much cheaper. Leaving the loop closes it; so do `close()` and the `signal` it was given, after which
 * the iteration just ends. What may heal is tried again out of sight; what cannot is thrown by the iteration.
 *
 * Made by `consumer.consumePartition()`.
 */
export interface PartitionConsumer<K = Buffer, V = Buffer>
  extends Omit<PartitionConsumerClass<K, V>, 'onMoved' | 'startEpoch' | 'isAwaited' | 'take'> {}

/**
 * Reads many partitions as one: a batch of each in turn, so that none waits for a busier one. Within a partition the order is that of
 * the offsets; among partitions there is none. Iterate over it for messages, or over `batches()`, whose inner loop is synchronous
 * and so much cheaper. Leaving the loop closes it; so do `close()` and the `signal` it was given, after which the iteration just
 * ends. What may heal is tried again out of sight; what cannot is thrown by the iteration, naming the partition, and ends all.
 *
 * Made by `consumer.consume()`.
 */
export interface MergedConsumer<K = Buffer, V = Buffer>
  extends Pick<MergedConsumerClass<K, V>, keyof MergedConsumerClass<K, V>> {}

/**
 * Reads partitions without a group: nothing is committed, and where to begin is the caller's to say. Made by `kafka.consumer()`,
 * whose deserializers decide what keys and values are; without them they are Buffers.
 */
export interface Consumer<K = Buffer, V = Buffer> extends Omit<ConsumerClass<K, V>, 'consumePartition' | 'consume'> {
  /**
   * Starts to read one partition, in the background. Errors come out of the iteration.
   *
   * @throws {@link ConfigurationError} for a topic, partition or start that cannot be, and for a partition that is being read by this
   * consumer · {@link ClosedError}.
   */
  consumePartition(topic: string, partition: number, options?: ConsumePartitionOptions): PartitionConsumer<K, V>
  /**
   * Starts to read partitions, in the background, as one: all partitions of one or some topics, or a list of partitions, each from
   * where it says. Partitions that are added to the topics are noticed when metadata is refreshed, and read from their start. Errors
   * come out of the iteration.
   *
   * @throws {@link ConfigurationError} for topics, partitions or a start that cannot be, and for partitions that are being read by
   * this consumer · {@link ClosedError}.
   */
  consume(
    topics: string | readonly string[] | readonly PartitionStart[],
    options?: ConsumeOptions,
  ): MergedConsumer<K, V>
}
