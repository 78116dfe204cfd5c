import { builtIn } from './built-in.ts'
import type { PartitionerObject } from './partitioner.ts'
import { randomCandidate } from './topic-partitions.ts'

/** Each message goes to any writable partition, each as likely, whatever its key. Sarama's NewRandomPartitioner. */
export function random(): PartitionerObject {
  return builtIn((_, source) => ({ choose: (_key, _message, topic) => randomCandidate(topic, source) }), false)
}
