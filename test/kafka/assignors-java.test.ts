import { expect, it, type TestContext } from 'vitest'
import { type OrReason, orReason } from '../../scripts/kafka/unavailable.ts'
import { cooperativeSticky } from '../../src/group/assignors/cooperative-sticky.ts'
import { range } from '../../src/group/assignors/range.ts'
import { roundRobin } from '../../src/group/assignors/round-robin.ts'
import { sticky } from '../../src/group/assignors/sticky.ts'
import type { BalanceStrategy, GroupPlan } from '../../src/group/assignors/strategy.ts'
import { ConsumerProtocolAssignment } from '../../src/protocol/embedded/consumer-protocol-assignment.ts'
import { ConsumerProtocolSubscription } from '../../src/protocol/embedded/consumer-protocol-subscription.ts'
import { decodeMessage, encodeMessage } from '../../src/protocol/embedded/message.ts'
import { memberWith, mismatches, rejoined, show, shown, sizes, withholds } from '../unit/group/assignors/support.ts'
import { randomGroups } from './support/groups.ts'
import { type Group, javaAssignors, javaPlans, type Said, type Task } from './support/java-assignors.ts'

/** Skips the test where there is no Java; no broker is needed. */
async function orSkip<T>(ctx: TestContext, attempt: () => Promise<T>): Promise<T> {
  const outcome: OrReason<T> = await orReason(attempt)
  return outcome.ok ? outcome.value : ctx.skip(outcome.reason)
}

const groups = randomGroups(300, 881)

it.for([range(), roundRobin()])('$name gives every member exactly what Java gives it', async (strategy, ctx) => {
  const theirs = await orSkip(ctx, () => javaPlans(strategy.name, groups))
  groups.forEach(({ members, topics }, i) => {
    expect(shown(strategy.plan(members, topics))).toEqual(shown(theirs[i]!))
  })
})

it.for([sticky(), cooperativeSticky()])(
  '$name begins exactly as Java does where all subscribe alike',
  async (strategy, ctx) => {
    const fresh = groups.map(({ topics, members }) => ({
      topics: topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition }) => ({ partition, racks: [] })),
      })),
      members: members.map(({ memberId }) =>
        memberWith(
          strategy,
          memberId,
          topics.map(({ topic }) => topic),
          '',
          -1,
        ),
      ),
    }))
    const theirs = await orSkip(ctx, () => javaPlans(strategy.name, fresh))
    fresh.forEach(({ members, topics }, i) => {
      expect(shown(strategy.plan(members, topics))).toEqual(shown(theirs[i]!))
    })
  },
)

it.for([sticky(), cooperativeSticky()])(
  '$name is as even as Java or more so, moves no more, and brings partitions as near',
  async (strategy, ctx) => {
    const before = groups.map(group => withHistory(strategy, group))
    const theirs = await orSkip(ctx, () => settled(strategy, before, all => javaPlans(strategy.name, all)))
    const ours = await settled(strategy, before, async all => all.map(each => strategy.plan(each.members, each.topics)))
    const total = { moved: 0, movedByJava: 0, far: 0, farByJava: 0 }
    before.forEach(({ topics, members, had }, i) => {
      const [mine, java] = [ours[i]!, theirs[i]!]
      expect(withholds(mine, members, topics)).toBe(false)
      // Java's cooperative one still moves partitions to and fro where it goes by racks.
      if (withholds(java, members, topics)) return
      const all = new Set(members.map(({ topics }) => [...topics].sort().join()))
      if (all.size === 1) expect(sizes(mine)).toEqual(sizes(java))
      expect(unevenness(mine)).toBeLessThanOrEqual(unevenness(java))
      // To be more even than Java takes moves that Java does not make.
      if (unevenness(mine) < unevenness(java)) return
      const far = mismatches(mine, members, topics)
      const farByJava = mismatches(java, members, topics)
      total.far += far
      total.farByJava += farByJava
      if (far !== farByJava) return
      total.moved += moves(had, mine)
      total.movedByJava += moves(had, java)
      const hasRacks = members.some(({ rackId }) => rackId !== null)
      if (!hasRacks) expect(moves(had, mine)).toBeLessThanOrEqual(moves(had, java))
    })
    expect(total.far).toBeLessThanOrEqual(total.farByJava)
    expect(total.moved).toBeLessThanOrEqual(total.movedByJava)
  },
)

it('members tell the leader what they had byte for byte as Java does', async ctx => {
  const contexts = groups.flatMap(({ topics }, generationId) => {
    const names = topics.map(({ topic }) => topic)
    const assignment = topics.map(({ topic, partitions }) => ({ topic, partitions: partitions.map(p => p.partition) }))
    return [
      {
        topics: names,
        assignment: assignment.filter(({ partitions }) => partitions.length > 0).slice(0, 1),
        generationId,
      },
      { topics: names, assignment: null, generationId: -1 },
    ]
  })
  for (const strategy of [sticky(), cooperativeSticky()]) {
    const tasks = contexts.map((context): Task => ({ do: 'user-data', strategy: strategy.name, ...context }))
    const theirs = await orSkip(ctx, () => javaAssignors(tasks))
    expect(contexts.map(context => base64(strategy.subscriptionUserData!(context)))).toEqual(theirs)
  }
})

