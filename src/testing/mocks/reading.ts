import type { Message, TopicPartition } from '../../consumer/message.ts'
import type { MessageBatch } from '../../consumer/message-batch.ts'
import { ClosedError, ConfigurationError } from '../../errors/client-errors.ts'
import { Bell } from './bell.ts'
import { iteration } from './iteration.ts'
import { batchOf, YieldedBatch, type YieldedMessage } from './yielded.ts'

interface Entry<K, V> {
  readonly message: Message<K, V>
  readonly place: string
  isTaken: boolean
}

/** What a test gives to be read, on its way to the iterations. */
export class Reading<K, V> {
  readonly name: string
  readonly #entries: Entry<K, V>[] = []
  /** By topic-partition: where the next message is. */
  readonly #ends = new Map<string, TopicPartition & { readonly end: bigint }>()
  readonly #start: bigint
  readonly #news = new Bell()
  readonly #idle = new Bell()
  #waiting = 0
  #isAllPaused = false
  /** Those that are paused, or where all are, those that are not. */
  readonly #exceptions = new Set<string>()
  #failure: { readonly error: unknown } | undefined
  #hasFailed = false
  #isEnded = false
  /** How a reader has ended it: whoever comes later would wonder why there is nothing. */
  #endedBy: string | undefined

  constructor(name: string, start = 0n) {
    this.name = name
    this.#start = start
  }

  get isEnded(): boolean {
    return this.#isEnded
  }

  get isAllPaused(): boolean {
    return this.#isAllPaused && this.#exceptions.size === 0
  }

  /** The partitions that messages were given of. */
  get partitions(): TopicPartition[] {
    return [...this.#ends.values()]
  }

  /** How many messages and errors wait to be read. */
  get left(): number {
    return this.#entries.filter(({ isTaken }) => !isTaken).length + (this.#failure === undefined ? 0 : 1)
  }

  /** The offset after the last message that was handed out. */
  positionOf(partition: TopicPartition): bigint {
    const place = placeOf(partition)
    return this.#entries.find(entry => !entry.isTaken && entry.place === place)?.message.offset ?? this.endOf(partition)
  }

  /** The offset after the last message that was given. */
  endOf(partition: TopicPartition): bigint {
    return this.#ends.get(placeOf(partition))?.end ?? this.#start
  }

  yieldMessages(partition: TopicPartition, given: readonly YieldedMessage<K, V>[]): void {
    this.#checkGoesOn()
    if (given.length === 0) return
    const place = placeOf(partition)
    const messages = batchOf(partition, given, this.endOf(partition))
    for (const message of messages) this.#entries.push({ message, place, isTaken: false })
    this.#ends.set(place, { topic: partition.topic, partition: partition.partition, end: messages.at(-1)!.offset + 1n })
    this.#news.ring()
  }

  yieldError(error: unknown): void {
    this.#checkGoesOn()
    this.#failure = { error }
    this.#hasFailed = true
    this.#news.ring()
  }

  /** Resolves when all was handed out and more is asked for, or nothing more can be. */
  async drained(): Promise<void> {
    while (!this.#isEnded && (this.left > 0 || this.#waiting === 0)) await this.#idle.wait()
  }

  isPaused(partition: TopicPartition): boolean {
    return this.#isPaused(placeOf(partition))
  }

  /** Undefined is all of them. */
  pause(partitions?: readonly TopicPartition[]): void {
    this.#setPaused(partitions, true)
  }

  resume(partitions?: readonly TopicPartition[]): void {
    this.#setPaused(partitions, false)
    this.#news.ring()
  }

  /** What comes before is left out, the rest is read, again where it was before. */
  seek(partition: TopicPartition, from: bigint | 'oldest' | 'newest' | Date): void {
    const place = placeOf(partition)
    this.#checkOpen()
    const entries = this.#entries.filter(entry => entry.place === place)
    const end = this.endOf(partition)
    const target = typeof from === 'bigint' ? from : from === 'newest' ? end : offsetOf(entries, from, end)
    for (const entry of entries) entry.isTaken = entry.message.offset < target
    if (target > end) this.#ends.set(place, { topic: partition.topic, partition: partition.partition, end: target })
    this.#news.ring()
  }

  /** @throws ClosedError, as the real one does, when another reader has left its loop or got the error. */
  messages(): AsyncIterableIterator<Message<K, V>> {
    this.#enter()
    return iteration(
      () => this.#waitFor(() => this.#take(1)?.[0]),
      () => this.#leave(),
    )
  }

  /** @throws as {@link messages} does. */
  batches(): AsyncIterableIterator<MessageBatch<K, V>> {
    this.#enter()
    const take = () => {
      const messages = this.#take(Infinity)
      return messages && new YieldedBatch(messages, this.endOf(messages[0]!))
    }
    return iteration(
      () => this.#waitFor(take),
      () => this.#leave(),
    )
  }

  close(): void {
    this.#isEnded = true
    this.#news.ring()
    this.#idle.ring()
  }

  #enter(): void {
    if (this.#endedBy === undefined) return
    throw new ClosedError(`the reading of ${this.name} has ended, as ${this.#endedBy}: nothing more comes of it`)
  }

  #leave(): void {
    if (!this.#isEnded) this.#endedBy = 'its loop was left'
    this.close()
  }

  async #waitFor<T>(take: () => T | undefined): Promise<T | undefined> {
    while (!this.#isEnded) {
      const taken = take()
      if (taken !== undefined) return taken
      const failure = this.#failure
      if (failure !== undefined && this.left === 1) {
        this.#failure = undefined
        this.#endedBy = 'it has failed'
        this.close()
        throw failure.error
      }
      this.#waiting++
      this.#idle.ring()
      await this.#news.wait()
      this.#waiting--
    }
    return undefined
  }

  /** The next messages of one batch. */
  #take(count: number): Message<K, V>[] | undefined {
    const waiting = this.#entries.filter(({ isTaken, place }) => !isTaken && !this.#isPaused(place))
    const taken = waiting.filter(({ message }) => message.batch === waiting[0]!.message.batch).slice(0, count)
    if (taken.length === 0) return undefined
    for (const entry of taken) entry.isTaken = true
    return taken.map(({ message }) => message)
  }

