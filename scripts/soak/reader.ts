import { setTimeout } from 'node:timers/promises'
import type { Consumer, Kafka, Message, StartOffset } from '../../src/index.ts'
import type { Random } from '../../test/unit/protocol/random.ts'
import { contentOf, Tally } from './message.ts'

/** After about so many messages a reader does something else than to read on. */
const WHIM = 3_000
const MAX_PAUSE_MS = 300

export interface ReaderOptions {
  readonly kafka: Kafka
  readonly topic: string
  readonly partitions: number
  readonly seed: number
}

/** Reads all partitions of a topic, and checks that each message is the next one. */
export abstract class Reader {
  readonly name: string
  readonly tallies: readonly Tally[]
  protected readonly options: ReaderOptions
  #failure: Error | undefined

  constructor(name: string, options: ReaderOptions) {
    this.name = name
    this.options = options
    this.tallies = Array.from({ length: options.partitions }, () => new Tally())
  }

  /** What has gone wrong, after which it reads no more. */
  get failure(): Error | undefined {
    return this.#failure
  }

  abstract close(): Promise<void>

  protected fail(error: unknown): void {
    this.#failure ??= error instanceof Error ? error : new Error(String(error))
  }

  protected take({ partition, offset, value }: Message): void {
    const tally = this.tallies[partition]!
    const { count } = tally
    if (offset !== BigInt(count))
      throw new Error(`${this.name}: partition ${partition}: offset ${offset} after ${count}`)
    if (value === null || !value.equals(contentOf(this.options.seed, partition, count))) {
      throw new Error(`${this.name}: partition ${partition}: offset ${offset} holds something else`)
    }
    tally.add(value)
  }
}

/** Reads all partitions as one, batch by batch. */
export class MergedReader extends Reader {
  readonly #consumer

  constructor(options: ReaderOptions) {
    super('who reads all as one', options)
    const { kafka, topic } = options
    this.#consumer = kafka.consumer().consume(topic, { from: 'oldest' })
    this.#read().catch(error => this.fail(error))
  }

  close(): Promise<void> {
    return this.#consumer.close()
  }

  async #read(): Promise<void> {
    for await (const batch of this.#consumer.batches()) for (const message of batch) this.take(message)
  }
}

/** Reads each partition message by message, and now and then pauses, seeks to where it is, or begins anew from there. */
export class WhimsicalReader extends Reader {
  readonly #ended = new AbortController()
  readonly #random: Random

  constructor(options: ReaderOptions, random: Random) {
    super('who reads message by message', options)
    this.#random = random
    const consumer = options.kafka.consumer({ isolationLevel: 'read_committed' })
    for (let partition = 0; partition < options.partitions; partition++) {
      this.#read(consumer, partition).catch(error => this.fail(error))
    }
  }

  async close(): Promise<void> {
    this.#ended.abort()
  }

  async #read(consumer: Consumer, partition: number): Promise<void> {
    const { signal } = this.#ended
    let from: StartOffset = 'oldest'
    while (!signal.aborted) {
      const reader = consumer.consumePartition(this.options.topic, partition, { from, signal })
      for await (const message of reader) {
        this.take(message)
        from = message.offset + 1n
        if (this.#random.below(WHIM) > 0) continue
        const whim = this.#random.below(3)
        if (whim === 0) break
        if (whim === 1) reader.seek(from)
        else {
          reader.pause()
          await setTimeout(this.#random.below(MAX_PAUSE_MS))
          reader.resume()
        }
      }
    }
  }
}
