import type { Client } from '../cluster/client.ts'
import type { TopicSnapshot } from '../cluster/snapshot.ts'
import { ConfigurationError, TimeoutError } from '../errors/client-errors.ts'
import { onAbort } from '../util/wait.ts'
import type { Accumulator } from './accumulator.ts'
import type { Batch, BatchQueue } from './batch.ts'
import { checkTopicName, type Draft, dataBytes } from './draft.ts'
import type { Ledger } from './ledger.ts'
import { LookUps, type LookUpsOptions, type Pending } from './look-ups.ts'
import type { TopicChooser, TopicLoad } from './partitioners/chooser.ts'
import type { Room } from './room.ts'
import { TopicQueues } from './topic-queues.ts'
import type { ProducerMessage } from './types.ts'

/**
 * What a message counts for that is in no batch yet, besides its key and value. It takes far less, but where many thousands of
 * such objects outlive a garbage collection, V8 makes all later ones old from the start, and a process of 130 MB one of 250.
 */
const PENDING_BYTES = 65_536
/** What a record takes besides its key and value, about. */
const RECORD_BYTES = 10

export interface IntakeListener {
  /** How the partitions of a topic are chosen. */
  chooser(load: TopicLoad): TopicChooser
  /** The topic has gone, or has not been used for long, and nothing of it is under way. */
  onForgotten(queue: BatchQueue): void
}

export interface IntakeOptions extends LookUpsOptions {
  readonly maxBufferedBytes: number
}

/** Brings messages into the batches of their partitions: at once, or when there is room and their topics are known. */
export class Intake {
  readonly #client: Client
  readonly #options: IntakeOptions
  readonly #room: Room
  readonly #accumulator: Accumulator
  readonly #ledger: Ledger
  readonly #listener: IntakeListener
  readonly #topics = new Map<string, TopicQueues>()
  readonly #lookUps: LookUps
  /** The waits of messages for room: others wait for it too, but have none to lose. */
  readonly #waits = new Set<Promise<void>>()
  readonly #unsubscribe: () => void

  /** `signal` ends all look-ups. */
  constructor(
    client: Client,
    options: IntakeOptions,
    room: Room,
    accumulator: Accumulator,
    ledger: Ledger,
    intakeListener: IntakeListener,
    signal: AbortSignal,
  ) {
    this.#client = client
    this.#options = options
    this.#room = room
    this.#accumulator = accumulator
    this.#ledger = ledger
    this.#listener = intakeListener
    const listener = {
      onFound: (topic: TopicSnapshot, pending: readonly Pending[]) => this.#onFound(topic, pending),
      onFailed: (topic: string, pending: readonly Pending[], error: unknown) => this.#refuse(topic, pending, error),
    }
    this.#lookUps = new LookUps(client, options, listener, signal)
    this.#unsubscribe = client.metadata.onChange(() => this.#refresh())
  }

  /** How many messages wait for their topic. */
  get pending(): number {
    return this.#lookUps.size
  }

  /**
   * Writes a message into the batch of its partition; undefined where its topic must be looked up first.
   *
   * @param message as it was given.
   * @param deadline when its life ends, on the clock of `performance.now()`; by default it begins now.
   * @throws {@link ConfigurationError}, {@link MessageTooLargeError}.
   */
  place(draft: Draft, message: ProducerMessage, deadline?: number): Batch | undefined {
    const { topic, partition } = draft
    const queues = this.#topics.get(topic) ?? this.#open(topic)
    const { snapshot } = queues
    if (snapshot === undefined || (partition !== undefined && partition >= snapshot.partitions.length)) return undefined
    // While earlier messages wait for the topic, or the partition, later ones wait behind them, even when it is known by now.
    if (this.#lookUps.holdsUp(draft, snapshot.partitions.length)) return undefined
    return this.#append(queues, snapshot, draft, message, deadline)
  }

  /** Places a message when its topic is known, or else has its waiter, or a delivery report, told why that could not be. */
  lookUp(pending: Pending): void {
    this.#room.take(pendingBytes(pending))
    this.#lookUps.add(pending, this.#topics.get(pending.draft.topic)?.snapshot?.partitions.length ?? 0)
  }

  /** Places a message when there is room and its topic is known. */
  wait(pending: Pending, signal: AbortSignal | undefined): void {
    const { draft, message, deadline, waiter } = pending
    let done = () => {}
    const wait = new Promise<void>(resolve => {
      done = () => {
        this.#waits.delete(wait)
        resolve()
      }
    })
    this.#waits.add(wait)
    const proceed = () => {
      done()
      try {
        const batch = this.place(draft, message, deadline)
        if (batch === undefined) this.lookUp(pending)
        else waiter?.resolve(batch.lastMetadata(draft.timestamp))
      } catch (error) {
        this.#refuseUntaken(pending, error)
      }
    }
    const fail = (reason: unknown) => {
      done()
      this.#refuseUntaken(pending, reason ?? this.#waitedTooLong(draft.topic))
    }
    this.waitForRoom(deadline, signal, proceed, fail)
  }

  /** Calls `proceed` in its turn, or `fail`: with the reason of the signal or of closing, or without one at the deadline. */
  waitForRoom(
    deadline: number,
    signal: AbortSignal | undefined,
    proceed: () => void,
    fail: (reason: unknown) => void,
  ): void {
    let forget = () => {}
    const leave = this.#room.wait(
      deadline,
      () => {
        forget()
        proceed()
      },
      reason => {
        forget()
        fail(reason)
      },
    )
    if (signal !== undefined) {
      forget = onAbort(signal, () => {
        leave()
        fail(signal.reason)
      })
    }
    // What waits for more messages makes room when it leaves.
    this.#accumulator.wakeAll()
  }

