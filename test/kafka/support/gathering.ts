import { Count } from './restarts.ts'
import type { Stream } from './witness.ts'

/** Reads in the background and keeps the values. */
export class Gathering {
  readonly #stream: Stream
  readonly #values = new Map<number, string[]>()
  readonly #count = new Count()
  readonly #ended: Promise<never>

  constructor(stream: Stream) {
    this.#stream = stream
    this.#ended = this.#read().then(() => {
      throw new Error('the reading has ended')
    })
    // Who waits hears of it.
    this.#ended.catch(() => {})
  }

  /** Resolves when it has read so many messages in all. */
  async reaches(count: number): Promise<void> {
    await Promise.race([this.#count.reaches(count), this.#ended])
  }

  /** The values of a partition's messages so far. */
  of(partition: number): readonly string[] {
    return this.#values.get(partition) ?? []
  }

  close(): Promise<void> {
    return this.#stream.close()
  }

  async #read(): Promise<void> {
    for await (const batch of this.#stream.batches()) {
      const values = this.#values.get(batch.partition) ?? []
      this.#values.set(batch.partition, values)
      for (const { value } of batch) values.push(value!.toString())
      this.#count.add(batch.size)
    }
  }
}