it.for([0, 1, 2, 3])(
  "Java and samsa read one another's subscriptions and assignments in version %i",
  async (version, ctx) => {
    const said = groups.map((group, i): Said => {
      const [member] = withHistory(cooperativeSticky(), group).members
      return {
        topics: [...member!.topics].sort(),
        userData: i % 3 === 0 ? null : base64(member!.userData),
        ownedPartitions: version >= 1 ? member!.ownedPartitions : [],
        generationId: version >= 2 ? member!.generationId : -1,
        rackId: version >= 3 ? member!.rackId : null,
        partitions: member!.ownedPartitions,
        assignmentUserData: i % 2 === 0 ? null : base64(Buffer.from([i & 255])),
      }
    })
    const written = said.map(each => ({
      subscription: base64(encodeMessage(ConsumerProtocolSubscription, version, forBytes(each)))!,
      assignment: base64(
        encodeMessage(ConsumerProtocolAssignment, version, {
          assignedPartitions: lists(each.partitions),
          userData: bytes(each.assignmentUserData),
        }),
      )!,
    }))
    const theirs = await orSkip(ctx, () => javaAssignors(said.map((each): Task => ({ do: 'write', version, ...each }))))
    expect(written).toEqual(theirs)
    const read = await javaAssignors(written.map((each): Task => ({ do: 'read', ...each })))
    const flat = (partitions: Said['partitions']) =>
      partitions.flatMap(({ topic, partitions }) => partitions.map(partition => ({ topic, partition })))
    expect(read).toEqual(
      said.map(each => ({
        ...each,
        ownedPartitions: flat(each.ownedPartitions),
        partitions: flat(each.partitions),
      })),
    )
    for (const [i, { subscription, assignment }] of (theirs as typeof written).entries()) {
      expect(decodeMessage(ConsumerProtocolSubscription, bytes(subscription)!)).toEqual(forBytes(said[i]!))
      const { assignedPartitions } = decodeMessage(ConsumerProtocolAssignment, bytes(assignment)!)
      expect(assignedPartitions).toEqual(said[i]!.partitions)
    }
  },
)

interface History extends Group {
  /** What each member had, as `t0-0`. */
  readonly had: ReadonlyMap<string, readonly string[]>
}

/** The group as it is after others have left, joined and changed their minds: what each has is what it had by some old plan. */
function withHistory(strategy: BalanceStrategy, { topics, members }: Group): History {
  const earlier = members.slice(members.length > 2 ? 1 : 0)
  const plan = roundRobin().plan(
    earlier.map((member, i) => ({ ...member, topics: i % 3 === 0 ? member.topics : topics.map(({ topic }) => topic) })),
    topics,
  )
  const its = (memberId: string) => show(plan.get(memberId) ?? [])
  return {
    topics,
    members: members.map(({ memberId, topics, rackId }) =>
      memberWith(strategy, memberId, topics, its(memberId), 5, { rackId }),
    ),
    had: new Map(
      members.map(({ memberId, topics }) => [
        memberId,
        its(memberId)
          .split(' ')
          .filter(name => topics.includes(name.slice(0, name.lastIndexOf('-')))),
      ]),
    ),
  }
}

/** The plans after four rebalances: a cooperative one withholds what has to be given up first. */
async function settled(
  strategy: BalanceStrategy,
  groups: readonly Group[],
  plan: (groups: readonly Group[]) => Promise<GroupPlan[]>,
): Promise<GroupPlan[]> {
  let plans = await plan(groups)
  for (let round = 6; strategy.protocol === 'cooperative' && round < 9; round++) {
    plans = await plan(
      groups.map(({ topics, members }, i) => ({ topics, members: rejoined(strategy, members, plans[i]!, round) })),
    )
  }
  return plans
}

function moves(had: History['had'], plan: GroupPlan): number {
  return [...had].reduce((sum, [memberId, names]) => {
    const kept = new Set(show(plan.get(memberId)!).split(' '))
    return sum + names.filter(name => !kept.has(name)).length
  }, 0)
}

function unevenness(plan: GroupPlan): number {
  return sizes(plan).reduce((sum, size) => sum + size * size, 0)
}

function forBytes({ topics, userData, ownedPartitions, generationId, rackId }: Said) {
  return {
    topics: [...topics],
    userData: bytes(userData),
    ownedPartitions: lists(ownedPartitions),
    generationId,
    rackId,
  }
}

function lists(partitions: Said['partitions']) {
  return partitions.map(({ topic, partitions }) => ({ topic, partitions: [...partitions] }))
}

function bytes(text: string | null): Buffer | null {
  return text === null ? null : Buffer.from(text, 'base64')
}

function base64(data: Uint8Array | null): string | null {
  return data === null ? null : Buffer.from(data).toString('base64')
}
