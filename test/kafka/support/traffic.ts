import { expect } from 'vitest'
import type { Consumer, Kafka, Message, RecordMetadata } from '../../../src/index.ts'
import { readMessages } from './read.ts'
import { Count } from './restarts.ts'

interface Sent extends RecordMetadata {
  readonly value: string
}

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
  readonly #done: Promise<void>
  #last: bigint | undefined

  constructor(consumer: Consumer, topic: string, partition: number) {
    this.#done = this.#read(consumer, topic, partition)
    // A failure shows when somebody asks for the rest.
    this.#done.catch(() => {})
  }

  /** Reads on up to the offset `last`; asserts that no offset was left out or came twice. */
  async upTo(last: bigint): Promise<void> {
    this.#last = last
    await this.#done
    expect(this.messages.map(({ offset }) => offset)).toEqual(this.messages.map((_, i) => BigInt(i)))
  }

  async #read(consumer: Consumer, topic: string, partition: number): Promise<void> {
    for await (const message of consumer.consumePartition(topic, partition, { from: 'oldest' })) {
      this.messages.push(message)
      this.count.add()
      if (this.#last !== undefined && message.offset >= this.#last) return
    }
  }
}
