import type { Client } from '../../cluster/client.ts'
import type { TopicPartition } from '../../consumer/message.ts'
import { backoffMs, type RetryPolicy } from '../../util/backoff.ts'
import { abortable, sleep, within } from '../../util/wait.ts'
import type { BalanceStrategy, RebalanceProtocol, TopicPartitions } from '../assignors/strategy.ts'
import { Coordinator } from '../coordinator.ts'
import { eventOf, isBeginning } from './event-of.ts'
import { Heartbeats } from './heartbeats.ts'
import { byTopic, flat, type Planned, planFor, without } from './plan.ts'
import { PlanWatch } from './plan-watch.ts'
import { type Identity, type MemberOptions, MemberRequests } from './requests.ts'
import { type Action, beating, type Event, type State, transitions } from './transitions.ts'

/** How long leaving may take: the coordinator finds out by itself in the end. */
const LEAVE_TIMEOUT_MS = 300
/** How many tries the beginning of a coordinator is worth without a warning: some seconds. */
const BEGINNING_ATTEMPTS = 5

export interface MembershipOptions extends MemberOptions {
  readonly heartbeatIntervalMs: number
  /** What the coordinator refuses for now. */
  readonly retry: RetryPolicy
  /** While the coordinator moves, or cannot be reached. */
  readonly moveRetry: RetryPolicy
  readonly rackId: string | null
  readonly userData: Buffer | null
}

/** The user's side of a member. The promises resolve when nobody works on the partitions any more. */
export interface MemberOwner {
  /** What it subscribes to now. */
  topics(): readonly string[]
  /** These partitions are the member's as well from now on, perhaps none; false where they could not be before they were not any more. */
  assign(added: readonly TopicPartition[], identity: Identity): Promise<boolean>
  /** The group rebalances: what an `assign` still waits for is not waited for any more, as all others would wait as well. */
  interrupt(): void
  /** These are to be given up, which may still be committed. */
  revoke(partitions: readonly TopicPartition[]): Promise<void>
  /** All that it has, and all that is being given up, may be somebody else's already. */
  lose(): Promise<void>
  /** Called once, with what it failed with. */
  onEnded(failure: { readonly error: unknown } | undefined): void
}

/**
 * A member of a group: does what the table of transitions says, one thing at a time, heartbeats beside it. What comes out of
 * something that has been overtaken since is ignored.
 */
export class Member {
  readonly coordinator: Coordinator
  readonly protocol: RebalanceProtocol
  readonly #client: Client
  readonly #options: MembershipOptions
  readonly #owner: MemberOwner
  readonly #requests: MemberRequests
  /** That of the leader; the others have none. */
  readonly #plan: PlanWatch
  readonly #heartbeats: Heartbeats
  readonly #actions: { readonly [A in Action]: () => void }
  #state: State = 'out'
  #identity: Identity = { memberId: '', generationId: -1 }
  #owned: readonly TopicPartition[] = []
  #assignment: readonly TopicPartitions[] | null = null
  #joined: Awaited<ReturnType<MemberRequests['join']>> | undefined
  #assignedIn = -1
  /** Why it must join again as soon as it has: it has changed its mind since it asked to. */
  #secondThought: string | undefined
  /** The last join without a member id, whose answer tells one, and the leaving that waits for it. */
  #naming: Promise<unknown> = Promise.resolve()
  #nameless: Promise<unknown> = Promise.resolve()
  /** What is under way; what it leads to counts unless it was overtaken. */
  #underWay = new AbortController()
  /** Failures in a row, how many of them the coordinator answered, and the last. */
  #attempts = 0
  #refusals = 0
  #lastError: unknown
  /** Why it cannot go on. */
  #failure: { readonly error: unknown } | undefined
  #reason = 'the consumer has begun to read'
  /** The work of the owner, one thing after the other. */
  #work: Promise<unknown> = Promise.resolve()
  #releases = 0
  #forgetMetadata = () => {}

