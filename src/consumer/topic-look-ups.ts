import type { Metadata } from '../cluster/metadata.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { abortable } from '../util/wait.ts'

interface LookUp {
  readonly found: Promise<TopicSnapshot>
  readonly ended: AbortController
  /** How many wait for it. */
  waiting: number
}

/**
 * Looks topics up for partitions whose reading begins at the same time: together, so that they are fetched together too. Else all but
 * the first would wait for the second look-up, and then for the end of the first one's first fetch.
 */
export class TopicLookUps {
  readonly #metadata: Metadata
  readonly #underWay = new Map<string, LookUp>()

  constructor(metadata: Metadata) {
    this.#metadata = metadata
  }

  /** Aborting `signal` drops the wait; the look-up ends with the last wait. Throws what a look-up throws. */
  async find(topic: string, signal: AbortSignal): Promise<TopicSnapshot> {
    const lookUp = this.#underWay.get(topic) ?? this.#begin(topic)
    lookUp.waiting++
    try {
      return await abortable(lookUp.found, signal)
    } finally {
      if (--lookUp.waiting === 0) lookUp.ended.abort()
    }
  }

  #begin(topic: string): LookUp {
    const ended = new AbortController()
    const found = this.#metadata.lookUp(topic, { signal: ended.signal })
    const lookUp = { found, ended, waiting: 0 }
    this.#underWay.set(topic, lookUp)
    const forget = () => {
      if (this.#underWay.get(topic) === lookUp) this.#underWay.delete(topic)
    }
    ended.signal.addEventListener('abort', forget, { once: true })
    found.then(forget, forget)
    return lookUp
  }
}
