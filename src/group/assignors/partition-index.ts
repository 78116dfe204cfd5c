import type { TopicPartition } from '../../consumer/message.ts'
import type { PlanTopic, TopicPartitions } from './strategy.ts'

/** Numbers all partitions of all topics, by topic and partition, so that much can be said of each in little memory. */
export class PartitionIndex {
  readonly #partitions: TopicPartition[] = []
  readonly #numbers = new Map<string, Map<number, number>>()

  /** @param topics Ordered by name. */
  constructor(topics: readonly PlanTopic[]) {
    for (const { topic, partitions } of topics) {
      const numbers = new Map<number, number>()
      this.#numbers.set(topic, numbers)
      for (const { partition } of [...partitions].sort((a, b) => a.partition - b.partition)) {
        numbers.set(partition, this.#partitions.length)
        this.#partitions.push({ topic, partition })
      }
    }
  }

  get length(): number {
    return this.#partitions.length
  }

  at(number: number): TopicPartition {
    return this.#partitions[number]!
  }

  number(topic: string, partition: number): number | undefined {
    return this.#numbers.get(topic)?.get(partition)
  }

  /** The numbers of partitions, without those that do not exist, each once. */
  numbersOf(lists: readonly TopicPartitions[]): Set<number> {
    const found = new Set<number>()
    for (const { topic, partitions } of lists) {
      for (const partition of partitions) {
        const number = this.number(topic, partition)
        if (number !== undefined) found.add(number)
      }
    }
    return found
  }
}
