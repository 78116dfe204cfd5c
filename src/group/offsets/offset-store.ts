import type { Client } from '../../cluster/client.ts'
import type { TopicPartition } from '../../consumer/message.ts'
import { ClosedError } from '../../errors/client-errors.ts'
import { KafkaError } from '../../errors/kafka-error.ts'
import type { RetryPolicy } from '../../util/backoff.ts'
import { retrying } from '../../util/retry.ts'
import { abortable, eitherSignal, onAbort } from '../../util/wait.ts'
import type { Coordinator } from '../coordinator.ts'
import { type Committer, commitOffsets } from './commit.ts'
import { type CommittedOffset, committedOffsets } from './committed.ts'
import { OffsetLedger, type Progress } from './ledger.ts'

/** How long a commit may take in a hurry: who has the partitions next repeats what is not committed. */
const HURRIED_MS = 500
/** And where the one before had no answer. All of them and the leaving are to be over within a second. */
const DOUBTFUL_MS = 100

export interface OffsetStoreOptions {
  readonly autoCommit: { readonly enable: boolean; readonly intervalMs: number }
  readonly retry: RetryPolicy
  /** For what is asked before anything can be read: there is nothing better to do than to ask again. */
  readonly openRetry: RetryPolicy
}

/** Who the offsets are committed for. */
export interface OffsetOwner {
  committer(): Committer
  /** A commit of this committer failed, and no later one will do better: the group has something to say to the member. */
  onFailure(error: unknown, committer: Committer): void
}

/**
 * Fetches and commits the offsets of a group: for a member, or for who reads without being one. Commits go one after another, each
 * with all that was marked until then, so that none can overtake a later one and take the group back.
 */
export class OffsetStore {
  readonly #client: Client
  readonly #coordinator: Coordinator
  readonly #options: OffsetStoreOptions
  readonly #owner: OffsetOwner
  readonly #ledger = new OffsetLedger()
  readonly #closing = new AbortController()
  readonly #hurrying = new AbortController()
  /** Whether the coordinator has left a commit without an answer that was in a hurry. */
  #isDoubtful = false
  /** The last of the commits, one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  #timer: NodeJS.Timeout | undefined

  constructor(client: Client, coordinator: Coordinator, options: OffsetStoreOptions, owner: OffsetOwner) {
    this.#client = client
    this.#coordinator = coordinator
    this.#options = options
    this.#owner = owner
  }

  /** Keeps the offsets of partitions from now on. Gives what is committed of them, by `topic-partition`. */
  async open(
    partitions: readonly TopicPartition[],
    signal?: AbortSignal,
  ): Promise<ReadonlyMap<string, CommittedOffset>> {
    const found = await this.#patiently(this.#options.openRetry, signal, signal =>
      committedOffsets(this.#client, this.#coordinator, partitions, signal),
    )
    for (const each of partitions) this.#ledger.open(each, found.get(`${each.topic}-${each.partition}`))
    return found
  }

  /** How far a partition was processed: to be marked in; undefined where it is not kept. Tell of marks with {@link onMarked}. */
  progress(partition: TopicPartition): Progress | undefined {
    return this.#ledger.progress(partition)
  }

  /** Something was marked, and is to be committed some time. */
  onMarked(): void {
    if (this.#timer === undefined) this.#arm()
  }

  /**
   * Commits what was marked until now, of all partitions or of some.
   *
   * @throws the first error: what it befell stays marked, and is tried again with the next commit.
   */
  async commit(among?: readonly TopicPartition[], signal?: AbortSignal): Promise<void> {
    const late = new AbortController()
    const patient = eitherSignal(late.signal, signal)
    const turn = this.#last.then(() => this.#commit(among, patient.signal))
    this.#last = turn.catch(() => {})
    const forget = this.#inHurry(late)
    try {
      await abortable(turn, patient.signal)
      this.#isDoubtful = false
    } finally {
      forget()
      patient.dispose()
    }
  }

  /** From now on no commit is waited for much longer, be it under way already. */
  hurry(): void {
    this.#hurrying.abort()
  }

  /** Commits what was marked of partitions that are given up, as well as can be, and forgets them. */
  async release(partitions: readonly TopicPartition[], signal?: AbortSignal): Promise<void> {
    try {
      if (this.#options.autoCommit.enable) await this.commit(partitions, signal)
    } catch (error) {
      this.#warn(error)
    } finally {
      this.#ledger.close(partitions)
    }
  }

  /** Forgets everything: it is not ours any more, and commits would be refused. */
  lose(): void {
    this.#ledger.clear()
  }

  /** Commits nothing more by itself. */
  close(reason: unknown): void {
    clearTimeout(this.#timer)
    this.#closing.abort(reason)
  }

  /** Gives a commit up that takes too long in a hurry; the returned function takes that back. */
  #inHurry(commit: AbortController): () => void {
    let timer: NodeJS.Timeout | undefined
    const forget = onAbort(this.#hurrying.signal, () => {
      const ms = this.#isDoubtful ? DOUBTFUL_MS : HURRIED_MS
      const of = `the coordinator of group "${this.#coordinator.groupId}"`
      timer = setTimeout(() => {
        this.#isDoubtful = true
        commit.abort(new ClosedError(`while the consuming ends, ${of} has not answered to a commit within ${ms} ms`))
      }, ms)
    })
    return () => {
      forget()
      clearTimeout(timer)
    }
  }

  async #commit(among: readonly TopicPartition[] | undefined, signal: AbortSignal | undefined): Promise<void> {
    let committer = this.#owner.committer()
    try {
      await this.#patiently(this.#options.retry, signal, signal => {
        // It may have joined anew since the last try.
        committer = this.#owner.committer()
        return this.#send(committer, among, signal)
      })
    } catch (error) {
      if (error instanceof KafkaError && (error.remedy === 'rejoin' || error.remedy === 'fatal')) {
        this.#owner.onFailure(error, committer)
      }
      throw error
    }
  }

  /** What an earlier try has committed is not sent again. */
  async #send(committer: Committer, among: readonly TopicPartition[] | undefined, signal: AbortSignal): Promise<void> {
    const offsets = this.#ledger.dirty(among)
    if (offsets.length === 0) return
    const outcomes = await commitOffsets(this.#client, this.#coordinator, committer, offsets, signal)
    outcomes.forEach((error, i) => {
      if (error === undefined) this.#ledger.onCommitted(offsets[i]!)
    })
    const failure = outcomes.find(error => error !== undefined)
    if (failure !== undefined) throw failure
  }

  async #patiently<T>(
    retry: RetryPolicy,
    signal: AbortSignal | undefined,
    call: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const either = eitherSignal(this.#closing.signal, signal)
    try {
      return await retrying(retry, { signal: either.signal }, () => call(either.signal))
    } finally {
      either.dispose()
    }
  }

  #arm(): void {
    const { enable, intervalMs } = this.#options.autoCommit
    if (!enable || this.#timer !== undefined || this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.commit().catch(error => {
        this.#warn(error)
        // It stays marked.
        this.#arm()
      })
    }, intervalMs)
  }

  #warn(error: unknown): void {
    if (this.#closing.signal.aborted) return
    const fields = { group: this.#coordinator.groupId, error: String(error) }
    this.#client.logger.warn('offsets could not be committed', fields)
  }
}
