import { expect, onTestFailed } from 'vitest'
import type { Kafka, ProducerMessage } from '../../../src/index.ts'
import { Count } from './restarts.ts'

/** Every value is so long; it begins with the message's number. */
const VALUE_LENGTH = 100
/** The value that tells a reader that it has seen everything. */
const END = 'end'

const textOf = (number: number) => `${number} `.padEnd(VALUE_LENGTH, '.')

/** The messages of one partition, numbered in the order of the calls. */
class Account {
  readonly topic: string
  readonly partition: number
  sent = 0
  /** Where the producer said that each message is, by number. */
  readonly offsets = new Map<number, number>()
  readonly errors = new Map<number, unknown>()
  /** Who waits for a message to be acknowledged that has this number, or a later one. */
  waiting: { readonly number: number; readonly resolve: () => void }[] = []

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  get name(): string {
    return `${this.topic}-${this.partition}`
  }
}

/** A message as the ledger knows it again. */
export interface Entry {
  readonly account: Account
  readonly number: number
}

/** What one partition holds, by offset. */
interface Log {
  readonly numbers: number[]
  /** The epochs of the leaders that wrote them, and of the one that wrote the end. */
  readonly epochs: number[]
}

/** What the producer said, and what Kafka holds. */
export interface Findings {
  readonly sent: number
  readonly acknowledged: number
  readonly failed: number
  /** Acknowledged, and nowhere in Kafka. */
  readonly missing: number
  /** Of these, what no change of the leader explains: nobody else has written where the producer said that it is. */
  readonly vanished: number
  /** Acknowledged and in Kafka, but not where the producer said. */
  readonly misplaced: number
  /** Copies in Kafka beyond the first of each message. */
  readonly duplicates: number
  /** First copies that come behind a message that was sent later. */
  readonly overtaken: number
  /** Reported as failed, and in Kafka all the same. */
  readonly failedButWritten: number
}

/** The findings of a producer that kept all its promises. */
export const exactlyOnce = {
  missing: 0,
  vanished: 0,
  misplaced: 0,
  duplicates: 0,
  overtaken: 0,
} satisfies Partial<Findings>

/** Numbers messages, takes down what the producer says of each, and compares that with what Kafka holds. */
export class Ledger {
  /** Outcomes so far: each message has one. */
  readonly outcomes = new Count()
  readonly acknowledged = new Count()
  readonly failed = new Count()
  readonly #accounts: readonly Account[]
  readonly #contradictions: string[] = []

  constructor(topics: string | readonly string[], partitions: number) {
    this.#accounts = [topics]
      .flat()
      .flatMap(topic => Array.from({ length: partitions }, (_, partition) => new Account(topic, partition)))
    // Of a test that hangs this says where.
    onTestFailed(() => {
      const open = this.#accounts.filter(({ sent, offsets, errors }) => sent > offsets.size + errors.size)
      const lines = open.map(({ name, sent, offsets, errors }) => `${name}: ${sent} ${offsets.size} ${errors.size}`)
      console.log(['sent, acknowledged, failed, where not all have an outcome:', ...lines].join('\n'))
    })
  }