  constructor(client: Client, groupId: string, options: MembershipOptions, owner: MemberOwner) {
    this.#client = client
    this.#options = options
    this.#owner = owner
    this.coordinator = new Coordinator(client, groupId)
    const isCooperative = options.strategies.every(({ protocol }) => protocol === 'cooperative')
    this.protocol = isCooperative ? 'cooperative' : 'eager'
    this.#requests = new MemberRequests(this.coordinator, options)
    this.#plan = new PlanWatch(client, groupId, options.rackId !== null)
    this.#heartbeats = new Heartbeats(options.heartbeatIntervalMs, error => this.onFailure(error, this.#identity))
    this.#actions = {
      forget: () => this.#forget(),
      depart: () => this.#depart(),
      beat: () => this.#heartbeats.start(signal => this.#requests.heartbeat(this.#identity, signal)),
      adopt: () => this.#adopt(),
      find: () => this.#attempt(signal => this.#find(signal)),
      join: () => this.#attempt(signal => this.#join(signal)),
      sync: () => this.#attempt(signal => this.#sync(signal)),
      wait: () => this.#attempt(signal => this.#wait(signal)),
      revoke: () => this.#revoke(),
      release: () => this.#release(() => this.#revokeAll()),
      lose: () => this.#lose(),
      leave: () => this.#attempt(() => this.#leave()),
    }
  }

  get state(): State {
    return this.#state
  }

  /** What the coordinator knows it by now. */
  get identity(): Identity {
    return this.#identity
  }

  /** The partitions that it has. */
  get owned(): readonly TopicPartition[] {
    return this.#owned
  }

  /** Begins to join. */
  start(): void {
    // It may have been closed before it could begin.
    if (this.#state !== 'out') return
    const { metadata } = this.#client
    this.#forgetMetadata = metadata.onChange(() => this.#onMetadata())
    this.#post('start')
  }

  /** Joins again, for a reason of our own, which the log of the broker tells (KIP-800). */
  rejoin(reason: string): void {
    // In other states the next join says what there is to say.
    if (this.#state === 'joining' || this.#state === 'syncing') this.#secondThought = reason
    if (this.#state !== 'stable') return
    this.#reason = reason
    this.#post('rebalance')
  }

  /** A request of this identity failed: the way of heartbeats and commits to say what the coordinator says. */
  onFailure(error: unknown, identity: Identity): void {
    // It speaks of a generation that is over, or that a join which is under way will replace: its answer knows better.
    const { memberId, generationId } = this.#identity
    const isOver = identity.memberId !== memberId || identity.generationId !== generationId
    if (isOver || !beating.has(this.#state)) return
    const event = eventOf(error)
    if (event === 'rebalance') this.rejoin('the group rebalances')
    if (event !== 'stale' && event !== 'unknown' && event !== 'fatal') return
    this.#lastError = error
    if (event === 'fatal') this.#failure ??= { error }
    this.#post(event)
  }

  /** Leaves the group at once, as all is lost, though handlers are still at work; joins again when they are done, unless it is closed. */
  overstay(reason: Error): void {
    this.#lastError = reason
    this.#post('overstayed')
  }

  /** Gives everything up and leaves the group. It has ended when the owner is told, with this failure if there is one. */
  close(failure?: { readonly error: unknown }): void {
    this.#failure ??= failure
    this.#post('close')
  }

  #post(event: Event): void {
    const transition = transitions[this.#state][event]
    if (transition === undefined) return
    const [next, ...actions] = transition
    this.#client.logger.debug('group member', { group: this.coordinator.groupId, from: this.#state, event, to: next })
    this.#state = next
    // Whatever was under way is overtaken.
    this.#underWay.abort(new Error(`overtaken: ${event}`))
    if (!beating.has(next)) this.#heartbeats.stop()
    for (const action of actions) this.#actions[action]()
    if (next === 'ended') this.#end()
  }

  /** Does something that leads to an event, unless it is overtaken before. */
  async #attempt(call: (signal: AbortSignal) => Promise<Event>): Promise<void> {
    const underWay = new AbortController()
    this.#underWay = underWay
    try {
      const event = await call(underWay.signal)
      if (!underWay.signal.aborted) this.#post(event)
    } catch (error) {
      if (!underWay.signal.aborted) this.#onRefused(error)
    }
  }

  #onRefused(error: unknown): void {
    const event = eventOf(error)
    this.#lastError = error
    if (event === 'failed') this.#refusals++
    const isFatal = event === 'fatal' || this.#refusals > this.#options.retry.max
    if (isFatal) this.#failure ??= { error }
    else if (event === 'moved' || event === 'failed') this.#tell(error)
    this.#post(isFatal ? 'fatal' : event)
  }

  /** That it has to wait, which may be for long. */
  #tell(error: unknown): void {
    const { logger, hooks } = this.#client
    const level = isBeginning(error) && this.#attempts < BEGINNING_ATTEMPTS ? 'debug' : 'warn'
    logger[level]('a group cannot be joined yet', { group: this.coordinator.groupId, error: String(error) })
    hooks.onError?.({ error: error as Error, willRetry: true })
  }

  async #find(signal: AbortSignal): Promise<Event> {
    await this.coordinator.find(signal)
    return 'found'
  }

  async #join(signal: AbortSignal): Promise<Event> {
    const { generationId } = this.#identity
    const standing = {
      ...this.#options,
      topics: this.#owner.topics(),
      owned: byTopic(this.#owned),
      generationId,
      assignment: this.#assignment,
      assignedIn: this.#assignedIn,
    }
    this.#secondThought = undefined
    const before = this.#identity
    // The answer counts for who closes meanwhile as well: it tells the member id, to leave with, and the generation, to commit in.
    const onKnown = (identity: Identity) => {
      if (this.#identity.memberId === before.memberId) this.#identity = identity
    }
    const request = this.#requests.join(before, standing, this.#reason, onKnown)
    const answered = request.catch(() => {})
    if (before.memberId === '') this.#naming = answered
    const joined = await abortable(request, signal)
    if (!signal.aborted) this.#joined = joined
    return 'joined'
  }

  async #sync(signal: AbortSignal): Promise<Event> {
    const joined = this.#joined!
    const strategy = this.#requests.strategyOf(joined)
    const { protocolName, generationId } = joined
    this.#plan.end()
    let assignments: Planned['assignments'] = []
    if (joined.leader === joined.memberId) {
      const planned = await planFor(this.#client, strategy, joined, signal)
      await this.#plan.begin(planned.topics, signal)
      assignments = planned.assignments
    }
    const answer = await this.#requests.sync(this.#identity, protocolName ?? '', assignments, signal)
    if (signal.aborted) return 'synced'
    this.#assignment = answer.assignedPartitions
    this.#assignedIn = generationId
    this.#told(strategy, answer.userData, generationId)
    return 'synced'
  }

  #told(strategy: BalanceStrategy, userData: Buffer | null, generationId: number): void {
    const { memberId } = this.#identity
    strategy.onAssignment?.({ partitions: this.#assignment!, userData, memberId, generationId })
  }

  async #wait(signal: AbortSignal): Promise<Event> {
    const { retry, moveRetry } = this.#options
    const policy = this.#refusals > 0 ? retry : moveRetry
    await sleep(backoffMs(policy, ++this.#attempts, this.#lastError), signal)
    return 'rested'
  }

  #adopt(): void {
    this.#attempts = 0
    this.#refusals = 0
    const assigned = flat(this.#assignment!)
    const revoked = without(this.#owned, assigned)
    const added = without(assigned, this.#owned)
    this.#owned = assigned
    const identity = this.#identity
    this.#owe(async () => {
      if (revoked.length > 0) await this.#owner.revoke(revoked)
      // It may have lost them while it gave up the others.
      if (this.#identity === identity && this.#owned === assigned) await this.#begin(added, identity)
      // What it has given up can be given to others now (KIP-429).
      const reason = revoked.length > 0 ? 'partitions were given up' : this.#secondThought
      if (reason !== undefined && this.#identity === identity) this.rejoin(reason)
      // What has changed since the plan was made was not looked at while it was on its way.
      this.#onMetadata()
    })
  }

  /** What it cannot begin with before the group rebalances again is not its own: the next plan gives it to somebody. */
  async #begin(added: readonly TopicPartition[], identity: Identity): Promise<void> {
    const owned = this.#owned
    if (this.#state === 'stable' && (await this.#owner.assign(added, identity))) return
    if (this.#owned === owned) this.#owned = without(owned, added)
  }

  #forget(): void {
    this.#identity = { memberId: '', generationId: -1 }
  }

  #depart(): void {
    const { memberId } = this.#identity
    // Of a static member its silence tells, after the session timeout.
    if (this.#options.instanceId !== null) return
    const { signal } = new AbortController()
    this.#requests.leave(memberId, 'the handlers take too long', signal).catch(() => {})
  }

  /** Gives up what the coordinator takes to be ours; the last to do so says that it is done. */
  #release(give: () => Promise<void>): void {
    const release = ++this.#releases
    this.#owe(give).then(() => {
      if (release === this.#releases) this.#post('released')
    })
  }

  #revoke(): void {
    this.#owner.interrupt()
    this.#release(() => (this.protocol === 'eager' ? this.#revokeAll() : Promise.resolve()))
  }

  #revokeAll(): Promise<void> {
    const owned = this.#owned
    this.#owned = []
    return owned.length === 0 ? Promise.resolve() : this.#owner.revoke(owned)
  }

  /** The owner is told at once, even while it gives something up. */
  #lose(): void {
    const { groupId } = this.coordinator
    const fields = { group: groupId, ...this.#identity, error: String(this.#lastError) }
    if (this.#owned.length > 0) this.#client.logger.warn('a group member has lost its partitions', fields)
    this.#owned = []
    this.#identity = { memberId: this.#identity.memberId, generationId: -1 }
    const lost = this.#owner.lose()
    // It may fail long before its turn comes, in which that is dealt with: until then it must not count as unhandled.
    lost.catch(() => {})
    this.#release(() => lost)
  }

  /** Adds work of the owner. What that throws closes the member. */
  #owe(work: () => Promise<void>): Promise<unknown> {
    this.#work = this.#work.then(work).catch(error => this.close({ error }))
    return this.#work
  }

  async #leave(): Promise<Event> {
    // A static member is expected back.
    if (this.#options.instanceId !== null) return 'left'
    const isNameless = this.#identity.memberId === ''
    const leave = async () => {
      if (isNameless) await this.#naming
      const { memberId } = this.#identity
      // Who has no member id has not been let in.
      if (memberId !== '') await this.#requests.leave(memberId, 'the consumer is closed', new AbortController().signal)
    }
    const leaving = leave().catch(() => {})
    // The group waits for whomever it has given an id, until the session timeout: who learns its own too late leaves after the end.
    if (isNameless) this.#nameless = leaving
    await within(leaving, LEAVE_TIMEOUT_MS, () => new Error('too late')).catch(() => {})
    return 'left'
  }

  /** The leader sees to it that partitions that are added, move, or go, are shared out anew. */
  #onMetadata(): void {
    if (this.#state !== 'stable') return
    const { change } = this.#plan
    if (change !== undefined) this.rejoin(change)
  }

  #end(): void {
    this.#forgetMetadata()
    this.#heartbeats.stop()
    this.#nameless.then(() => this.coordinator.close())
    this.#owner.onEnded(this.#failure)
  }
}
