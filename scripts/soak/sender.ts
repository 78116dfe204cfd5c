import { setTimeout } from 'node:timers/promises'
import type { Producer } from '../../src/index.ts'
import { contentOf, Tally } from './message.ts'

/** So many messages of a partition are sent at a time … */
const BURST = 50
/** … with a rest in between: brokers that start want the processor too. */
const REST_MS = 20

/** Sends numbered messages to all partitions until it is told to stop. */
export class Sender {
  readonly tallies: readonly Tally[]
  readonly #producer: Producer
  readonly #topic: string
  readonly #seed: number
  readonly #done: Promise<unknown>
  #isStopped = false

  constructor(producer: Producer, topic: string, partitions: number, seed: number) {
    this.#producer = producer
    this.#topic = topic
    this.#seed = seed
    this.tallies = Array.from({ length: partitions }, () => new Tally())
    this.#done = Promise.all(this.tallies.map((tally, partition) => this.#send(tally, partition)))
    this.#done.catch(() => {})
  }

  /** Resolves when all that was sent is acknowledged; rejects when a message failed. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#done
  }

  async #send(tally: Tally, partition: number): Promise<void> {
    while (!this.#isStopped) {
      const outcomes: Promise<unknown>[] = []
      for (let i = 0; i < BURST; i++) {
        const value = contentOf(this.#seed, partition, tally.count)
        tally.add(value)
        outcomes.push(this.#producer.send({ topic: this.#topic, partition, value }))
      }
      await Promise.all(outcomes)
      await setTimeout(REST_MS)
    }
  }
}
