import type { TopicPartition } from '../../../../src/consumer/message.ts'
import type {
  BalanceStrategy,
  GroupPlan,
  PlanMember,
  PlanTopic,
  TopicPartitions,
} from '../../../../src/group/assignors/strategy.ts'

/** Replicas as tests of racks have them: partitions of one topic after the other begin at the next broker in turn. */
export interface Replicas {
  readonly factor: number
  /** The rack of each broker. */
  readonly brokers: readonly (string | null)[]
}

/** Topics with so many partitions each. */
export function topics(counts: Readonly<Record<string, number>>, replicas?: Replicas): PlanTopic[] {
  let before = 0
  return Object.entries(counts).map(([topic, count]) => {
    const first = before
    before += count
    return {
      topic,
      partitions: Array.from({ length: count }, (_, partition) => ({
        partition,
        racks: replicas === undefined ? [] : racksAt(first + partition, replicas),
      })),
    }
  })
}

function racksAt(at: number, { factor, brokers }: Replicas): string[] {
  return Array.from({ length: factor }, (_, i) => brokers[(at + i) % brokers.length] ?? null).filter(
    rack => rack !== null,
  )
}

export function member(memberId: string, topics: readonly string[], more: Partial<PlanMember> = {}): PlanMember {
  return {
    memberId,
    instanceId: null,
    topics,
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
    ...more,
  }
}

/** A member that tells in every way that strategies know what it had. */
export function memberWith(
  strategy: BalanceStrategy,
  memberId: string,
  topics: readonly string[],
  owned: string,
  generationId = 1,
  more: Partial<PlanMember> = {},
): PlanMember {
  const assignment = grouped(parse(owned))
  const userData = strategy.subscriptionUserData?.({ topics, assignment, generationId }) ?? null
  return member(memberId, topics, {
    userData: userData === null ? null : Buffer.from(userData),
    ...(strategy.protocol === 'cooperative' ? { ownedPartitions: assignment, generationId } : {}),
    ...more,
  })
}

/** The members after a rebalance, with what they were given. */
export function rejoined(
  strategy: BalanceStrategy,
  members: readonly PlanMember[],
  plan: GroupPlan,
  generationId = 5,
): PlanMember[] {
  return members.map(({ memberId, topics, rackId, instanceId }) =>
    memberWith(strategy, memberId, topics, show(plan.get(memberId) ?? []), generationId, { rackId, instanceId }),
  )
}

/**
 * The plan at the end of all rebalances: a cooperative one gives in the next what has to be given up first. They come to an
 * end, or the test fails.
 */
export function settle(
  strategy: BalanceStrategy,
  members: readonly PlanMember[],
  topics: readonly PlanTopic[],
): GroupPlan {
  let plan = strategy.plan(members, topics)
  for (let round = 6; withholds(plan, members, topics); round++) {
    if (round > 9)
      throw new Error(`partitions are still withheld after four rebalances: ${JSON.stringify(shown(plan))}`)
    plan = strategy.plan(rejoined(strategy, members, plan, round), topics)
  }
  return plan
}

/** Whether a plan leaves partitions to nobody that members subscribe to. */
export function withholds(plan: GroupPlan, members: readonly PlanMember[], topics: readonly PlanTopic[]): boolean {
  const wanted = topics.filter(({ topic }) => members.some(({ topics }) => topics.includes(topic)))
  return sizes(plan).reduce((a, b) => a + b, 0) < wanted.reduce((sum, { partitions }) => sum + partitions.length, 0)
}

/** `t0-0 t0-1` as partitions. */
export function parse(text: string): TopicPartition[] {
  return text
    .split(' ')
    .filter(word => word !== '')
    .map(word => {
      const at = word.lastIndexOf('-')
      return { topic: word.slice(0, at), partition: Number(word.slice(at + 1)) }
    })
}

export function grouped(partitions: readonly TopicPartition[]): TopicPartitions[] {
  const byTopic = new Map<string, number[]>()
  for (const { topic, partition } of partitions) byTopic.set(topic, [...(byTopic.get(topic) ?? []), partition])
  return [...byTopic].map(([topic, partitions]) => ({ topic, partitions }))
}

/** What each member gets, as `t0-0 t0-1`, in a fixed order. */
export function shown(plan: GroupPlan): Record<string, string> {
  return Object.fromEntries([...plan].map(([memberId, partitions]) => [memberId, show(partitions)]))
}

export function show(partitions: readonly TopicPartition[]): string {
  return [...partitions]
    .sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition))
    .map(({ topic, partition }) => `${topic}-${partition}`)
    .join(' ')
}

/** How many partitions are at members that are in no rack of a replica. */
export function mismatches(plan: GroupPlan, members: readonly PlanMember[], topics: readonly PlanTopic[]): number {
  const racks = new Map(
    topics.flatMap(({ topic, partitions }) =>
      partitions.map(({ partition, racks }) => [`${topic}-${partition}`, racks]),
    ),
  )
  return members
    .filter(({ rackId }) => rackId !== null)
    .flatMap(({ memberId, rackId }) =>
      (plan.get(memberId) ?? []).filter(
        ({ topic, partition }) => !racks.get(`${topic}-${partition}`)!.includes(rackId!),
      ),
    ).length
}

/** The sizes of all shares, ascending. */
export function sizes(plan: GroupPlan): number[] {
  return [...plan.values()].map(({ length }) => length).sort((a, b) => a - b)
}
