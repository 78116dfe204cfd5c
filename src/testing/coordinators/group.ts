import { errorCodes } from '../../errors/broker-codes.ts'
import { ConsumerProtocolSubscription } from '../../protocol/embedded/consumer-protocol-subscription.ts'
import { decodeMessage } from '../../protocol/embedded/message.ts'
import { type GroupState, mayFollow } from './group-states.ts'
import { Member, type MemberProtocol, type MemberTerms } from './member.ts'
import { Offsets } from './offsets.ts'
import type { Limits } from './options.ts'
import type { Timers } from './timers.ts'

const CONSUMER = 'consumer'

/** What a coordinator would find of a group in its log: the last generation that got its assignment. */
interface Stored {
  readonly generationId: number
  readonly protocolType: string | null
  readonly protocolName: string | null
  readonly leader: string | null
  readonly members: readonly Member[]
}

/** A classic group: who is in it, and what they have agreed on. What happens in it and when is told in rebalance.ts. */
export class Group {
  readonly id: string
  readonly limits: Limits
  readonly timers: Timers
  readonly offsets = new Offsets()
  /** In the order in which they came. */
  readonly members = new Map<string, Member>()
  /** Member ids that were handed out, and have not come back to join yet (KIP-394). */
  readonly pendingJoins = new Set<string>()
  /** Who has not asked for its assignment yet. */
  readonly pendingSyncs = new Set<string>()
  generationId = 0
  protocolType: string | null = null
  protocolName: string | null = null
  leader: string | null = null
  /** In the initial rebalance: somebody came while it was delayed, so it may be delayed further. */
  newMemberAdded = false
  #state: GroupState = 'Empty'
  #previousState: GroupState = 'Dead'
  #subscribed: ReadonlySet<string> | undefined
  #stored: Stored = { generationId: 0, protocolType: null, protocolName: null, leader: null, members: [] }
  readonly #staticIds = new Map<string, string>()

  constructor(id: string, limits: Limits, timers: Timers) {
    this.id = id
    this.limits = limits
    this.timers = timers
  }

  get state(): GroupState {
    return this.#state
  }

  /** Before members have joined for the first time, or again after all had left. */
  get isInitialRebalance(): boolean {
    return this.#state === 'PreparingRebalance' && this.#previousState === 'Empty'
  }

