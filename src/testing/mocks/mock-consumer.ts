import { isDeepStrictEqual } from 'node:util'
import type { TopicPartition } from '../../consumer/message.ts'
import type { Consumer } from '../../consumer/public.ts'
import type { ConsumeOptions, ConsumePartitionOptions } from '../../consumer/types.ts'
import { errorCodes } from '../../errors/broker-codes.ts'
import { brokerError } from '../../errors/broker-error.ts'
import { ClosedError, ConfigurationError } from '../../errors/client-errors.ts'
import { onAbort } from '../../util/wait.ts'
import { ExpectationError } from './expectation-error.ts'
import { shown } from './expected-message.ts'
import { MockMergedConsumer } from './mock-merged-consumer.ts'
import { MockPartitionConsumer } from './mock-partition-consumer.ts'
import { byPartition, Reading } from './reading.ts'
import { includes, nameOf, type Source, type Start, sourcesOf, type Topics } from './source.ts'

/** Options of {@link mockConsumer}. */
export interface MockConsumerOptions {
  /** How many partitions each topic has, for `topics()` and `partitions()`. Default: there are none. */
  readonly topics?: Readonly<Record<string, number>>
}

/** Options of the expectations of a {@link MockConsumer}. */
export interface ExpectConsumeOptions {
  /** Where reading must begin. Default: wherever it does. Offsets count from here where it is an offset, else from 0n. */
  readonly from?: Start
}

interface Expectation<K, V, C> {
  readonly sources: readonly Source[]
  readonly from: Start | undefined
  readonly reading: Reading<K, V>
  readonly consumer: C
  isMet: boolean
}

/**
 * A consumer for tests that reads from the test itself. It is told in advance what to expect: each call of `consumePartition` or
 * `consume` must have an expectation of its own, which also is where the messages come from. Another call is refused with an
 * {@link ExpectationError}, and `close()` throws all of those once more, together with what was expected and did not come, and what was
 * given and not read.
 */
export class MockConsumer<K = Buffer, V = Buffer> implements Consumer<K, V> {
  readonly #topics: ReadonlyMap<string, number>
  readonly #partitions: Expectation<K, V, MockPartitionConsumer<K, V>>[] = []
  readonly #merged: Expectation<K, V, MockMergedConsumer<K, V>>[] = []
  readonly #problems: string[] = []
  #closing: Promise<void> | undefined

  /** @internal */
  constructor({ topics = {} }: MockConsumerOptions) {
    this.#topics = new Map(Object.entries(topics))
  }

  /** One call of `consumePartition` for this partition. What is returned gives the messages, and is what the call gets. */
  expectConsumePartition(
    topic: string,
    partition: number,
    { from }: ExpectConsumeOptions = {},
  ): MockPartitionConsumer<K, V> {
    const sources = [{ topic, partition }]
    const reading = this.#reading(sources, from)
    const consumer = new MockPartitionConsumer({ topic, partition }, reading)
    this.#partitions.push({ sources, from, reading, consumer, isMet: false })
    return consumer
  }

  /** One call of `consume` for these topics or partitions, in any order. What is returned gives the messages, and is what the call gets. */
  expectConsume(topics: Topics, { from }: ExpectConsumeOptions = {}): MockMergedConsumer<K, V> {
    const sources = sourcesOf(topics)
    const reading = this.#reading(sources, from)
    const consumer = new MockMergedConsumer(sources, reading)
    this.#merged.push({ sources, from, reading, consumer, isMet: false })
    return consumer
  }

  /** @throws {@link ExpectationError} · {@link ClosedError}. */
  consumePartition(
    topic: string,
    partition: number,
    options: ConsumePartitionOptions = {},
  ): MockPartitionConsumer<K, V> {
    return this.#meet(this.#partitions, [{ topic, partition }], options)
  }

  /** @throws {@link ExpectationError} · {@link ClosedError}. */
  consume(topics: Topics, options: ConsumeOptions = {}): MockMergedConsumer<K, V> {
    return this.#meet(this.#merged, sourcesOf(topics), options)
  }

