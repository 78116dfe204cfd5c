/**
 * Compares the ways in which a group shares its partitions out: who gets what, and what moves when a member leaves or joins.
 * The leader of a group calls `plan()`; here we do, so that no Kafka is needed:
 *
 *     npx tsx examples/assignors.ts
 */
import { cooperativeSticky, type GroupPlan, type PlanMember, type PlanTopic, range, roundRobin, sticky } from 'samsa'

/** Topics by how many partitions they have. */
const topics = (counts: Record<string, number>): PlanTopic[] =>
  Object.entries(counts).map(([topic, count]) => {
    return { topic, partitions: Array.from({ length: count }, (_, partition) => ({ partition, racks: [] })) }
  })

/** A member that says nothing but what it subscribes to. */
const member = (memberId: string, topics: string[], more: Partial<PlanMember> = {}): PlanMember => {
  return {
    memberId,
    topics,
    instanceId: null,
    userData: null,
    ownedPartitions: [],
    generationId: -1,
    rackId: null,
    ...more,
  }
}

const show = (title: string, plan: GroupPlan) => {
  const shares = [...plan].map(([id, its]) => `${id}: ${its.map(each => `${each.topic}-${each.partition}`).join(' ')}`)
  console.log(`${title}\n${shares.map(share => `  ${share.trim()}`).join('\n')}`)
}

/** What a member had in a plan, as it would say so itself. */
const had = (plan: GroupPlan, id: string) =>
  plan.get(id)!.map(({ topic, partition }) => ({ topic, partitions: [partition] }))

// A run of neighbours each, or one to each in turn.
const three = [member('C0', ['t']), member('C1', ['t']), member('C2', ['t'])]
show('range, a topic of ten partitions', range().plan(three, topics({ t: 10 })))
show('round robin, the same', roundRobin().plan(three, topics({ t: 10 })))

// Range begins anew with each topic: C0 has the same partitions of both, and can join them, but also more to do.
const two = [member('C0', ['t0', 't1']), member('C1', ['t0', 't1'])]
show('range, two topics of three partitions', range().plan(two, topics({ t0: 3, t1: 3 })))
show('round robin, the same', roundRobin().plan(two, topics({ t0: 3, t1: 3 })))

// Where members subscribe to different topics, round robin passes some over and never makes up for it.
const mixed = [member('C0', ['t0']), member('C1', ['t0', 't1']), member('C2', ['t0', 't1', 't2'])]
show('round robin, topics of one, two and three partitions', roundRobin().plan(mixed, topics({ t0: 1, t1: 2, t2: 3 })))
show('sticky, the same', sticky().plan(mixed, topics({ t0: 1, t1: 2, t2: 3 })))

// C1 leaves. With sticky the others keep what they have; members tell the leader what that is.
const four = topics({ t0: 2, t1: 2, t2: 2, t3: 2 })
const names = four.map(({ topic }) => topic)
const before = sticky().plan([member('C0', names), member('C1', names), member('C2', names)], four)
show('sticky, four topics of two partitions', before)
const left = ['C0', 'C2'].map(id => {
  const userData = sticky().subscriptionUserData!({ topics: names, assignment: had(before, id), generationId: 1 })
  return member(id, names, { userData: Buffer.from(userData!) })
})
show('sticky, when C1 has left', sticky().plan(left, four))
show('round robin, when C1 has left', roundRobin().plan(left, four))

// C1 joins. Cooperative members go on reading meanwhile; t-2 is nobody's in the first plan, until C0 has really given it up.
const joining = (its: Partial<PlanMember>[]) =>
  its.map((more, i) => member(`C${i}`, ['t'], { generationId: 1, ...more }))
const has = (...partitions: number[]) => ({ ownedPartitions: [{ topic: 't', partitions }] })
const first = cooperativeSticky().plan(joining([has(0, 1, 2), {}]), topics({ t: 3 }))
show('cooperative sticky, when C1 joins', first)
show('cooperative sticky, a moment later', cooperativeSticky().plan(joining([has(0, 1), {}]), topics({ t: 3 })))
