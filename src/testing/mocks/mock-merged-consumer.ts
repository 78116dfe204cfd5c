import type { Message, TopicPartition } from '../../consumer/message.ts'
import type { MessageBatch } from '../../consumer/message-batch.ts'
import type { MergedConsumer } from '../../consumer/public.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import { byPartition, type Reading } from './reading.ts'
import { includes, type Source } from './source.ts'
import type { YieldedMessage } from './yielded.ts'

/** A message for who reads many partitions. By default it is in the first that was named: of a topic, partition 0. */
export type MergedYield<K, V> = YieldedMessage<K, V> & Partial<TopicPartition>

/** Many partitions of a mock: the test gives messages, and who consumes them reads them, in the order in which they were given. */
export class MockMergedConsumer<K = Buffer, V = Buffer> implements MergedConsumer<K, V> {
  readonly #sources: readonly Source[]
  readonly #reading: Reading<K, V>

  /** @internal */
  constructor(sources: readonly Source[], reading: Reading<K, V>) {
    this.#sources = sources
    this.#reading = reading
  }

  /**
   * Messages to be read, those of one call that follow one another in a partition as one batch.
   *
   * @throws {@link ConfigurationError} for a partition that is not read, for an offset that was passed already, and after
   * {@link yieldError}.
   */
  yieldMessages(...messages: readonly MergedYield<K, V>[]): this {
    const [first] = this.#sources
    const batches: { readonly at: TopicPartition; readonly messages: MergedYield<K, V>[] }[] = []
    for (const message of messages) {
      const { topic = first!.topic, partition = topic === first!.topic ? (first!.partition ?? 0) : 0 } = message
      this.#check([{ topic, partition }])
      const last = batches.at(-1)
      if (last?.at.topic === topic && last.at.partition === partition) last.messages.push(message)
      else batches.push({ at: { topic, partition }, messages: [message] })
    }
    for (const batch of batches) this.#reading.yieldMessages(batch.at, batch.messages)
    return this
  }

  /** What the iteration throws after the messages before; that ends it. */
  yieldError(error: unknown): this {
    this.#reading.yieldError(error)
    return this
  }

  /** Resolves when all was read and the reader asks for more, so that it is done with the last one; and when it has ended. */
  drained(): Promise<void> {
    return this.#reading.drained()
  }

  /** By topic and partition: the offset after the last message that was handed out. */
  positions(): Map<string, Map<number, bigint>> {
    return byPartition([this.#reading], (reading, partition) => reading.positionOf(partition))
  }

  /** By topic and partition: the offset after the last message that was given. */
  highWatermarks(): Map<string, Map<number, bigint>> {
    return byPartition([this.#reading], (reading, partition) => reading.endOf(partition))
  }

  get lag(): bigint {
    const { partitions } = this.#reading
    return partitions.reduce((sum, each) => sum + this.#reading.endOf(each) - this.#reading.positionOf(each), 0n)
  }

  get isPaused(): boolean {
    const reading = this.#reading
    return this.#sources.every(({ topic, partition }) =>
      partition === undefined ? reading.isAllPaused : reading.isPaused({ topic, partition }),
    )
  }

  pause(partitions?: readonly TopicPartition[]): void {
    this.#check(partitions ?? [])
    this.#reading.pause(partitions)
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#check(partitions ?? [])
    this.#reading.resume(partitions)
  }

  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    return this.#reading.batches()
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Message<K, V>> {
    return this.#reading.messages()
  }

  async close(): Promise<void> {
    this.#reading.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #check(partitions: readonly TopicPartition[]): void {
    const problems = partitions.flatMap(({ topic, partition }) =>
      includes(this.#sources, { topic, partition })
        ? []
        : [{ option: 'partition', problem: `${topic}-${partition} is not among ${this.#reading.name}` }],
    )
    if (problems.length > 0) throw new ConfigurationError(problems)
  }
}
