import type { TopicPartition } from '../../consumer/message.ts'

/**
 * How the partitions of its topics are shared out among the members of a group. Each member offers the strategies that it
 * knows, in the order of its preference; the group goes by one that all of them offer, and one member, the leader, makes the
 * plan for all. One of samsa's own, such as {@link range}, or an object of your own:
 *
 * ```ts
 * const oneTakesAll: BalanceStrategy = {
 *   name: 'one-takes-all',
 *   plan(members, topics) {
 *     const all = topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
 *     return new Map(members.map(({ memberId }, index) => [memberId, index === 0 ? all : []]))
 *   },
 * }
 * ```
 *
 * An object may serve several groups, so what must be remembered of one is handed in rather than kept.
 */
export interface BalanceStrategy {
  /** What the members of a group know it by, across languages: Java's range assignor is `range` as well. */
  readonly name: string
  /**
   * `eager` (the default): members give up all of their partitions before they join a rebalance. `cooperative`: they keep them,
   * and give up only what the plan takes from them; it must not give to one member what another one still has (KIP-429).
   */
  readonly protocol?: RebalanceProtocol | undefined
  /** What this member tells the leader, beside its topics. Nothing unless given, or when it answers null. */
  subscriptionUserData?(context: SubscriptionContext): Uint8Array | null
  /**
   * Who gets what: for each member's id its partitions. Called on the leader.
   *
   * @param members All that are in the group, each once, ordered by their ids.
   * @param topics Those that any of them subscribes to and that exist, ordered by their names.
   */
  plan(members: readonly PlanMember[], topics: readonly PlanTopic[]): GroupPlan
  /** What the leader tells a member, beside its partitions. Nothing unless given, or when it answers null. */
  assignmentUserData?(memberId: string, partitions: readonly TopicPartition[]): Uint8Array | null
  /** Called on every member when it is told its partitions, before anything is read from them. */
  onAssignment?(assignment: MemberAssignment): void
}

/** Whether members let go of everything before they join a rebalance, or only of what they lose. */
export type RebalanceProtocol = 'eager' | 'cooperative'

/** The partitions of each member, by member id. A member that is left out gets none. */
export type GroupPlan = ReadonlyMap<string, readonly TopicPartition[]>

/** Partitions of one topic. */
export interface TopicPartitions {
  readonly topic: string
  readonly partitions: readonly number[]
}

/** What a strategy may tell the leader of. */
export interface SubscriptionContext {
  /** What the member subscribes to. */
  readonly topics: readonly string[]
  /** What the member was given last, even if it has lost it since; null before it was given anything. */
  readonly assignment: readonly TopicPartitions[] | null
  /** The generation of the group in which it was given that; -1 before. */
  readonly generationId: number
}

/** A member of the group, as the leader sees it. */
export interface PlanMember {
  readonly memberId: string
  /** The `group.instanceId` of a static member (KIP-345), else null. */
  readonly instanceId: string | null
  readonly topics: readonly string[]
  /** From `subscriptionUserData` of the member's strategy: it may be of another client, or another version, so trust nothing. */
  readonly userData: Buffer | null
  /** What it has, and keeps until it is told otherwise: only with `cooperative` strategies. */
  readonly ownedPartitions: readonly TopicPartitions[]
  /** The generation that it had those in; -1 where it does not tell. */
  readonly generationId: number
  /** The `rackId` of its configuration; null where it does not tell. */
  readonly rackId: string | null
}

/** A topic that members subscribe to. */
export interface PlanTopic {
  readonly topic: string
  /** Ordered by number. */
  readonly partitions: readonly PlanPartition[]
}

export interface PlanPartition {
  readonly partition: number
  /** The racks of all replicas, as far as the brokers have one. */
  readonly racks: readonly string[]
}

/** What a member is told at the end of a rebalance. */
export interface MemberAssignment {
  readonly partitions: readonly TopicPartitions[]
  /** From `assignmentUserData` of the leader's strategy. */
  readonly userData: Buffer | null
  readonly memberId: string
  readonly generationId: number
}
