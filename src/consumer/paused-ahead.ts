import type { TopicPartition } from './message.ts'

/** Which partitions of a reading begin paused when they are found: those of topics that are being looked up, or that are added later. */
export class PausedAhead {
  /** The topics that no partition is known of yet. */
  readonly #awaited: Set<string>
  #isAllPaused = false
  /** What was said of single partitions, by `topic-partition`. */
  readonly #own = new Map<string, boolean>()

  constructor(topics: readonly string[]) {
    this.#awaited = new Set(topics)
  }

  get isAwaiting(): boolean {
    return this.#awaited.size > 0
  }

  get isAllPaused(): boolean {
    return this.#isAllPaused
  }

  awaits(topic: string): boolean {
    return this.#awaited.has(topic)
  }

  set({ topic, partition }: TopicPartition, isPaused: boolean): void {
    this.#own.set(`${topic}-${partition}`, isPaused)
  }

  setAll(isPaused: boolean): void {
    this.#isAllPaused = isPaused
    this.#own.clear()
  }

  /** Whether a partition that was found begins paused. */
  found({ topic, partition }: TopicPartition): boolean {
    this.#awaited.delete(topic)
    return this.#own.get(`${topic}-${partition}`) ?? this.#isAllPaused
  }
}
