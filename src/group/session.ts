import type { StartOffset } from '../cluster/list-offset.ts'
import type { Consumer } from '../consumer/consumer.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import type { TopicPartitions } from './assignors/strategy.ts'
import { ReadClaim } from './claim.ts'
import { byTopic } from './membership/plan.ts'
import type { Identity } from './membership/requests.ts'
import type { Progress } from './offsets/ledger.ts'
import type { OffsetManager } from './offsets/offset-manager.ts'
import type { ConsumerGroupHandler, GroupSession } from './types.ts'

export interface SessionContext<K, V> {
  readonly consumer: Consumer<K, V>
  readonly offsets: OffsetManager
  readonly handler: ConsumerGroupHandler<K, V>
  /** Where partitions begin that nothing was committed of. */
  readonly initial: StartOffset
  identity(): Identity
  /** A claim was left before it ended, or has failed: nothing more is to be consumed. */
  onLeft(failure: { readonly error: unknown } | undefined): void
}

interface Running<K, V> {
  readonly claim: ReadClaim<K, V>
  /** Resolves when the handler is done with it. */
  readonly done: Promise<void>
}

/** What a member has, and who works on it. */
export class Session<K, V> implements GroupSession<K, V> {
  readonly #context: SessionContext<K, V>
  /** By `topic-partition`, with what reads it once that has begun. */
  readonly #claims = new Map<string, { readonly partition: TopicPartition; running?: Running<K, V> }>()
  readonly #ending = new AbortController()
  #isSetUp = false
  /** The partition that was marked last: mostly it is marked again. */
  #lastMarked: Progress | undefined

  constructor(context: SessionContext<K, V>) {
    this.#context = context
  }

  get memberId(): string {
    return this.#context.identity().memberId
  }

  get generationId(): number {
    return this.#context.identity().generationId
  }

  get claims(): readonly TopicPartitions[] {
    return byTopic(this.partitions)
  }

  get partitions(): TopicPartition[] {
    return [...this.#claims.values()].map(({ partition }) => partition)
  }

  get signal(): AbortSignal {
    return this.#ending.signal
  }

  markMessage(message: Message<K, V>, metadata = ''): void {
    const progress = this.#progressOf(message.topic, message.partition)
    if (progress === undefined) return
    progress.mark(message.offset + 1n, message.leaderEpoch, metadata)
    this.#context.offsets.onMarked()
  }

  markBatch(batch: MessageBatch<K, V>, metadata = ''): void {
    const leaderEpoch = batch.at(-1)?.leaderEpoch ?? -1
    this.#progressOf(batch.topic, batch.partition)?.mark(batch.nextOffset, leaderEpoch, metadata)
    this.#context.offsets.onMarked()
  }

  markOffset(topic: string, partition: number, offset: bigint, metadata = ''): void {
    this.#progressOf(topic, partition)?.mark(offset, -1, metadata)
    this.#context.offsets.onMarked()
  }

  resetOffset(topic: string, partition: number, offset: bigint, metadata = ''): void {
    this.#progressOf(topic, partition)?.reset(offset, -1, metadata)
    this.#context.offsets.onMarked()
    this.#claims.get(nameOf({ topic, partition }))?.running?.claim.seek(offset)
  }

  commit({ signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<void> {
    return this.#context.offsets.commit(undefined, signal)
  }

  /** How far behind the claims are, by topic and partition, where that is known. */
  lags(): Map<string, Map<number, bigint>> {
    const lags = new Map<string, Map<number, bigint>>()
    for (const { partition: its, running } of this.#claims.values()) {
      const lag = running?.claim.lag
      if (lag === undefined) continue
      lags.set(its.topic, (lags.get(its.topic) ?? new Map<number, bigint>()).set(its.partition, lag))
    }
    return lags
  }

  /** Begins to read partitions, and the session itself with the first. */
  async add(added: readonly TopicPartition[]): Promise<void> {
    for (const partition of added) this.#claims.set(nameOf(partition), { partition })
    // It may have been given up and come back.
    this.#lastMarked = undefined
    if (!this.#isSetUp) {
      this.#isSetUp = true
      await this.#context.handler.setup?.(this)
    }
    // Everything may have been lost meanwhile.
    if (this.signal.aborted) return
    for (const partition of added) {
      const entry = this.#claims.get(nameOf(partition))
      if (entry !== undefined) entry.running = this.#run(partition)
    }
  }

  /** Reads some partitions no more; resolves when nobody works on them. */
  async remove(partitions: readonly TopicPartition[], reason: Error): Promise<void> {
    const ended = partitions.flatMap(partition => this.#claims.get(nameOf(partition))?.running ?? [])
    for (const { claim } of ended) claim.end(reason)
    await Promise.all(ended.map(({ done }) => done))
    for (const partition of partitions) this.#claims.delete(nameOf(partition))
  }

  /** Ends with all that it has. */
  async end(reason: Error): Promise<void> {
    this.#ending.abort(reason)
    await this.remove(this.partitions, reason)
    if (this.#isSetUp) await this.#context.handler.cleanup?.(this)
  }

  /** Ends, as all that it has may be others' already. */
  async lose(reason: Error): Promise<void> {
    const { partitions } = this
    const ended = this.end(reason)
    try {
      if (partitions.length > 0) await this.#context.handler.onLost?.(this, partitions)
    } finally {
      await ended
    }
  }

  #run(partition: TopicPartition): Running<K, V> {
    const { consumer, offsets, initial, handler } = this.#context
    const marked = offsets.progress(partition)?.offset ?? -1n
    const from = marked < 0n ? initial : marked
    const claim = new ReadClaim(consumer.consumePartition(partition.topic, partition.partition, { from }), from)
    return { claim, done: this.#handle(claim, async () => handler.consumeClaim(this, claim)) }
  }

  #progressOf(topic: string, partition: number): Progress | undefined {
    const last = this.#lastMarked
    if (last !== undefined && last.partition === partition && last.topic === topic) return last
    this.#lastMarked = this.#context.offsets.progress({ topic, partition })
    return this.#lastMarked
  }

  async #handle(claim: ReadClaim<K, V>, consume: () => Promise<void>): Promise<void> {
    let failure: { readonly error: unknown } | undefined
    try {
      await consume()
    } catch (error) {
      // Who waits for something with the signal of a claim that ends is told so by its reason.
      if (error !== claim.signal.reason) failure = { error }
    }
    if (failure !== undefined || !claim.signal.aborted) this.#context.onLeft(failure)
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