  pause(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#readingOf(each).pause([each])
  }

  resume(partitions: readonly TopicPartition[]): void {
    for (const each of partitions) this.#readingOf(each).resume([each])
  }

  pauseAll(): void {
    for (const { reading } of this.#open()) reading.pause()
  }

  resumeAll(): void {
    for (const { reading } of this.#open()) reading.resume()
  }

  highWatermarks(): Map<string, Map<number, bigint>> {
    return byPartition(
      this.#open().map(({ reading }) => reading),
      (reading, partition) => reading.endOf(partition),
    )
  }

  /** The topics that the mock was made with. */
  async topics(): Promise<string[]> {
    this.#checkOpen()
    return [...this.#topics.keys()].sort()
  }

  /** @throws {@link BrokerError} UNKNOWN_TOPIC_OR_PARTITION for a topic that the mock was not made with. */
  async partitions(topic: string): Promise<number[]> {
    this.#checkOpen()
    const count = this.#topics.get(topic)
    if (count === undefined) throw brokerError(errorCodes.UNKNOWN_TOPIC_OR_PARTITION, `topic "${topic}"`)
    return Array.from({ length: count }, (_, i) => i)
  }

  /**
   * Ends all iterations, and checks that all came as expected and was read. Each call has the same outcome, so that the test sees it
   * though the service was first.
   *
   * @throws {@link ExpectationError} that lists all that did not.
   */
  close(): Promise<void> {
    this.#closing ??= this.#shutDown()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #shutDown(): Promise<void> {
    for (const { reading, isMet } of this.#all()) {
      reading.close()
      if (!isMet) this.#problems.push(`expected ${reading.name} to be consumed, but nobody did`)
      else if (reading.left > 0) {
        const what = reading.left === 1 ? 'message or error was' : 'messages and errors were'
        this.#problems.push(`${reading.left} ${what} not read of ${reading.name}`)
      }
    }
    if (this.#problems.length > 0) throw new ExpectationError(this.#problems)
  }

  #reading(sources: readonly Source[], from: Start | undefined): Reading<K, V> {
    this.#checkOpen()
    return new Reading(nameOf(sources), typeof from === 'bigint' ? from : undefined)
  }

  #meet<C>(
    expectations: readonly Expectation<K, V, C>[],
    sources: readonly Source[],
    { from, signal }: ConsumeOptions,
  ): C {
    this.#checkOpen()
    const name = nameOf(sources)
    const expectation = expectations.find(({ reading, isMet }) => !isMet && reading.name === name)
    if (expectation === undefined) throw this.#problem(`nobody was expected to consume ${name} any more`)
    expectation.isMet = true
    const { reading, consumer, from: expected } = expectation
    if (expected !== undefined && !isDeepStrictEqual(from, expected)) {
      throw this.#problem(`expected ${name} to be consumed from ${shown(expected)}, but it is from ${shown(from)}`)
    }
    if (signal !== undefined) onAbort(signal, () => reading.close())
    return consumer
  }

  #problem(problem: string): ExpectationError {
    this.#problems.push(problem)
    return new ExpectationError([problem])
  }

  #all(): Expectation<K, V, unknown>[] {
    return [...this.#partitions, ...this.#merged]
  }

  /** What is being read now. */
  #open(): Expectation<K, V, unknown>[] {
    return this.#all().filter(({ isMet, reading }) => isMet && !reading.isEnded)
  }

  #readingOf(partition: TopicPartition): Reading<K, V> {
    const found = this.#open().find(({ sources }) => includes(sources, partition))
    if (found !== undefined) return found.reading
    const problem = `${partition.topic}-${partition.partition} is not being read by this consumer`
    throw new ConfigurationError([{ option: 'partitions', problem }])
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError('the consumer is closed')
  }
}

/** A consumer for tests, without a cluster; its types are those of the consumer whose place it takes. */
export function mockConsumer<K = Buffer, V = Buffer>(options: MockConsumerOptions = {}): MockConsumer<K, V> {
  return new MockConsumer(options)
}