  get topics(): string[] {
    return [...new Set(this.#accounts.map(({ topic }) => topic))]
  }

  /** How many partitions there are, over all topics. */
  get size(): number {
    return this.#accounts.length
  }

  get sent(): number {
    return this.#accounts.reduce((sum, { sent }) => sum + sent, 0)
  }

  /** The next message for one of the partitions. Its `metadata` is its {@link Entry}. */
  next(index: number): ProducerMessage & { readonly metadata: Entry } {
    const account = this.#accounts[index % this.size]!
    const { topic, partition } = account
    const number = account.sent++
    return { topic, partition, value: textOf(number), metadata: { account, number } }
  }

  /** Takes a message back that the producer did not take: it has to be the last one of its partition. */
  takeBack({ account }: Entry): void {
    account.sent--
  }

  onAcknowledged({ account, number }: Entry, offset: bigint): void {
    this.#contradict(account, number)
    account.offsets.set(number, Number(offset))
    if (account.waiting.length > 0) {
      for (const { resolve } of account.waiting.filter(one => one.number <= number)) resolve()
      account.waiting = account.waiting.filter(one => one.number > number)
    }
    this.acknowledged.add()
    this.outcomes.add()
  }

  onFailed({ account, number }: Entry, error: unknown): void {
    this.#contradict(account, number)
    account.errors.set(number, error)
    this.failed.add()
    this.outcomes.add()
  }

  /** Resolves when a message of a partition is acknowledged that is sent from now on. */
  goesOn(index: number): Promise<void> {
    const account = this.#accounts[index]!
    return new Promise(resolve => account.waiting.push({ number: account.sent, resolve }))
  }

  /** How many messages were sent to a partition. */
  sentTo(index: number): number {
    return this.#accounts[index]!.sent
  }

  /** What failed: where it should have gone, as errors name that, and why it did not. */
  failures(): { readonly where: string; readonly error: unknown }[] {
    return this.#accounts.flatMap(({ name, errors }) => Array.from(errors.values(), error => ({ where: name, error })))
  }

  /**
   * Asserts that each message had one outcome, and tells what Kafka holds.
   *
   * @param kafka reads all partitions from their start to a last message that it sends to each.
   */
  async compare(kafka: Kafka): Promise<Findings> {
    expect(this.#contradictions).toEqual([])
    const all = { sent: this.sent, acknowledged: this.acknowledged.value, failed: this.failed.value }
    expect(all.acknowledged + all.failed, 'each message has an outcome').toBe(all.sent)
    const logs = await this.#read(kafka)
    const found = this.#accounts.map((account, i) => compareLog(account, logs[i]!))
    const sum = (key: keyof (typeof found)[0]) => found.reduce((sum, one) => sum + one[key], 0)
    return {
      ...all,
      missing: sum('missing'),
      vanished: sum('vanished'),
      misplaced: sum('misplaced'),
      duplicates: sum('duplicates'),
      overtaken: sum('overtaken'),
      failedButWritten: sum('failedButWritten'),
    }
  }

  async #read(kafka: Kafka): Promise<Log[]> {
    const ends = this.#accounts.map(({ topic, partition }) => ({ topic, partition, value: END }))
    await kafka.producer().sendAll(ends)
    const consumer = kafka.consumer()
    const logs = await Promise.all(
      this.#accounts.map(async ({ topic, partition, name }) => {
        const log: Log = { numbers: [], epochs: [] }
        for await (const batch of consumer.consumePartition(topic, partition, { from: 'oldest' }).batches()) {
          for (const { offset, value, leaderEpoch } of batch) {
            const text = value!.toString()
            log.epochs.push(leaderEpoch)
            if (text === END) return log
            // Nothing is deleted or compacted here, and there are no transactions.
            const { length } = log.numbers
            if (Number(offset) !== length) throw new Error(`offset ${offset} of ${name} comes after ${length - 1}`)
            const number = Number.parseInt(text, 10)
            if (text !== textOf(number)) throw new Error(`offset ${offset} of ${name} holds something else: ${text}`)
            log.numbers.push(number)
          }
        }
        throw new Error(`the reading of ${name} ended after ${log.numbers.length} messages`)
      }),
    )
    await consumer.close()
    return logs
  }

  #contradict({ name, offsets, errors }: Account, number: number): void {
    if (offsets.has(number) || errors.has(number))
      this.#contradictions.push(`${name}: ${number} had an outcome already`)
  }
}

function compareLog({ offsets, errors }: Account, { numbers, epochs }: Log) {
  const inLog = new Set(numbers)
  const firsts = [...inLog]
  const wrong = [...offsets].filter(([number, offset]) => numbers[offset] !== number)
  const missing = wrong.filter(([number]) => !inLog.has(number))
  /** The leader epoch of the message before it that is there. */
  const epochBefore = (number: number) => {
    while (number > 0) if (inLog.has(--number)) return epochs[numbers.indexOf(number)]!
    return -1
  }
  return {
    missing: missing.length,
    // When a leader loses the end of what it had, a later one writes on in its place.
    vanished: missing.filter(([number, offset]) => (epochs[offset] ?? epochs.at(-1)!) <= epochBefore(number)).length,
    misplaced: wrong.length - missing.length,
    duplicates: numbers.length - inLog.size,
    overtaken: firsts.filter((number, i) => i > 0 && number < firsts[i - 1]!).length,
    failedButWritten: firsts.filter(number => errors.has(number)).length,
  }
}
