import type { Client } from '../cluster/client.ts'
import type { StartOffset } from '../cluster/list-offset.ts'
import { checkPartition } from '../consumer/check.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import { ClosedError, ConfigurationError } from '../errors/client-errors.ts'
import { signalOf, type WaitOptions } from '../util/known-keys.ts'
import { Coordinator } from './coordinator.ts'
import { checkOffset } from './offsets/check-offset.ts'
import { OUTSIDE } from './offsets/commit.ts'
import type { Progress } from './offsets/ledger.ts'
import { OffsetStore, type OffsetStoreOptions } from './offsets/offset-store.ts'

export interface OffsetManagerOptions extends OffsetStoreOptions {
  /** What is read first of partitions that nothing was committed of. */
  readonly initial: StartOffset
}

/**
 * The offsets of a group, for who reads without being a member of it. Brokers take commits from outside only while the group has no
 * members. Made by `kafka.offsetManager()`.
 */
export class OffsetManager implements AsyncDisposable {
  readonly groupId: string
  readonly #options: OffsetManagerOptions
  readonly #coordinator: Coordinator
  readonly #store: OffsetStore
  readonly #managed = new Map<string, PartitionOffsetManager>()
  readonly #onClosed: () => void
  #closing: Promise<void> | undefined

  /** @internal */
  constructor(client: Client, groupId: string, options: OffsetManagerOptions, onClosed: () => void) {
    this.groupId = groupId
    this.#options = options
    this.#coordinator = new Coordinator(client, groupId)
    this.#store = new OffsetStore(client, this.#coordinator, options, { committer: () => OUTSIDE, onFailure() {} })
    this.#onClosed = onClosed
  }

  /**
   * Looks for what the group has committed of a partition, and keeps account of it from now on.
   *
   * @throws {@link ConfigurationError} for a partition that cannot be, or is managed already · {@link BrokerError} such as
   * GROUP_AUTHORIZATION_FAILED · {@link ClosedError}. While the coordinator cannot be reached it waits, as `consumer.retry` says.
   */
  async managePartition(topic: string, partition: number, options?: WaitOptions): Promise<PartitionOffsetManager> {
    const signal = signalOf(options)
    this.#checkOpen()
    checkPartition(topic, partition, {}, 'oldest')
    const name = `${topic}-${partition}`
    if (this.#managed.has(name)) {
      throw new ConfigurationError([{ option: 'partition', problem: `${name} is managed already` }])
    }
    const where = { topic, partition }
    const managed = new PartitionOffsetManager(where, this.#options.initial, this.#store, () =>
      this.#managed.delete(name),
    )
    this.#managed.set(name, managed)
    try {
      await this.#store.open([where], signal)
    } catch (error) {
      this.#managed.delete(name)
      throw error
    }
    return managed
  }

  /**
   * Commits what is marked now, rather than with the next automatic commit.
   *
   * @throws {@link BrokerError}, among them UNKNOWN_MEMBER_ID while the group has members: what is marked stays marked ·
   * {@link ClosedError}.
   */
  async commit(options?: WaitOptions): Promise<void> {
    const signal = signalOf(options)
    this.#checkOpen()
    await this.#store.commit(undefined, signal)
  }

  /** Commits what is marked, unless `offsets.autoCommit.enable` is false, and ends. Waits less than a second for the coordinator. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#store.hurry()
    await Promise.all([...this.#managed.values()].map(each => each.close()))
    this.#store.close(new ClosedError(`the offset manager of group "${this.groupId}" is closed`))
    this.#coordinator.close()
    this.#onClosed()
  }

  #checkOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError(`the offset manager of group "${this.groupId}" is closed`)
  }
}

/** How far a group has read one partition. Made by `managePartition` of an {@link OffsetManager}. */
export class PartitionOffsetManager implements TopicPartition, AsyncDisposable {
  readonly topic: string
  readonly partition: number
  readonly #initial: StartOffset
  readonly #store: OffsetStore
  readonly #onClosed: () => void
  #closing: Promise<void> | undefined

  /** @internal */
  constructor({ topic, partition }: TopicPartition, initial: StartOffset, store: OffsetStore, onClosed: () => void) {
    this.topic = topic
    this.partition = partition
    this.#initial = initial
    this.#store = store
    this.#onClosed = onClosed
  }

  /** Where to read on: after what is marked or committed, else what `offsets.initial` says. */
  get nextOffset(): StartOffset {
    const { offset } = this.#progress
    return offset < 0n ? this.#initial : offset
  }

  /** What was committed, or marked, along with that. */
  get metadata(): string {
    return this.#progress.metadata
  }

  /** The message, and all before it, is processed: that is committed with the next commit. */
  markMessage(message: Message<unknown, unknown>, metadata = ''): void {
    this.#progress.mark(message.offset + 1n, message.leaderEpoch, metadata)
    this.#store.onMarked()
  }

  /** All before this offset is processed: it is the next to be read. Goes forward only. */
  markOffset(offset: bigint, metadata = ''): void {
    checkOffset(offset)
    this.#progress.mark(offset, -1, metadata)
    this.#store.onMarked()
  }

  /** The group goes on from this offset, be it further back. */
  resetOffset(offset: bigint, metadata = ''): void {
    checkOffset(offset)
    this.#progress.reset(offset, -1, metadata)
    this.#store.onMarked()
  }

  /** Commits what is marked, unless `offsets.autoCommit.enable` is false, and keeps account of the partition no more. */
  close(): Promise<void> {
    this.#closing ??= this.#store.release([this]).then(this.#onClosed)
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  get #progress(): Progress {
    const progress = this.#closing === undefined ? this.#store.progress(this) : undefined
    if (progress !== undefined) return progress
    throw new ClosedError(`the offsets of ${this.topic}-${this.partition} are managed no more`)
  }
}
