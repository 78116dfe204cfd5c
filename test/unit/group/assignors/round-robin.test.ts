import { expect, it } from 'vitest'
import { roundRobin } from '../../../../src/group/assignors/round-robin.ts'
import { member, shown, topics } from './support.ts'

const plan = roundRobin().plan

it('is known as Java knows it', () => {
  expect(roundRobin().name).toBe('roundrobin')
})

it('deals ten partitions out to three members', () => {
  const members = ['C0', 'C1', 'C2'].map(id => member(id, ['t']))
  expect(shown(plan(members, topics({ t: 10 })))).toEqual({
    C0: 't-0 t-3 t-6 t-9',
    C1: 't-1 t-4 t-7',
    C2: 't-2 t-5 t-8',
  })
})

it('passes over members that do not subscribe to a topic', () => {
  const members = [member('C0', ['t0']), member('C1', ['t0', 't1']), member('C2', ['t0', 't1', 't2'])]
  expect(shown(plan(members, topics({ t0: 1, t1: 2, t2: 3 })))).toEqual({
    C0: 't0-0',
    C1: 't1-0',
    C2: 't1-1 t2-0 t2-1 t2-2',
  })
})

it.for<[string, Parameters<typeof topics>[0], Record<string, string[]>, Record<string, string>]>([
  ['one member without topics', {}, { c: [] }, { c: '' }],
  ['a topic that does not exist', {}, { c: ['t'] }, { c: '' }],
  ['one member', { t: 3 }, { c: ['t'] }, { c: 't-0 t-1 t-2' }],
  ['a topic that nobody subscribes to', { other: 3, t: 3 }, { c: ['t'] }, { c: 't-0 t-1 t-2' }],
  ['several topics', { t1: 1, t2: 2 }, { c: ['t1', 't2'] }, { c: 't1-0 t2-0 t2-1' }],
  ['more members than partitions', { t: 1 }, { c1: ['t'], c2: ['t'] }, { c1: 't-0', c2: '' }],
  [
    'mixed subscriptions',
    { t1: 3, t2: 2 },
    { c1: ['t1'], c2: ['t1', 't2'], c3: ['t1'] },
    { c1: 't1-0', c2: 't1-1 t2-0 t2-1', c3: 't1-2' },
  ],
  [
    'two topics of three',
    { t1: 3, t2: 3 },
    { c1: ['t1', 't2'], c2: ['t1', 't2'] },
    { c1: 't1-0 t1-2 t2-1', c2: 't1-1 t2-0 t2-2' },
  ],
])('shares out as Java does: %s', ([, counts, subscriptions, expected]) => {
  const members = Object.entries(subscriptions).map(([id, topics]) => member(id, topics))
  expect(shown(plan(members, topics(counts)))).toEqual(expected)
})

it('puts static members first, by their instance ids', () => {
  const both = ['t1', 't2']
  const members = [
    member('consumer-a', both, { instanceId: 'instance2' }),
    member('consumer-0', both),
    member('consumer-b', both, { instanceId: 'instance1' }),
  ]
  expect(shown(plan(members, topics({ t1: 3, t2: 2 })))).toEqual({
    'consumer-b': 't1-0 t2-0',
    'consumer-a': 't1-1 t2-1',
    'consumer-0': 't1-2',
  })
})
