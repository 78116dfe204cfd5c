import { onTestFailed } from 'vitest'
import type { Consumer, Kafka, Message, MessageBatch } from '../../../src/index.ts'
import type { Ledger } from './ledger.ts'
import { Count } from './restarts.ts'

/** A reader of one partition or many. */
export interface Stream {
  batches(): AsyncIterable<MessageBatch>
  [Symbol.asyncIterator](): AsyncIterator<Message>
  close(): Promise<void>
}

/**
 * Reads all partitions of a ledger in the background. The messages of each partition are numbered by their offsets: one that
 * is missing, comes twice or too early ends the reading with an error.
 */
export class Witness {
  readonly #name: string
  readonly #ledger: Ledger
  readonly #streams: readonly Stream[]
  readonly #topics: readonly string[]
  /** How many messages of each partition have come. */
  readonly #seen: Count[]
  readonly #failed: Promise<never>

  constructor(name: string, ledger: Ledger, streams: readonly Stream[], way: 'messages' | 'batches') {
    this.#name = name
    this.#ledger = ledger
    this.#streams = streams
    this.#topics = ledger.topics
    this.#seen = Array.from({ length: ledger.size }, () => new Count())
    const readings = streams.map(stream =>
      way === 'messages' ? this.#readMessages(stream) : this.#readBatches(stream),
    )
    this.#failed = new Promise((_, reject) => {
      for (const reading of readings) reading.catch(reject)
    })
    // Who waits hears of it.
    this.#failed.catch(() => {})
    onTestFailed(() => console.log(`${name} has read ${this.#seen.map(({ value }) => value).join(', ')}`))
  }

  /** So many messages have been read. */
  get count(): number {
    return this.#seen.reduce((sum, { value }) => sum + value, 0)
  }

  /** Resolves when it has read a message of a partition that is sent from now on. */
  goesOn(partition: number): Promise<void> {
    return this.#until(partition, this.#ledger.sentTo(partition) + 1)
  }

  /** Resolves when it has read all that was sent, and nothing else; then it reads no more. */
  async sawAll(): Promise<void> {
    await Promise.all(this.#seen.map((_, partition) => this.#until(partition, this.#ledger.sentTo(partition))))
    for (const stream of this.#streams) await stream.close()
    const more = this.#seen.filter(({ value }, partition) => value !== this.#ledger.sentTo(partition))
    if (more.length > 0) throw new Error(`${this.#name} has read more than was sent`)
  }

  async #until(partition: number, count: number): Promise<void> {
    await Promise.race([this.#seen[partition]!.reaches(count), this.#failed])
  }

  async #readMessages(stream: Stream): Promise<void> {
    for await (const message of stream) this.#take(message)
  }

  async #readBatches(stream: Stream): Promise<void> {
    for await (const batch of stream.batches()) for (const message of batch) this.#take(message)
  }

  #take({ topic, partition, offset, value }: Message): void {
    const seen = this.#seen[(this.#topics.indexOf(topic) * this.#ledger.size) / this.#topics.length + partition]!
    const number = Number.parseInt(value!.toString('latin1', 0, 20), 10)
    if (Number(offset) !== seen.value || number !== seen.value) {
      const where = `${topic}-${partition} at offset ${offset}`
      throw new Error(`${this.#name} has read message ${number} of ${where} after ${seen.value} messages`)
    }
    seen.add()
  }
}

/** Readers of all partitions, each in a way of its own. `near` is a client that is near to another broker than the leader. */
export function witnesses(kafka: Kafka, near: Kafka, ledger: Ledger): Witness[] {
  const [topic] = ledger.topics as [string]
  const each = (consumer: Consumer) =>
    Array.from({ length: ledger.size }, (_, partition) =>
      consumer.consumePartition(topic, partition, { from: 'oldest' }),
    )
  const committed = kafka.consumer({ isolationLevel: 'read_committed' })
  return [
    new Witness('who reads all as one', ledger, [kafka.consumer().consume(topic, { from: 'oldest' })], 'batches'),
    new Witness('who reads message by message', ledger, each(committed), 'messages'),
    new Witness('who reads nearby', ledger, each(near.consumer()), 'batches'),
  ]
}
