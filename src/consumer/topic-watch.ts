import type { Client } from '../cluster/client.ts'
import type { TopicPartition } from './message.ts'

/** Tells of the partitions of some topics: first of those that there are, then of those that are added. */
export class TopicWatch {
  readonly #client: Client
  readonly #topics: readonly string[]
  readonly #onPartition: (partition: TopicPartition, isNew: boolean) => void
  /** How many partitions of each topic have been told of. */
  readonly #counts = new Map<string, number>()
  #unsubscribe = () => {}

  constructor(
    client: Client,
    topics: readonly string[],
    onPartition: (partition: TopicPartition, isNew: boolean) => void,
  ) {
    this.#client = client
    this.#topics = topics
    this.#onPartition = onPartition
  }

  /** Throws what a look-up does, when a topic cannot be found. */
  async start(signal: AbortSignal): Promise<void> {
    const { metadata } = this.#client
    this.#unsubscribe = metadata.onChange(() => {
      for (const topic of this.#counts.keys()) this.#tell(topic, metadata.topic(topic)?.partitions.length ?? 0, true)
    })
    // All at once, so that they are fetched together: the first would have the others wait for the end of its first fetch.
    const found = await Promise.all(this.#topics.map(topic => metadata.lookUp(topic, { signal })))
    if (signal.aborted) return
    for (const { name, partitions } of found) this.#tell(name, partitions.length, false)
  }

  close(): void {
    this.#unsubscribe()
  }

  #tell(topic: string, count: number, isNew: boolean): void {
    const known = this.#counts.get(topic) ?? 0
    if (count <= known) return
    this.#counts.set(topic, count)
    for (let partition = known; partition < count; partition++) this.#onPartition({ topic, partition }, isNew)
  }
}
