import fc from 'fast-check'
import { expect, it } from 'vitest'
import { cooperativeSticky } from '../../../../src/group/assignors/cooperative-sticky.ts'
import { sticky } from '../../../../src/group/assignors/sticky.ts'
import { member, memberWith, shown, topics } from './support.ts'

const hex = (bytes: Uint8Array | null | undefined): string | undefined =>
  bytes === null || bytes === undefined ? undefined : Buffer.from(bytes).toString('hex')

it("is Java's for sticky: what the member was given last, and its generation", () => {
  const assignment = [{ topic: 't', partitions: [0, 5] }]
  const told = sticky().subscriptionUserData!({ topics: ['t'], assignment, generationId: 4 })
  expect(hex(told)).toBe('0000000100017400000002000000000000000500000004')
  expect(sticky().subscriptionUserData!({ topics: ['t'], assignment: null, generationId: -1 })).toBeNull()
})

it("is Java's for cooperative-sticky: the generation, even before there is one", () => {
  const { subscriptionUserData } = cooperativeSticky()
  expect(hex(subscriptionUserData!({ topics: ['t'], assignment: [], generationId: 2 }))).toBe('00000002')
  expect(hex(subscriptionUserData!({ topics: ['t'], assignment: null, generationId: -1 }))).toBe('ffffffff')
})

it('of older members of a sticky group has no generation, so that they yield to those that tell one', () => {
  const old = Buffer.from('00000001000174000000020000000000000001', 'hex')
  const all = [member('c1', ['t'], { userData: old }), memberWith(sticky(), 'c2', ['t'], 't-1', 0)]
  expect(shown(sticky().plan(all, topics({ t: 2 })))).toEqual({ c1: 't-0', c2: 't-1' })
})

it('of older members of a cooperative group tells the generation of what they own', () => {
  const claim = { ownedPartitions: [{ topic: 't', partitions: [0] }], generationId: -1 }
  const all = [
    member('c1', ['t'], { ...claim, userData: Buffer.from('00000003', 'hex') }),
    member('c2', ['t'], { ...claim, userData: Buffer.from('00000004', 'hex') }),
  ]
  expect(shown(cooperativeSticky().plan(all, topics({ t: 1 })))).toEqual({ c1: '', c2: 't-0' })
})

it.for([
  ['sticky', sticky()],
  ['cooperative-sticky', cooperativeSticky()],
] as const)('that makes no sense keeps nobody from reading: %s', ([, strategy]) => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), bytes => {
      const all = [member('c1', ['t'], { userData: Buffer.from(bytes) }), memberWith(strategy, 'c2', ['t'], 't-1')]
      const plan = strategy.plan(all, topics({ t: 2 }))
      expect([...plan.values()].map(({ length }) => length)).toEqual([1, 1])
    }),
  )
})