  /** All that waits now is in a batch, or has failed. */
  async settled(): Promise<void> {
    await Promise.all(this.#waits)
    await this.#lookUps.settled()
  }

  /** Fails all that waits, and tells how many messages those were. */
  abandon(error: unknown): number {
    let count = this.#waits.size
    this.#room.close(error)
    for (const [topic, pending] of this.#lookUps.abandon()) {
      count += pending.length
      this.#refuse(topic, pending, error)
    }
    return count
  }

  close(): void {
    this.#unsubscribe()
  }

  #open(name: string): TopicQueues {
    checkTopicName(name)
    const queues = new TopicQueues(name, load => this.#listener.chooser(load))
    queues.snapshot = this.#client.metadata.topic(name)
    this.#topics.set(name, queues)
    return queues
  }

  #refresh(): void {
    const { topics } = this.#client.metadata.snapshot
    for (const topic of this.#topics.values()) {
      const snapshot = topics.get(topic.name)
      // Brokers know nothing of producers of a topic that was made anew.
      const isAnew = topic.snapshot !== undefined && topic.snapshot.topicId !== snapshot?.topicId
      if (isAnew) for (const { sequences } of topic.queues) sequences.isKnown = false
      topic.snapshot = snapshot
      if (topic.snapshot !== undefined || this.#lookUps.has(topic.name)) continue
      const { queues } = topic
      if (!queues.every(({ isIdle }) => isIdle)) continue
      // Else a producer of short-lived topics would keep more and more of them.
      this.#topics.delete(topic.name)
      for (const queue of queues) this.#listener.onForgotten(queue)
    }
  }

  #append(
    queues: TopicQueues,
    snapshot: TopicSnapshot,
    draft: Draft,
    message: ProducerMessage,
    deadline: number | undefined,
  ): Batch {
    const { chooser } = queues
    const { partition } = draft
    if (partition !== undefined) return this.#accumulator.append(queues.queue(partition), draft, message, deadline)
    const chosen = chooser.choose(draft.key, draft, snapshot)
    const batch = this.#accumulator.append(queues.queue(chosen), draft, message, deadline)
    chooser.onAppended?.(RECORD_BYTES + dataBytes(draft))
    return batch
  }

  #onFound(topic: TopicSnapshot, found: readonly Pending[]): void {
    const queues = this.#topics.get(topic.name) ?? this.#open(topic.name)
    queues.snapshot = topic
    const refused: [pending: Pending, error: unknown][] = []
    let bytes = 0
    for (const pending of found) {
      const { draft, message, deadline, waiter } = pending
      try {
        checkPartition(draft.partition, topic)
        const batch = this.#append(queues, topic, draft, message, deadline)
        bytes += pendingBytes(pending)
        if (waiter === undefined) batch.unattended++
        else waiter.resolve(batch.lastMetadata(draft.timestamp))
      } catch (error) {
        refused.push([pending, error])
      }
    }
    // Whoever is let in for it came later than all of these, so not before the last of them has its place.
    this.#room.give(bytes)
    for (const [pending, error] of refused) this.#refuse(topic.name, [pending], error)
  }

  #refuse(topic: string, pending: readonly Pending[], error: unknown): void {
    let bytes = 0
    for (const each of pending) bytes += pendingBytes(each)
    this.#tellRefused(topic, pending, bytes, error)
  }

  /** Of the room nothing was taken for it yet. */
  #refuseUntaken(pending: Pending, error: unknown): void {
    this.#tellRefused(pending.draft.topic, [pending], 0, error)
  }

  #tellRefused(topic: string, pending: readonly Pending[], bytes: number, error: unknown): void {
    let unattended = 0
    for (const { waiter } of pending) {
      if (waiter === undefined) unattended++
      else waiter.reject(error)
    }
    const messages = pending.map(({ message }) => message)
    this.#ledger.onRefused(topic, messages, unattended, bytes, error)
  }

  #waitedTooLong(topic: string): TimeoutError {
    const { deliveryTimeoutMs, maxBufferedBytes } = this.#options
    return new TimeoutError(
      `a message for topic "${topic}" found no room within producer.deliveryTimeoutMs (${deliveryTimeoutMs} ms): ` +
        `producer.maxBufferedBytes (${maxBufferedBytes}) are taken by messages that the brokers have not acknowledged, or ` +
        'whose delivery reports nobody has read',
    )
  }
}

function checkPartition(partition: number | undefined, topic: TopicSnapshot): void {
  const count = topic.partitions.length
  if (partition === undefined || partition < count) return
  const problem = `${partition} is out of range: topic "${topic.name}" has ${count} partitions, 0 to ${count - 1}`
  throw new ConfigurationError([{ option: 'message.partition', problem }])
}

function pendingBytes({ draft }: Pending): number {
  return PENDING_BYTES + dataBytes(draft)
}
