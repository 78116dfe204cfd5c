import { builtIn } from './built-in.ts'
import type { PartitionerObject } from './partitioner.ts'
import { randomCandidate } from './topic-partitions.ts'

/** Keys go where `place` says, among all partitions; messages without a key to any writable partition, each as likely. */
export function byKey(
  place: (key: string | Uint8Array, partitions: number, topic: string) => number,
): PartitionerObject {
  return builtIn(
    (_, random) => ({
      choose: (key, _message, topic) =>
        key === null ? randomCandidate(topic, random) : place(key, topic.partitions.length, topic.name),
    }),
    ({ key }) => key !== null,
  )
}
