import { builtIn } from './built-in.ts'
import type { PartitionerObject } from './partitioner.ts'
import { candidates } from './topic-partitions.ts'

/**
 * One writable partition after the other, from the first on, whatever the keys. Each producer counts for itself, and each of
 * its topics. Sarama's NewRoundRobinPartitioner.
 */
export function roundRobin(): PartitionerObject {
  return builtIn(() => {
    let next = 0
    return {
      choose(_key, _message, topic) {
        const among = candidates(topic)
        if (next >= among.length) next = 0
        return among[next++]!
      },
    }
  }, false)
}
