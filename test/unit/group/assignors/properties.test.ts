import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { cooperativeSticky } from '../../../../src/group/assignors/cooperative-sticky.ts'
import { range } from '../../../../src/group/assignors/range.ts'
import { roundRobin } from '../../../../src/group/assignors/round-robin.ts'
import { sticky } from '../../../../src/group/assignors/sticky.ts'
import type { BalanceStrategy, PlanTopic } from '../../../../src/group/assignors/strategy.ts'
import { evenest } from './evenest.ts'
import { grouped, member, memberWith, rejoined, settle, show, shown, sizes } from './support.ts'

const RACKS = ['a', 'b', 'c']
const strategies = [range(), roundRobin(), sticky(), cooperativeSticky()].map((each): [string, BalanceStrategy] => [
  each.name,
  each,
])

/** Topics with a few partitions, some of them with replicas in racks. */
const anyTopics: fc.Arbitrary<PlanTopic[]> = fc
  .array(fc.array(fc.subarray(RACKS), { maxLength: 7 }), { minLength: 1, maxLength: 6 })
  .map(all =>
    all.map((partitions, i) => ({
      topic: `t${i}`,
      partitions: partitions.map((racks, partition) => ({ partition, racks })),
    })),
  )

const rack = fc.option(fc.constantFrom(...RACKS))
const instance = fc.boolean()
const chosen = fc.array(fc.boolean(), { minLength: 6, maxLength: 6 })
const wish = fc.record({ chosen, rack, instance })

/** A group whose members subscribe to whichever topics they like. */
const anyGroup = fc
  .record({ topics: anyTopics, wishes: fc.array(wish, { minLength: 1, maxLength: 7 }) })
  .map(({ topics, wishes }) => ({
    topics,
    members: wishes.map(({ chosen, rack, instance }, i) =>
      member(
        `m${i}`,
        topics.filter((_, at) => chosen[at]).map(({ topic }) => topic),
        { rackId: rack, instanceId: instance ? `i${9 - i}` : null },
      ),
    ),
  }))

/** A group all of whose members subscribe to all topics. */
const likeMinded = fc.record({ topics: anyTopics, count: fc.integer({ min: 2, max: 8 }) })

const names = (topics: readonly PlanTopic[]): string[] => topics.map(({ topic }) => topic)

describe.each(strategies)('%s', (_, strategy) => {
  it('gives every partition to exactly one member, which subscribes to it, or to none where nobody does', () => {
    fc.assert(
      fc.property(anyGroup, ({ topics, members }) => {
        const plan = strategy.plan(members, topics)
        const given = [...plan].flatMap(([memberId, partitions]) => {
          const { topics } = members.find(each => each.memberId === memberId)!
          expect(topics).toEqual(expect.arrayContaining(partitions.map(({ topic }) => topic)))
          return partitions
        })
        const wanted = topics.filter(({ topic }) => members.some(({ topics }) => topics.includes(topic)))
        const expected = wanted.flatMap(({ topic, partitions }) =>
          partitions.map(({ partition }) => ({ topic, partition })),
        )
        expect(show(given)).toBe(show(expected))
      }),
    )
  })

  it('comes to the same plan in whatever order members and topics are told', () => {
    const shuffled = anyGroup.chain(group =>
      fc.record({
        group: fc.constant(group),
        members: fc.shuffledSubarray(group.members, { minLength: group.members.length }),
        topics: fc.shuffledSubarray(group.topics, { minLength: group.topics.length }),
      }),
    )
    fc.assert(
      fc.property(shuffled, ({ group, members, topics }) => {
        const first = strategy.plan(group.members, group.topics)
        expect(shown(strategy.plan(members, topics))).toEqual(shown(first))
        const again = rejoined(strategy, group.members, first)
        expect(shown(strategy.plan([...again].reverse(), topics))).toEqual(shown(strategy.plan(again, group.topics)))
      }),
    )
  })
})

describe.each([
  ['sticky', sticky()],
  ['cooperative-sticky', cooperativeSticky()],
] as const)('%s', (_, strategy) => {
  it('is as even as can be, however the members subscribe and whatever they had', () => {
    const withHistory = anyGroup.chain(group =>
      fc.record({ group: fc.constant(group), had: fc.array(fc.nat({ max: 6 }), { minLength: 42, maxLength: 42 }) }),
    )
    fc.assert(
      fc.property(withHistory, ({ group: { topics, members }, had }) => {
        const all = topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition })))
        const before = new Map(
          members.map(({ memberId }, i) => [memberId, all.filter((_, at) => had[at]! % members.length === i)]),
        )
        const plan = settle(strategy, rejoined(strategy, members, before), topics)
        expect(sizes(plan)).toEqual(evenest(members, topics))
      }),
    )
  })

  it('does not move anything when nothing has changed', () => {
    fc.assert(
      fc.property(anyGroup, ({ topics, members }) => {
        const plan = strategy.plan(members, topics)
        expect(shown(strategy.plan(rejoined(strategy, members, plan), topics))).toEqual(shown(plan))
      }),
    )
  })

  it('takes nothing from those who stay when a member leaves', () => {
    fc.assert(
      fc.property(likeMinded, ({ topics, count }) => {
        const members = Array.from({ length: count }, (_, i) => member(`m${i}`, names(topics)))
        const plan = strategy.plan(members, topics)
        const staying = rejoined(strategy, members, plan).slice(1)
        const next = strategy.plan(staying, topics)
        for (const { memberId } of staying)
          expect(next.get(memberId)).toEqual(expect.arrayContaining([...plan.get(memberId)!]))
      }),
    )
  })

  it('takes only what a new member gets when one joins', () => {
    fc.assert(
      fc.property(likeMinded, ({ topics, count }) => {
        const members = Array.from({ length: count }, (_, i) => member(`m${i}`, names(topics)))
        const plan = strategy.plan(members, topics)
        const joined = [...rejoined(strategy, members, plan), memberWith(strategy, 'new', names(topics), '')]
        const first = strategy.plan(joined, topics)
        for (const { memberId } of members) {
          expect(plan.get(memberId)).toEqual(expect.arrayContaining([...first.get(memberId)!]))
        }
        const next = settle(strategy, joined, topics)
        const [least, most] = [sizes(next).at(0)!, sizes(next).at(-1)!]
        expect(most - least).toBeLessThanOrEqual(1)
        expect(next.get('new')!.length).toBe(least)
      }),
    )
  })

  it('gives to nobody what another member still has, if it is cooperative', () => {
    fc.assert(
      fc.property(anyGroup, fc.nat({ max: 6 }), ({ topics, members }, leaver) => {
        const plan = strategy.plan(
          members.filter((_, i) => i !== leaver),
          topics,
        )
        const joined = rejoined(strategy, members, plan)
        const next = strategy.plan(joined, topics)
        const holders = new Map<string, string>()
        for (const { memberId, ownedPartitions } of joined) {
          for (const { topic, partitions } of ownedPartitions) {
            for (const partition of partitions) holders.set(`${topic}-${partition}`, memberId)
          }
        }
        for (const [memberId, partitions] of next) {
          for (const { topic, partitions: its } of grouped(partitions)) {
            for (const partition of its) expect(holders.get(`${topic}-${partition}`) ?? memberId).toBe(memberId)
          }
        }
      }),
    )
  })
})
