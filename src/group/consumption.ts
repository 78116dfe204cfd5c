import type { Client } from '../cluster/client.ts'
import type { StartOffset } from '../cluster/list-offset.ts'
import type { Consumer } from '../consumer/consumer.ts'
import type { TopicPartition } from '../consumer/message.ts'
import { ClosedError, TimeoutError } from '../errors/client-errors.ts'
import { retrying } from '../util/retry.ts'
import type { ReadClaim } from './claim.ts'
import { Member, type MemberOwner, type MembershipOptions } from './membership/member.ts'
import type { Identity } from './membership/requests.ts'
import { OffsetStore, type OffsetStoreOptions } from './offsets/offset-store.ts'
import { type ProcessingLimits, ProcessingWatch } from './processing-watch.ts'
import { Session } from './session.ts'
import type { Subscription } from './subscription.ts'
import type { ConsumerGroupHandler } from './types.ts'

export interface ConsumptionContext<K, V> {
  readonly client: Client
  readonly groupId: string
  readonly consumer: Consumer<K, V>
  readonly membership: MembershipOptions
  readonly offsets: OffsetStoreOptions
  readonly initial: StartOffset
  readonly limits: ProcessingLimits
}

const OVERDUE = 'handlers have not finished within rebalance.timeoutMs'
const HELD = 'a message or a batch was held for longer than maxPollIntervalMs'
const GIVEN_UP = 'the partitions are given up, as the group shares them out anew or this member leaves'
const LOST = 'the member was dropped from the group, and its partitions may be others’ already'

/** One call of `consume`: a member, its offsets, and the session that works on what it has. */
export class Consumption<K, V> implements MemberOwner {
  /** Resolves when the member has left and nobody works any more; rejects with what it failed with. */
  readonly ended: Promise<void>
  readonly #context: ConsumptionContext<K, V>
  readonly #handler: ConsumerGroupHandler<K, V>
  readonly #subscription: Subscription
  readonly #member: Member
  readonly #offsets: OffsetStore
  readonly #watch: ProcessingWatch
  readonly #closing = new AbortController()
  /** The look for what is committed. */
  #opening = new AbortController()
  #session: Session<K, V> | undefined
  #settle: { resolve(): void; reject(error: unknown): void } | undefined

  constructor(context: ConsumptionContext<K, V>, subscription: Subscription, handler: ConsumerGroupHandler<K, V>) {
    const { client, groupId, membership } = context
    this.#context = context
    this.#handler = handler
    this.#subscription = subscription
    this.#member = new Member(client, groupId, membership, this)
    const { instanceId } = membership
    this.#offsets = new OffsetStore(client, this.#member.coordinator, context.offsets, {
      committer: () => ({ ...this.#member.identity, instanceId }),
      onFailure: (error, committer) => this.#member.onFailure(error, committer),
    })
    const works = () => this.#session?.works ?? []
    const onPollMissed = () => this.#member.overstay(new TimeoutError(HELD))
    this.#watch = new ProcessingWatch(client, groupId, context.limits, works, onPollMissed)
    this.ended = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
    })
  }

  get session(): Session<K, V> | undefined {
    return this.#session
  }

  start(): void {
    this.#watch.start()
    const { signal } = this.#closing
    const onChange = () => this.#member.rejoin('other topics match the subscription')
    retrying(this.#context.membership.moveRetry, { signal }, () => this.#subscription.start(signal, onChange))
      .then(() => this.#member.start())
      .catch(error => this.close({ error }))
  }

  /** Gives up what it has, leaves the group, and ends. */
  close(failure?: { readonly error: unknown }): void {
    this.#subscription.close()
    this.#closing.abort(new ClosedError('the consuming was ended'))
    this.#opening.abort(new ClosedError('the consuming was ended'))
    this.#offsets.hurry()
    this.#member.close(failure)
    // It was overdue before, and nobody will tell of it again.
    if (this.#session?.isOverdue) this.#member.overstay(new TimeoutError(OVERDUE))
  }

  topics(): readonly string[] {
    return this.#subscription.topics
  }

  async assign(added: readonly TopicPartition[], identity: Identity): Promise<boolean> {
    if (added.length === 0) return true
    const { consumer, initial } = this.#context
    const { signal } = this.#opening
    try {
      await this.#offsets.open(added, signal)
    } catch (error) {
      if (signal.aborted) return false
      throw error
    }
    // Lost meanwhile.
    if (this.#member.identity !== identity) return false
    this.#session ??= new Session<K, V>({
      consumer,
      offsets: this.#offsets,
      handler: this.#handler,
      initial,
      revocationMs: this.#context.membership.rebalanceTimeoutMs,
      identity: () => this.#member.identity,
      onOverdue: claim => this.#onOverdue(claim),
      onLeft: failure => this.close(failure),
    })
    await this.#session.add(added)
    return true
  }

  interrupt(): void {
    this.#stopOpening(GIVEN_UP)
  }

  async revoke(partitions: readonly TopicPartition[]): Promise<void> {
    const session = this.#session
    if (session === undefined) return
    const reason = new ClosedError(GIVEN_UP)
    try {
      if (partitions.length < session.partitions.length) await session.remove(partitions, reason)
      else await this.#end(session, session.end(reason))
    } finally {
      // Also where the cleanup has thrown: what was marked is processed.
      await this.#offsets.release(partitions)
    }
  }

  async lose(): Promise<void> {
    this.#offsets.lose()
    this.#stopOpening(LOST)
    const session = this.#session
    if (session !== undefined) await this.#end(session, session.lose(new ClosedError(LOST)))
  }

  onEnded(failure: { readonly error: unknown } | undefined): void {
    this.#subscription.close()
    // It may have failed without being closed: a look for topics that is under way would go on with another one.
    this.#closing.abort(new ClosedError('the consuming has ended'))
    this.#watch.stop()
    this.#offsets.close(new ClosedError('the member has left the group'))
    if (failure === undefined) this.#settle!.resolve()
    else this.#settle!.reject(failure.error)
  }

  #onOverdue(claim: ReadClaim<K, V>): void {
    const { rebalanceTimeoutMs } = this.#context.membership
    this.#watch.tell(claim, rebalanceTimeoutMs, 'rebalance.timeoutMs')
    // In a rebalance the coordinator sees to it. Who leaves must not keep the partition from others for as long as that takes.
    if (this.#closing.signal.aborted) this.#member.overstay(new TimeoutError(OVERDUE))
  }

  #stopOpening(why: string): void {
    this.#opening.abort(new ClosedError(why))
    // Once it is closed nothing is opened any more.
    if (!this.#closing.signal.aborted) this.#opening = new AbortController()
  }

  async #end(session: Session<K, V>, ended: Promise<void>): Promise<void> {
    try {
      await ended
    } finally {
      if (this.#session === session) this.#session = undefined
    }
  }
}
