import { setTimeout } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Consumer, Kafka, Message, PartitionConsumer, RecordMetadata } from '../../../src/index.ts'
import { readMessages } from './read.ts'
import { Count } from './restarts.ts'

interface Sent extends RecordMetadata {
  readonly value: string
}

/** What a sender rests between its messages: brokers want the processor too while they start. */
const PAUSE_MS = 10

/** Senders that go on, one message after the other, until they are told to stop. */
export class Traffic {
  readonly acknowledged = new Count()
  readonly #kafka: Kafka
  readonly #topic: string
  readonly #sent: Sent[] = []
  readonly #senders: Promise<void>[]
  #isOver = false

  /** Each partition gets messages of `senders` senders: how many are on their way at any time. */
  constructor(kafka: Kafka, topic: string, partitions: number, senders = 10) {
    this.#kafka = kafka
    this.#topic = topic
    const producer = kafka.producer({ acks: -1 })
    const calls = new Array<number>(partitions).fill(0)
    this.#senders = Array.from({ length: partitions * senders }, async (_, sender) => {
      const partition = sender % partitions
      while (!this.#isOver) {
        const value = String(calls[partition]!++)
        this.#sent.push({ value, ...(await producer.send({ topic, partition, value })) })
        this.acknowledged.add()
        await setTimeout(PAUSE_MS)
      }
    })
  }

  /** Ends the sending and waits for the outcomes. Fails if any message did. */
  async stop(): Promise<void> {
    this.#isOver = true
    await Promise.all(this.#senders)
  }

  /** Asserts that what was acknowledged is in the log, where the producer was told that it is, in the order of the calls. */
  async check(): Promise<void> {
    for (const partition of new Set(this.#sent.map(({ partition }) => partition))) {
      const sent = this.#sent.filter(each => each.partition === partition)
      const byOffset = sent.sort((a, b) => Number(a.offset - b.offset))
      const read = await readMessages(this.#kafka, this.#topic, byOffset.at(-1)!.offset, { partition })
      const inLog = new Map(read.map(({ offset, value }) => [offset, value?.toString()]))
      expect(byOffset.map(({ offset }) => inLog.get(offset))).toEqual(byOffset.map(({ value }) => value))
      const calls = byOffset.map(({ value }) => Number(value))
      expect(calls).toEqual(calls.toSorted((a, b) => a - b))
    }
  }
}

/** Reads a partition from its start in the background. */
export class Reading {
  readonly messages: Message[] = []
  readonly count = new Count()
  readonly #partition: PartitionConsumer
  readonly #done: Promise<void>

  constructor(consumer: Consumer, topic: string, partition: number) {
    this.#partition = consumer.consumePartition(topic, partition, { from: 'oldest' })
    this.#done = this.#read()
    // A failure shows when somebody asks for the rest.
    this.#done.catch(() => {})
  }

  /** Reads on up to the offset `last`; asserts that no offset was left out or came twice. */
  async upTo(last: bigint): Promise<void> {
    const ended = this.#done.then(() => {
      throw new Error(`the reading ended after ${this.messages.length} messages`)
    })
    ended.catch(() => {})
    while ((this.messages.at(-1)?.offset ?? -1n) < last) await Promise.race([this.count.more(1), ended])
    await this.#partition.close()
    await this.#done
    expect(this.messages.map(({ offset }) => offset)).toEqual(this.messages.map((_, i) => BigInt(i)))
  }

  async #read(): Promise<void> {
    for await (const message of this.#partition) {
      this.messages.push(message)
      this.count.add()
    }
  }
}
