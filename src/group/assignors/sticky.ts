import { ProtocolError } from '../../errors/client-errors.ts'
import { decodeMessage, encodeMessage } from '../../protocol/embedded/message.ts'
import { StickyAssignorUserData } from '../../protocol/embedded/sticky-assignor-user-data.ts'
import type { Claim } from './claims.ts'
import { stickyPlan, toGroupPlan } from './sticky-plan.ts'
import type { BalanceStrategy, GroupPlan, PlanMember, PlanTopic, SubscriptionContext } from './strategy.ts'

/**
 * Shares partitions out as evenly as the subscriptions allow, and leaves as many as it can where they were (KIP-54). Members
 * still stop reading for a rebalance, as it is an `eager` strategy. It works in one group with Java's StickyAssignor and sarama's
 * BalanceStrategySticky: members tell the leader what they had and when, in the same format.
 */
export function sticky(): BalanceStrategy {
  return Object.freeze({ name: 'sticky', subscriptionUserData, plan })
}

function subscriptionUserData({ assignment, generationId }: SubscriptionContext): Uint8Array | null {
  if (assignment === null) return null
  const previousAssignment = assignment.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }))
  return encodeMessage(StickyAssignorUserData, 1, { previousAssignment, generation: generationId })
}

function plan(members: readonly PlanMember[], topics: readonly PlanTopic[]): GroupPlan {
  return toGroupPlan(stickyPlan(members, topics, claim))
}

const nothing: Claim = { partitions: [], generation: -1 }

function claim({ userData }: PlanMember): Claim {
  if (userData === null || userData.length === 0) return nothing
  try {
    const { previousAssignment, generation } = decodeMessage(StickyAssignorUserData, userData)
    return { partitions: previousAssignment, generation }
  } catch (error) {
    // One member that speaks gibberish must not keep the whole group from reading: it starts anew.
    if (error instanceof ProtocolError) return nothing
    throw error
  }
}
