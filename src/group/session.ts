import type { StartOffset } from '../cluster/list-offset.ts'
import type { Consumer } from '../consumer/consumer.ts'
import { offsetNumber } from '../consumer/fetched-message.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import { signalOf, type WaitOptions } from '../util/known-keys.ts'
import type { TopicPartitions } from './assignors/strategy.ts'
import { ReadClaim } from './claim.ts'
import { byTopic } from './membership/plan.ts'
import type { Identity } from './membership/requests.ts'
import { checkOffset } from './offsets/check-offset.ts'
import type { Progress } from './offsets/ledger.ts'
import type { OffsetStore } from './offsets/offset-store.ts'
import type { Work } from './processing-watch.ts'
import type { ConsumerGroupHandler, GroupSession } from './types.ts'

export interface SessionContext<K, V> {
  readonly consumer: Consumer<K, V>
  readonly offsets: OffsetStore
  readonly handler: ConsumerGroupHandler<K, V>
  /** Where partitions begin that nothing was committed of. */
  readonly initial: StartOffset
  /** How long a handler may take to give a partition up. */
  readonly revocationMs: number
  identity(): Identity
  /** A handler has not given its partition up in that time. */
  onOverdue(claim: ReadClaim<K, V>): void
  /** A claim was left before it ended, or has failed: nothing more is to be consumed. */
  onLeft(failure: { readonly error: unknown } | undefined): void
}

interface Running<K, V> {
  readonly claim: ReadClaim<K, V>
  /** Resolves when the handler is done with it. */
  readonly done: Promise<void>
  readonly progress: Progress | undefined
}