  moveTo(state: GroupState): void {
    if (!mayFollow(this.#state, state)) throw new Error(`group ${this.id} cannot go from ${this.#state} to ${state}`)
    this.#previousState = this.#state
    this.#state = state
  }

  get canRebalance(): boolean {
    return mayFollow(this.#state, 'PreparingRebalance')
  }

  /** The longest of its members': no one is thrown out for being slower than others allow. */
  get rebalanceTimeoutMs(): number {
    return Math.max(0, ...[...this.members.values()].map(({ terms }) => terms.rebalanceTimeoutMs))
  }

  get awaitingJoin(): number {
    let count = 0
    for (const member of this.members.values()) if (member.awaitsJoin) count++
    return count
  }

  get hasAllJoined(): boolean {
    return this.awaitingJoin === this.members.size && this.pendingJoins.size === 0
  }

  isLeader(memberId: string): boolean {
    return this.leader === memberId
  }

  staticMember(instanceId: string): Member | undefined {
    return this.members.get(this.#staticIds.get(instanceId) ?? '')
  }

  add(member: Member, protocolType: string): void {
    if (this.members.size === 0) this.protocolType = protocolType
    this.leader ??= member.id
    this.members.set(member.id, member)
    this.pendingJoins.delete(member.id)
    const { instanceId } = member.identity
    if (instanceId !== null) this.#staticIds.set(instanceId, member.id)
  }

  /** Takes out a member, or one that has only got its id. The longest member leads if the leader goes. */
  remove(memberId: string): void {
    const { instanceId } = this.members.get(memberId)?.identity ?? { instanceId: null }
    if (instanceId !== null) this.#staticIds.delete(instanceId)
    this.members.delete(memberId)
    this.pendingJoins.delete(memberId)
    this.pendingSyncs.delete(memberId)
    if (this.isLeader(memberId)) this.leader = this.members.keys().next().value ?? null
    this.timers.cancel(`session ${memberId}`)
  }

  /** A static member that came back: it gets a new id, which fences the old one, and keeps its assignment. */
  replace(old: Member, id: string, terms: MemberTerms): Member {
    const member = new Member({ ...old.identity, id }, terms)
    member.assignment = old.assignment
    this.members.delete(old.id)
    this.pendingSyncs.delete(old.id)
    this.timers.cancel(`session ${old.id}`)
    this.members.set(id, member)
    this.#staticIds.set(member.identity.instanceId!, id)
    if (this.isLeader(old.id)) this.leader = id
    return member
  }

  /** Lets somebody lead who takes part, if the leader does not. False when nobody takes part. */
  electLeader(): boolean {
    if (this.leader !== null && this.members.get(this.leader)?.awaitsJoin) return true
    const next = [...this.members.values()].find(({ awaitsJoin }) => awaitsJoin)
    if (next !== undefined) this.leader = next.id
    return next !== undefined
  }

  /** Whether a member of this kind has a protocol in common with all who are there. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.#state === 'Empty') return protocolType !== '' && protocols.length > 0
    if (this.protocolType !== protocolType) return false
    // All others may have left while this one had only its id: then the group is not empty, but there is nobody to agree with.
    if (this.members.size === 0) return protocols.length > 0
    const candidates = this.#candidates()
    return protocols.some(({ name }) => candidates.has(name))
  }

  /** The protocol with the most votes of those that all can work with. Members vote for what they prefer. */
  selectProtocol(): string | null {
    const candidates = this.#candidates()
    const votes = new Map<string, number>()
    for (const member of this.members.values()) {
      const choice = member.vote(candidates)
      if (choice !== undefined) votes.set(choice, (votes.get(choice) ?? 0) + 1)
    }
    const most = Math.max(...votes.values())
    return [...votes].find(([, count]) => count === most)?.[0] ?? null
  }

  #candidates(): ReadonlySet<string> {
    const [first, ...others] = [...this.members.values()].map(({ terms }) => terms.protocols.map(({ name }) => name))
    return new Set(first?.filter(name => others.every(names => names.includes(name))))
  }

  /** Everybody is there who will be: a new generation, in which the leader is to assign, or an empty one. */
  beginGeneration(): void {
    this.generationId++
    this.pendingSyncs.clear()
    if (this.members.size === 0) {
      this.protocolName = null
      this.#subscribed = this.#subscribedTopics()
      this.moveTo('Empty')
      this.store()
    } else {
      this.protocolName = this.selectProtocol()
      this.#subscribed = this.#subscribedTopics()
      this.moveTo('CompletingRebalance')
    }
  }

  /** Writes down what the next coordinator knows of the group. */
  store(): void {
    const { generationId, protocolType, protocolName, leader } = this
    const members = [...this.members.values()].map(member => copyOf(member, protocolName))
    this.#stored = { generationId, protocolType, protocolName, leader, members }
  }

  /** Back to what was written down, as a new coordinator finds it: with its members, but without who was only joining. */
  restore(): void {
    const { members, ...facts } = this.#stored
    this.timers.cancelAll()
    this.members.clear()
    this.#staticIds.clear()
    this.pendingJoins.clear()
    this.pendingSyncs.clear()
    for (const member of members) this.add(copyOf(member, facts.protocolName), facts.protocolType ?? '')
    Object.assign(this, facts)
    this.#state = members.length === 0 ? 'Empty' : 'Stable'
    this.#subscribed = this.#subscribedTopics()
  }

  /** Whether offsets of the topic are in use. Where nobody can tell what a consumer group reads, it may be anything. */
  isSubscribedTo(topic: string): boolean {
    return this.#subscribed?.has(topic) ?? this.protocolType === CONSUMER
  }

  get isConsumerGroup(): boolean {
    return this.protocolType === CONSUMER
  }

  #subscribedTopics(): ReadonlySet<string> | undefined {
    if (!this.isConsumerGroup) return undefined
    try {
      const subscriptions = [...this.members.values()].map(member =>
        decodeMessage(ConsumerProtocolSubscription, member.metadata(this.protocolName)),
      )
      return new Set(subscriptions.flatMap(({ topics }) => topics))
    } catch {
      return undefined
    }
  }

  /** What is wrong with who claims to be this member, or NONE. */
  checkMember(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const known = this.#staticIds.get(instanceId)
      if (known === undefined) return errorCodes.UNKNOWN_MEMBER_ID
      if (known !== memberId) return errorCodes.FENCED_INSTANCE_ID
    }
    return this.members.has(memberId) ? errorCodes.NONE : errorCodes.UNKNOWN_MEMBER_ID
  }
}

/** As Kafka's log has it: of what the member can work with, only what the group has chosen. */
function copyOf(member: Member, protocol: string | null): Member {
  const protocols = member.terms.protocols.filter(({ name }) => name === protocol)
  const copy = new Member(member.identity, { ...member.terms, protocols })
  copy.assignment = member.assignment
  return copy
}
