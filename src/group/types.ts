import type { StartOffset } from '../cluster/list-offset.ts'
import type { Message, TopicPartition } from '../consumer/message.ts'
import type { MessageBatch } from '../consumer/message-batch.ts'
import type { TopicPartitions } from './assignors/strategy.ts'

/**
 * What a member does with its partitions. A session begins when the member has been given partitions, and ends when it has to give
 * all of them up: at each rebalance with eager strategies, at the end with cooperative ones. What any of these throws ends the
 * consuming: what was marked is committed, the member leaves, and `consume` rejects with it.
 */
export interface ConsumerGroupHandler<K = Buffer, V = Buffer> {
  /** Called at the start of a session, before anything is read. */
  setup?(session: GroupSession<K, V>): void | Promise<void>
  /**
   * Reads one partition: called once for each that the member is given, side by side with the others. The claim ends by itself when
   * the partition is given up, and `claim.signal` is aborted; return then, within `rebalance.timeoutMs`. To return before, while the
   * partition is still the member's, ends the consuming in good order, as leaving any other loop does.
   */
  consumeClaim(session: GroupSession<K, V>, claim: Claim<K, V>): void | Promise<void>
  /** Called at the end of a session, when all claims are done; what is marked here is committed still, unless all was lost. */
  cleanup?(session: GroupSession<K, V>): void | Promise<void>
  /**
   * Called when the member was dropped from the group, so that partitions may be others' already: what was not committed will be
   * processed again by them, and marking does nothing any more.
   */
  onLost?(session: GroupSession<K, V>, partitions: readonly TopicPartition[]): void | Promise<void>
}

/** A time in which a member has partitions. */
export interface GroupSession<K = Buffer, V = Buffer> {
  readonly memberId: string
  /** It changes during a session with cooperative strategies. */
  readonly generationId: number
  /** What the member has. */
  readonly claims: readonly TopicPartitions[]
  /** Aborted when the session ends. */
  readonly signal: AbortSignal
  /** The message, and all before it, is processed: that is committed with the next commit. `metadata` is stored along with it. */
  markMessage(message: Message<K, V>, metadata?: string): void
  /** The batch, and all before it, is processed. */
  markBatch(batch: MessageBatch<K, V>, metadata?: string): void
  /** All before this offset is processed. Goes forward only. @throws {@link ConfigurationError} for what is no bigint from 0n on. */
  markOffset(topic: string, partition: number, offset: bigint, metadata?: string): void
  /** The group goes on from this offset, be it further back: so does the claim, if it has begun. */
  resetOffset(topic: string, partition: number, offset: bigint, metadata?: string): void
  /**
   * Commits what is marked now, rather than with the next automatic commit.
   *
   * @throws {@link BrokerError}, among them REBALANCE_IN_PROGRESS: what is marked stays marked.
   */
  commit(options?: { readonly signal?: AbortSignal | undefined }): Promise<void>
}

/** A partition that a member has, to be read: message by message, or by `batches()`, which costs less. */
export interface Claim<K = Buffer, V = Buffer> extends TopicPartition, AsyncIterable<Message<K, V>> {
  /** Where it began: the offset that was committed, or what `offsets.initial` says. */
  readonly initialOffset: StartOffset
  /** The offset after the last message that is on all in-sync replicas; undefined until the first fetch. */
  readonly highWatermark: bigint | undefined
  /** How many offsets there are from what was handed out to the end; undefined until the first fetch. */
  readonly lag: bigint | undefined
  /** Aborted when the partition has to be given up. */
  readonly signal: AbortSignal
  readonly isPaused: boolean
  /** @internal Whether what was handed out waits for its turn, which is not the fault of who handles it. */
  isQueued: boolean
  /** @internal The next message, where none has to be waited for: a promise costs more than a message. */
  take(): Message<K, V> | undefined
  /** From now on nothing is handed out, nor fetched, until {@link resume}. */
  pause(): void
  resume(): void
  batches(): AsyncIterableIterator<MessageBatch<K, V>>
}