  #isPaused(place: string): boolean {
    return this.#isAllPaused !== this.#exceptions.has(place)
  }

  #setPaused(partitions: readonly TopicPartition[] | undefined, isPaused: boolean): void {
    this.#checkOpen()
    if (partitions === undefined) {
      this.#isAllPaused = isPaused
      this.#exceptions.clear()
      return
    }
    for (const place of partitions.map(placeOf)) {
      if (this.#isAllPaused === isPaused) this.#exceptions.delete(place)
      else this.#exceptions.add(place)
    }
  }

  #checkOpen(): void {
    if (this.#isEnded) throw new ClosedError(`${this.name} is read no more`)
  }

  #checkGoesOn(): void {
    if (!this.#hasFailed) return
    const problem = `nothing can follow the error of ${this.name}, which ends the iteration`
    throw new ConfigurationError([{ option: 'yield', problem }])
  }
}

function offsetOf<K, V>(entries: readonly Entry<K, V>[], from: 'oldest' | Date, end: bigint): bigint {
  if (from === 'oldest') return 0n
  return entries.find(({ message }) => message.timestamp >= from.getTime())?.message.offset ?? end
}

/** By topic and partition, something of each partition that is read. */
export function byPartition<K, V>(
  readings: readonly Reading<K, V>[],
  of: (reading: Reading<K, V>, partition: TopicPartition) => bigint,
): Map<string, Map<number, bigint>> {
  const found = new Map<string, Map<number, bigint>>()
  for (const reading of readings) {
    for (const { topic, partition } of reading.partitions) {
      const ofTopic = found.get(topic) ?? new Map<number, bigint>()
      found.set(topic, ofTopic.set(partition, of(reading, { topic, partition })))
    }
  }
  return found
}

function placeOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
