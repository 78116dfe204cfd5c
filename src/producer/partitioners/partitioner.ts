import type { RecordData, RecordHeaderList } from '../../records/record-data.ts'

/**
 * Decides which partition a message goes to, unless the message names one itself: one of samsa's own, such as
 * {@link defaultPartitioner}, a function, or an object. Text and bytes of the message must not be changed, nor kept.
 */
export type Partitioner = PartitionerFunction | PartitionerObject

/** A message as a partitioner sees it: interceptors and serializers are done with it. */
export interface PartitionerMessage {
  readonly topic: string
  /** Serialized; text is sent as UTF-8. Null is no key, which is not the same as an empty one. */
  readonly key: RecordData
  /** Serialized; text is sent as UTF-8. */
  readonly value: RecordData
  /** In the order in which they are sent; null or absent when there are none. */
  readonly headers?: RecordHeaderList | null | undefined
  /** The partition that the message names. A producer asks its partitioner only where there is none. */
  readonly partition?: number | undefined
  /** Milliseconds since 1970. */
  readonly timestamp?: number | undefined
  /** What the caller of `send` attached; it is not sent. */
  readonly metadata?: unknown
}

/** What a {@link PartitionerFunction} may ask of the cluster. It answers at once, from what the client knows. */
export interface PartitionerCluster {
  /** The partitions of a topic, ascending; none when the topic is not known. Of the message's own topic there is always one. */
  partitions(topic: string): readonly number[]
  /** Those that have a leader just now. */
  writablePartitions(topic: string): readonly number[]
  /** The node id of a partition's leader; -1 when it has none, or is not known. */
  leader(topic: string, partition: number): number
}

/**
 * Answers the partition itself, which need not be a writable one: messages then wait for its leader. Anything else than a
 * partition of the topic fails the message with a {@link ConfigurationError} that names `producer.partitioner`; so does an
 * error that it throws, which is then the `cause`.
 */
export type PartitionerFunction = (message: PartitionerMessage, cluster: PartitionerCluster) => number

/**
 * Answers an index from 0 to `partitions` - 1, as sarama's partitioners do. All of samsa's own are such objects, so that one
 * of your own can hand over to them:
 *
 * ```ts
 * const others = murmur2()
 * const partitioner: PartitionerFunction = (message, cluster) => {
 *   if (message.key === 'vip') return 0
 *   return 1 + others.partition(message, cluster.partitions(message.topic).length - 1)
 * }
 * ```
 */
export interface PartitionerObject {
  /** Fails the message as a {@link PartitionerFunction} does when it answers anything else than such an index, or throws. */
  partition(message: PartitionerMessage, partitions: number): number
  /**
   * Whether equal messages must meet the same partition whatever the state of the cluster. If so, `partitions` counts all
   * partitions of the topic, and the index is the partition; else it counts the writable ones (all, when none is), and the
   * index is one into their list. Default: false.
   */
  readonly requiresConsistency?: boolean | ((message: PartitionerMessage) => boolean) | undefined
}
