import type { TopicPartition } from '../../consumer/message.ts'
import { compare, staticFirst } from './members.ts'
import type { BalanceStrategy, GroupPlan, PlanMember, PlanTopic } from './strategy.ts'

/**
 * Deals all partitions of all topics out, one to each member in turn, passing over those that do not subscribe to the topic:
 * Java's RoundRobinAssignor and sarama's BalanceStrategyRoundRobin. Even where all members subscribe to the same topics; when
 * the members change, most partitions move.
 */
export function roundRobin(): BalanceStrategy {
  return Object.freeze({ name: 'roundrobin', plan })
}

function plan(members: readonly PlanMember[], topics: readonly PlanTopic[]): GroupPlan {
  const hands = staticFirst(members).map(({ memberId, topics }) => ({
    memberId,
    topics: new Set(topics),
    dealt: [] as TopicPartition[],
  }))
  let next = 0
  for (const { topic, partitions } of [...topics].sort((a, b) => compare(a.topic, b.topic))) {
    if (!hands.some(({ topics }) => topics.has(topic))) continue
    for (const { partition } of [...partitions].sort((a, b) => a.partition - b.partition)) {
      while (!hands[next]!.topics.has(topic)) next = (next + 1) % hands.length
      hands[next]!.dealt.push({ topic, partition })
      next = (next + 1) % hands.length
    }
  }
  return new Map(hands.map(({ memberId, dealt }) => [memberId, dealt]))
}
