import { ProtocolError } from '../../errors/client-errors.ts'
import { ConsumerProtocolSubscription } from '../../protocol/embedded/consumer-protocol-subscription.ts'
import { decodeMessage, encodeMessage } from '../../protocol/embedded/message.ts'
import type { BalanceStrategy, PlanMember, TopicPartitions } from '../assignors/strategy.ts'

/** What a member has to say when it joins. */
export interface Standing {
  readonly topics: readonly string[]
  /** What it keeps during the rebalance. */
  readonly owned: readonly TopicPartitions[]
  /** The generation that it has those in; -1 when it has lost them. */
  readonly generationId: number
  /** What it was given last, even if it has lost it since, and in which generation. */
  readonly assignment: readonly TopicPartitions[] | null
  readonly assignedIn: number
  readonly rackId: string | null
  /** From the configuration, for strategies that have nothing of their own to say. */
  readonly userData: Buffer | null
}

/** The subscription of a member, for a strategy: in the oldest version that says it all, since not everybody knows the newer ones. */
export function subscriptionFor(strategy: BalanceStrategy, standing: Standing): Buffer {
  const { topics, owned, generationId, assignment, assignedIn, rackId, userData } = standing
  const ofStrategy = strategy.subscriptionUserData?.({ topics, assignment, generationId: assignedIn }) ?? null
  const version = rackId !== null ? 3 : generationId >= 0 ? 2 : strategy.protocol === 'cooperative' ? 1 : 0
  return encodeMessage(ConsumerProtocolSubscription, version, {
    topics: [...topics].sort(),
    userData: ofStrategy ?? userData,
    ownedPartitions: owned.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] })),
    generationId,
    rackId,
  })
}

/** A member as JoinGroup tells the leader of it. */
interface JoinedMember {
  readonly memberId: string
  readonly groupInstanceId: string | null
  readonly metadata: Buffer
}

/** A member for the plan. One whose subscription cannot be read subscribes to nothing, and `onDamaged` is told of it. */
export function planMember(joined: JoinedMember, onDamaged: (error: ProtocolError) => void): PlanMember {
  const { memberId, groupInstanceId: instanceId } = joined
  const nothing = { topics: [], userData: null, ownedPartitions: [], generationId: -1, rackId: null }
  try {
    return { memberId, instanceId, ...decodeMessage(ConsumerProtocolSubscription, joined.metadata) }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    onDamaged(error)
    return { memberId, instanceId, ...nothing }
  }
}
