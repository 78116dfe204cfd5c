import { describe, expect, it } from 'vitest'
import { range } from '../../../../src/group/assignors/range.ts'
import { member, mismatches, shown, topics } from './support.ts'

const plan = range().plan

it('is known as Java knows it', () => {
  expect(range().name).toBe('range')
})

it('gives three members runs of ten partitions', () => {
  const members = ['C0', 'C1', 'C2'].map(id => member(id, ['t']))
  expect(shown(plan(members, topics({ t: 10 })))).toEqual({
    C0: 't-0 t-1 t-2 t-3',
    C1: 't-4 t-5 t-6',
    C2: 't-7 t-8 t-9',
  })
})

it('begins anew with each topic', () => {
  const members = ['C0', 'C1'].map(id => member(id, ['t0', 't1']))
  expect(shown(plan(members, topics({ t0: 3, t1: 3 })))).toEqual({
    C0: 't0-0 t0-1 t1-0 t1-1',
    C1: 't0-2 t1-2',
  })
})

it.for<[string, Parameters<typeof topics>[0], Record<string, string[]>, Record<string, string>]>([
  ['one member without topics', {}, { c: [] }, { c: '' }],
  ['a topic that does not exist', {}, { c: ['t'] }, { c: '' }],
  ['a topic that nobody subscribes to', { other: 3, t: 3 }, { c: ['t'] }, { c: 't-0 t-1 t-2' }],
  ['more members than partitions', { t: 1 }, { c1: ['t'], c2: ['t'] }, { c1: 't-0', c2: '' }],
  [
    'mixed subscriptions',
    { t1: 3, t2: 2 },
    { c1: ['t1'], c2: ['t1', 't2'], c3: ['t1'] },
    { c1: 't1-0', c2: 't1-1 t2-0 t2-1', c3: 't1-2' },
  ],
])('shares out as Java does: %s', ([, counts, subscriptions, expected]) => {
  const members = Object.entries(subscriptions).map(([id, topics]) => member(id, topics))
  expect(shown(plan(members, topics(counts)))).toEqual(expected)
})

it('puts static members first, by their instance ids, whatever their member ids are', () => {
  const both = ['t1', 't2']
  const first = [
    member('consumer1', both, { instanceId: 'instance1' }),
    member('consumer2', both, { instanceId: 'instance2' }),
    member('consumer3', both, { instanceId: 'instance3' }),
    member('consumer0', both),
  ]
  expect(shown(plan(first, topics({ t1: 5, t2: 4 })))).toEqual({
    consumer1: 't1-0 t1-1 t2-0',
    consumer2: 't1-2 t2-1',
    consumer3: 't1-3 t2-2',
    consumer0: 't1-4 t2-3',
  })
  const restarted = [
    member('consumer9', both, { instanceId: 'instance1' }),
    member('consumer8', both, { instanceId: 'instance2' }),
    member('consumer7', both, { instanceId: 'instance3' }),
    member('consumer6', both),
  ]
  expect(Object.values(shown(plan(restarted, topics({ t1: 5, t2: 4 }))))).toEqual(
    Object.values(shown(plan(first, topics({ t1: 5, t2: 4 })))),
  )
})

