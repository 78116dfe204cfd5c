import { errorCodes } from '../../errors/broker-codes.ts'
import { ConfigurationError } from '../../errors/client-errors.ts'
import type { Response } from '../../protocol/api.ts'
import { ConsumerProtocolAssignment } from '../../protocol/embedded/consumer-protocol-assignment.ts'
import { type DecodedMessage, decodeMessage } from '../../protocol/embedded/message.ts'
import { Heartbeat } from '../../protocol/messages/heartbeat.ts'
import { JoinGroup } from '../../protocol/messages/join-group.ts'
import { LeaveGroup } from '../../protocol/messages/leave-group.ts'
import { SyncGroup } from '../../protocol/messages/sync-group.ts'
import type { BalanceStrategy } from '../assignors/strategy.ts'
import type { Coordinator } from '../coordinator.ts'
import { type Standing, subscriptionFor } from './subscription.ts'

const PROTOCOL_TYPE = 'consumer'
/** How much longer than a rebalance may take its answer is waited for. */
const GRACE_MS = 5_000
/** A connection that has died without a word must leave time for another heartbeat before the coordinator drops the member. */
const HEARTBEATS_PER_SESSION = 3
/** From this version on one request takes many members. */
const LEAVE_MANY = 3

/** The options of a member. */
export interface MemberOptions {
  /** The favourite first. */
  readonly strategies: readonly BalanceStrategy[]
  readonly sessionTimeoutMs: number
  readonly rebalanceTimeoutMs: number
  /** How long an answer may take, unless it waits for other members. */
  readonly requestTimeoutMs: number
  /** Null for a dynamic member. */
  readonly instanceId: string | null
}

/** What the coordinator knows the member by. */
export interface Identity {
  readonly memberId: string
  readonly generationId: number
}

type Joined = Response<typeof JoinGroup>
type Assignments = readonly { readonly memberId: string; readonly assignment: Buffer }[]

/** What members ask of their coordinator, in every version. All throw the error of the answer. */
export class MemberRequests {
  readonly #coordinator: Coordinator
  readonly #options: MemberOptions

  constructor(coordinator: Coordinator, options: MemberOptions) {
    this.#coordinator = coordinator
    this.#options = options
  }

  /**
   * Asks to be let in; answered when all members have come.
   *
   * @param onKnown Called with the member id of an answer, whatever else that says, and with the generation where it let the member in.
   */
  async join(
    { memberId, generationId }: Identity,
    standing: Standing,
    reason: string,
    onKnown: (identity: Identity) => void,
  ): Promise<Joined> {
    const { strategies, sessionTimeoutMs, rebalanceTimeoutMs, instanceId } = this.#options
    const body = {
      groupId: this.#coordinator.groupId,
      sessionTimeoutMs,
      rebalanceTimeoutMs,
      memberId,
      groupInstanceId: instanceId,
      protocolType: PROTOCOL_TYPE,
      protocols: strategies.map(each => ({ name: each.name, metadata: subscriptionFor(each, standing) })),
      reason,
    }
    const answer = await this.#coordinator.request(JoinGroup, body, this.#long(new AbortController().signal))
    const isIn = answer.errorCode === 0
    if (answer.memberId !== '')
      onKnown({ memberId: answer.memberId, generationId: isIn ? answer.generationId : generationId })
    if (!isIn) throw this.#coordinator.errorOf(answer.errorCode)
    return answer
  }

  /** Brings the plan, of the leader, and gets the assignment. */
  async sync(
    { memberId, generationId }: Identity,
    protocolName: string,
    assignments: Assignments,
    signal: AbortSignal,
  ): Promise<DecodedMessage<typeof ConsumerProtocolAssignment>> {
    const { groupId } = this.#coordinator
    const groupInstanceId = this.#options.instanceId
    const protocol = { protocolType: PROTOCOL_TYPE, protocolName }
    const body = { groupId, generationId, memberId, groupInstanceId, ...protocol, assignments }
    const { errorCode, assignment, ...its } = await this.#coordinator.request(SyncGroup, body, this.#long(signal))
    if (errorCode !== 0) throw this.#coordinator.errorOf(errorCode)
    // An assignment of another strategy, or of no consumers at all, must not be taken for one of ours (KIP-559).
    const isOurs =
      (its.protocolType ?? PROTOCOL_TYPE) === PROTOCOL_TYPE && (its.protocolName ?? protocolName) === protocolName
    if (!isOurs) throw this.#coordinator.errorOf(errorCodes.INCONSISTENT_GROUP_PROTOCOL)
    // The leader has left the member out.
    if (assignment.length === 0) return { assignedPartitions: [], userData: null }
    return decodeMessage(ConsumerProtocolAssignment, assignment)
  }

  async heartbeat({ memberId, generationId }: Identity, signal: AbortSignal): Promise<void> {
    const { groupId } = this.#coordinator
    const body = { groupId, generationId, memberId, groupInstanceId: this.#options.instanceId }
    const timeoutMs = Math.min(this.#options.requestTimeoutMs, this.#options.sessionTimeoutMs / HEARTBEATS_PER_SESSION)
    const { errorCode } = await this.#coordinator.request(Heartbeat, body, { signal, timeoutMs })
    if (errorCode !== 0) throw this.#coordinator.errorOf(errorCode)
  }

  async leave(memberId: string, reason: string, signal: AbortSignal): Promise<void> {
    const { groupId } = this.#coordinator
    const body = (version: number) =>
      version < LEAVE_MANY ? { groupId, memberId } : { groupId, members: [{ memberId, reason }] }
    const { errorCode, members } = await this.#coordinator.request(LeaveGroup, body, { signal })
    const code = errorCode || members.find(each => each.errorCode !== 0)?.errorCode || 0
    if (code !== 0) throw this.#coordinator.errorOf(code)
  }

  /** The strategy that the group has agreed on. */
  strategyOf({ protocolName }: Joined): BalanceStrategy {
    const { strategies } = this.#options
    const found = strategies.find(({ name }) => name === protocolName)
    if (found !== undefined) return found
    const known = strategies.map(({ name }) => name).join(', ')
    const problem = `group "${this.#coordinator.groupId}" goes by the strategy "${protocolName}", which is not among them (${known})`
    throw new ConfigurationError([{ option: 'consumer.group.rebalance.strategies', problem }])
  }

  #long(signal: AbortSignal) {
    return { signal, isLong: true, timeoutMs: this.#options.rebalanceTimeoutMs + GRACE_MS }
  }
}
