import { ProtocolError } from '../../errors/client-errors.ts'
import { decodeMessage, encodeMessage } from '../../protocol/embedded/message.ts'
import { CooperativeStickyAssignorUserData } from '../../protocol/embedded/sticky-assignor-user-data.ts'
import type { Claim } from './claims.ts'
import { type StickyPlan, stickyPlan, toGroupPlan } from './sticky-plan.ts'
import type { BalanceStrategy, GroupPlan, PlanMember, PlanTopic, SubscriptionContext } from './strategy.ts'

/**
 * As `sticky()`, but members go on reading what they keep while the group rebalances (KIP-429). A partition that moves is given
 * up in one rebalance and handed to its new member in the next. It works in one group with Java's CooperativeStickyAssignor.
 */
export function cooperativeSticky(): BalanceStrategy {
  return Object.freeze({ name: 'cooperative-sticky', protocol: 'cooperative' as const, subscriptionUserData, plan })
}

function subscriptionUserData({ generationId }: SubscriptionContext): Uint8Array {
  return encodeMessage(CooperativeStickyAssignorUserData, 0, { generation: generationId })
}

function plan(members: readonly PlanMember[], topics: readonly PlanTopic[]): GroupPlan {
  const whole = stickyPlan(members, topics, claim)
  const takers = claimants(whole)
  return toGroupPlan(whole, (partition, member) => {
    return whole.owners[partition] === member || [...(takers.get(partition) ?? [])].every(taker => taker === member)
  })
}

/** Who says that it has each partition. Whoever does may be reading it until it is told that it is not its own any more. */
function claimants({ members, index }: StickyPlan): Map<number, Set<number>> {
  const takers = new Map<number, Set<number>>()
  members.forEach(({ ownedPartitions }, member) => {
    for (const partition of index.numbersOf(ownedPartitions)) {
      const known = takers.get(partition)
      if (known === undefined) takers.set(partition, new Set([member]))
      else known.add(member)
    }
  })
  return takers
}

function claim({ ownedPartitions, generationId, userData }: PlanMember): Claim {
  return { partitions: ownedPartitions, generation: generationId >= 0 ? generationId : generationIn(userData) }
}

/** Members before ConsumerProtocolSubscription v2 tell their generation here. */
function generationIn(userData: Buffer | null): number {
  if (userData === null) return -1
  try {
    return decodeMessage(CooperativeStickyAssignorUserData, userData).generation
  } catch (error) {
    if (error instanceof ProtocolError) return -1
    throw error
  }
}