describe('with racks', () => {
  const abc = ['a', 'b', 'c']
  const ab = ['a', 'b']
  const uniform = { t1: 6, t2: 7, t3: 2 }
  const alike = { t1: 5, t2: 5, t3: 5 }
  const all = ['t1', 't2', 't3']
  const same = [all, all, all]
  const mixed = [all, all, ['t1', 't3']]

  interface Case {
    readonly counts: Record<string, number>
    readonly subscriptions: readonly (readonly string[])[]
    readonly factor: number
    readonly brokers: readonly (string | null)[]
    readonly racks?: readonly (string | null)[]
    readonly expected: readonly string[]
    /** Of Java's own tests, like all of these facts. */
    readonly mismatched?: number
  }

  function check({ counts, subscriptions, factor, brokers, racks = abc, expected, mismatched }: Case): void {
    const given = topics(counts, { factor, brokers })
    const members = subscriptions.map((topics, i) => member(`consumer${i}`, topics, { rackId: racks[i] ?? null }))
    const made = plan(members, given)
    expect(Object.values(shown(made))).toEqual(expected)
    if (mismatched !== undefined) expect(mismatches(made, members, given)).toBe(mismatched)
  }

  const plain = ['t1-0 t1-1 t2-0 t2-1 t2-2 t3-0', 't1-2 t1-3 t2-3 t2-4 t3-1', 't1-4 t1-5 t2-5 t2-6']

  it.for<[string, Pick<Case, 'factor' | 'brokers' | 'racks'>]>([
    ['brokers without racks', { factor: 3, brokers: [null, null, null] }],
    ['members without racks', { factor: 3, brokers: abc, racks: [null, null, null] }],
    ['replicas in every rack', { factor: 3, brokers: abc }],
    ['replicas in every rack, one of them without members', { factor: 4, brokers: ['a', 'b', 'c', 'd'] }],
    ['members in other racks', { factor: 3, brokers: abc, racks: ['d', 'e', 'f'] }],
    ['members in other racks or none', { factor: 3, brokers: abc, racks: [null, 'e', 'f'] }],
    ['members in racks without a name', { factor: 1, brokers: abc, racks: ['', '', ''] }],
  ])('shares out as without them where they make no difference: %s', ([, racks]) => {
    check({ counts: uniform, subscriptions: same, ...racks, expected: plain })
  })

  it.for<[string, Case]>([
    [
      'one replica',
      {
        counts: uniform,
        subscriptions: same,
        factor: 1,
        brokers: abc,
        expected: ['t1-0 t1-3 t2-0 t2-3 t2-6', 't1-1 t1-4 t2-1 t2-4 t3-0', 't1-2 t1-5 t2-2 t2-5 t3-1'],
        mismatched: 0,
      },
    ],
    [
      'two replicas',
      {
        counts: uniform,
        subscriptions: same,
        factor: 2,
        brokers: abc,
        expected: ['t1-0 t1-2 t2-0 t2-2 t2-3 t3-1', 't1-1 t1-3 t2-1 t2-4 t3-0', 't1-4 t1-5 t2-5 t2-6'],
        mismatched: 1,
      },
    ],
    [
      'a member in a rack without replicas',
      { counts: uniform, subscriptions: same, factor: 3, brokers: ab, expected: plain, mismatched: 4 },
    ],
    [
      'mixed subscriptions, one replica',
      {
        counts: uniform,
        subscriptions: mixed,
        factor: 1,
        brokers: abc,
        expected: ['t1-0 t1-3 t2-0 t2-2 t2-3 t2-6', 't1-1 t1-4 t2-1 t2-4 t2-5 t3-0', 't1-2 t1-5 t3-1'],
        mismatched: 2,
      },
    ],
    [
      'mixed subscriptions, two replicas',
      {
        counts: uniform,
        subscriptions: mixed,
        factor: 2,
        brokers: abc,
        expected: ['t1-0 t1-2 t2-0 t2-2 t2-3 t2-5 t3-1', 't1-1 t1-3 t2-1 t2-4 t2-6 t3-0', 't1-4 t1-5'],
        mismatched: 0,
      },
    ],
    [
      'topics that are alike, one replica: the same partitions of each rather than the nearest',
      {
        counts: alike,
        subscriptions: same,
        factor: 1,
        brokers: abc,
        expected: ['t1-0 t1-1 t2-0 t2-1 t3-0 t3-1', 't1-2 t1-3 t2-2 t2-3 t3-2 t3-3', 't1-4 t2-4 t3-4'],
        mismatched: 10,
      },
    ],
    [
      'topics that are alike to some, one replica',
      {
        counts: alike,
        subscriptions: mixed,
        factor: 1,
        brokers: abc,
        expected: ['t1-0 t1-1 t2-0 t2-1 t2-4 t3-0 t3-1', 't1-2 t1-3 t2-2 t2-3 t3-2 t3-3', 't1-4 t3-4'],
        mismatched: 9,
      },
    ],
    [
      'topics that are alike to some, two replicas',
      {
        counts: alike,
        subscriptions: mixed,
        factor: 2,
        brokers: abc,
        expected: ['t1-2 t2-0 t2-1 t2-3 t3-2', 't1-0 t1-3 t2-2 t2-4 t3-0 t3-3', 't1-1 t1-4 t3-1 t3-4'],
        mismatched: 0,
      },
    ],
    [
      'two pairs of topics, two pairs of members',
      {
        counts: { t1: 6, t2: 6, t3: 2, t4: 2 },
        subscriptions: [
          ['t1', 't2'],
          ['t1', 't2'],
          ['t3', 't4'],
          ['t3', 't4'],
        ],
        factor: 1,
        brokers: ab,
        racks: ['a', 'b', 'b', 'a'],
        expected: ['t1-0 t1-2 t1-4 t2-0 t2-2 t2-4', 't1-1 t1-3 t1-5 t2-1 t2-3 t2-5', 't3-1 t4-1', 't3-0 t4-0'],
        mismatched: 0,
      },
    ],
    [
      'two pairs of topics, four members, three racks',
      {
        counts: { t1: 6, t2: 6, t3: 2, t4: 2 },
        subscriptions: Array(4).fill(['t1', 't2', 't3', 't4']),
        factor: 1,
        brokers: abc,
        racks: ['a', 'b', 'b', 'a'],
        expected: ['t1-0 t1-3 t2-0 t2-3 t3-0 t4-0', 't1-1 t1-4 t2-1 t2-4 t3-1 t4-1', 't1-2 t2-2', 't1-5 t2-5'],
        mismatched: 6,
      },
    ],
    [
      'three pairs of topics, two replicas, and topics that do not exist',
      {
        counts: { t1: 6, t2: 6, t3: 2, t4: 2, t5: 4, t6: 4 },
        subscriptions: Array(3).fill(['t1', 't2', 't3', 't4', 't5', 't6', 't7', 't8', 't9']),
        factor: 2,
        brokers: abc,
        expected: [
          't1-0 t1-2 t2-0 t2-2 t3-0 t4-0 t5-1 t6-1',
          't1-1 t1-3 t2-1 t2-3 t3-1 t4-1 t5-2 t6-2',
          't1-4 t1-5 t2-4 t2-5 t5-0 t5-3 t6-0 t6-3',
        ],
        mismatched: 0,
      },
    ],
  ])('brings members near to replicas as Java does: %s', ([, given]) => check(given))
})