/** What a member has, and who works on it. */
export class Session<K, V> implements GroupSession<K, V> {
  readonly #context: SessionContext<K, V>
  /** By `topic-partition`, with what reads it once that has begun. */
  readonly #claims = new Map<string, { readonly partition: TopicPartition; running?: Running<K, V> }>()
  readonly #ending = new AbortController()
  /** Settles when the handler has set up. */
  #setUp: Promise<void> | undefined
  #ended: Promise<void> | undefined
  /** Who should have given a partition up by now. */
  readonly #overdue = new Set<Running<K, V>>()
  /** What was marked since partitions were given up the last time, by topic and partition: without making a name for each message. */
  readonly #marked = new Map<string, Progress[]>()
  /** Those of the topic that was marked last: mostly it is marked again. */
  #ofLastTopic: Progress[] = []
  #lastTopic = ''

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
    const offset = offsetNumber(message)
    if (offset < Number.MAX_SAFE_INTEGER) progress.markUpTo(offset, message.leaderEpoch, metadata)
    else progress.mark(message.offset + 1n, message.leaderEpoch, metadata)
    this.#context.offsets.onMarked()
  }

  markBatch(batch: MessageBatch<K, V>, metadata = ''): void {
    const leaderEpoch = batch.at(-1)?.leaderEpoch ?? -1
    this.#progressOf(batch.topic, batch.partition)?.mark(batch.nextOffset, leaderEpoch, metadata)
    this.#context.offsets.onMarked()
  }

  markOffset(topic: string, partition: number, offset: bigint, metadata = ''): void {
    checkOffset(offset)
    this.#progressOf(topic, partition)?.mark(offset, -1, metadata)
    this.#context.offsets.onMarked()
  }

  resetOffset(topic: string, partition: number, offset: bigint, metadata = ''): void {
    checkOffset(offset)
    this.#progressOf(topic, partition)?.reset(offset, -1, metadata)
    this.#context.offsets.onMarked()
    this.#claims.get(nameOf({ topic, partition }))?.running?.claim.seek(offset)
  }

  async commit(options?: WaitOptions): Promise<void> {
    return this.#context.offsets.commit(undefined, signalOf(options))
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

  /** Whether a handler has not given its partition up in time, nor since. */
  get isOverdue(): boolean {
    return this.#overdue.size > 0
  }

  /** What handlers work on. */
  get works(): Work[] {
    return [...this.#claims.values()].flatMap(({ running }) => (running === undefined ? [] : (running as Work)))
  }

  /** Begins to read partitions, and the session itself with the first. */
  async add(added: readonly TopicPartition[]): Promise<void> {
    for (const partition of added) this.#claims.set(nameOf(partition), { partition })
    this.#setUp ??= this.#begin()
    await this.#setUp
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
    await this.#finish(ended, reason)
    this.#forget(partitions)
  }

  /** Ends with all that it has. It may be lost while it is given up: both end once. */
  end(reason: Error): Promise<void> {
    this.#ended ??= this.#end(reason)
    return this.#ended
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

  async #begin(): Promise<void> {
    await this.#context.handler.setup?.(this)
  }

  async #end(reason: Error): Promise<void> {
    const { partitions } = this
    this.#ending.abort(reason)
    const running = [...this.#claims.values()].flatMap(({ running }) => running ?? [])
    await this.#finish(running, reason)
    // What setup throws is told to who adds.
    await this.#setUp?.catch(() => {})
    try {
      // It may mark still.
      if (this.#setUp !== undefined) await this.#context.handler.cleanup?.(this)
    } finally {
      this.#forget(partitions)
    }
  }

  /** Resolves when nobody works on these any more, however long that takes; who takes too long is told of. */
  async #finish(running: readonly Running<K, V>[], reason: Error): Promise<void> {
    const left = new Set(running)
    const timer = setTimeout(() => {
      for (const each of left) {
        this.#overdue.add(each)
        this.#context.onOverdue(each.claim)
      }
    }, this.#context.revocationMs)
    for (const { claim } of running) claim.end(reason)
    const onDone = (each: Running<K, V>) => {
      left.delete(each)
      this.#overdue.delete(each)
    }
    await Promise.all(running.map(each => each.done.then(() => onDone(each))))
    clearTimeout(timer)
  }

  /** From now on marks of these do nothing: who has them next, be it this member, begins where they were committed. */
  #forget(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#claims.delete(nameOf(partition))
    this.#marked.clear()
    this.#lastTopic = ''
  }

  #run(partition: TopicPartition): Running<K, V> {
    const { consumer, offsets, initial, handler } = this.#context
    const progress = offsets.progress(partition)
    const marked = progress?.offset ?? -1n
    const from = marked < 0n ? initial : marked
    const reader = consumer.consumePartition(partition.topic, partition.partition, { from })
    // The log may have parted ways since with what the group has read.
    reader.startEpoch = progress?.leaderEpoch ?? -1
    const claim = new ReadClaim(reader, from)
    claim.onMoved(offset => this.#onMoved(progress, offset))
    return { claim, progress, done: this.#handle(claim, async () => handler.consumeClaim(this, claim)) }
  }

  /**
   * Where the end of the log was when reading began there is committed, lest the next member begins at a later end and leaves out what
   * was written until then. Where the log does not have what was read any more, marks count again from where reading goes on.
   */
  #onMoved(progress: Progress | undefined, offset: bigint): void {
    if (progress === undefined) return
    const isStart = progress.offset < 0n
    if (isStart ? this.#context.initial === 'oldest' : offset >= progress.offset) return
    progress.reset(offset, -1, '')
    this.#context.offsets.onMarked()
  }

  #progressOf(topic: string, partition: number): Progress | undefined {
    if (topic !== this.#lastTopic) {
      this.#lastTopic = topic
      this.#ofLastTopic = this.#marked.get(topic) ?? []
    }
    return this.#ofLastTopic[partition] ?? this.#look(topic, partition)
  }

  #look(topic: string, partition: number): Progress | undefined {
    if (!this.#claims.has(nameOf({ topic, partition }))) return undefined
    const progress = this.#context.offsets.progress({ topic, partition })
    if (progress === undefined) return undefined
    this.#ofLastTopic[partition] = progress
    this.#marked.set(topic, this.#ofLastTopic)
    return progress
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
