import { expect, it } from 'vitest'
import {
  type Action,
  type Event,
  type State,
  type Transition,
  transitions,
} from '../../../../src/group/membership/transitions.ts'

const states = Object.keys(transitions) as State[]

/** Where a member is after some events, and what it was told to do. */
function run(...events: Event[]): { state: State; actions: Action[] } {
  let state: State = 'out'
  const actions: Action[] = []
  for (const event of events) {
    const transition: Transition | undefined = transitions[state][event]
    if (transition === undefined) continue
    const [next, ...its]: Transition = transition
    state = next
    actions.push(...its)
  }
  return { state, actions }
}

const joined: Event[] = ['start', 'found', 'joined', 'synced']

it.for<[string, Event[], State, Action[]]>([
  ['a member joins', joined, 'stable', ['find', 'join', 'sync', 'adopt', 'beat']],
  ['it comes back with the id that it is given', ['start', 'found', 'named'], 'joining', ['find', 'join', 'join']],
  [
    'a rebalance',
    [...joined, 'rebalance', 'released'],
    'joining',
    ['find', 'join', 'sync', 'adopt', 'beat', 'revoke', 'join'],
  ],
  [
    'one that begins while it syncs',
    ['start', 'found', 'joined', 'rebalance'],
    'joining',
    ['find', 'join', 'sync', 'join'],
  ],
  [
    'the coordinator moves while it joins',
    ['start', 'found', 'moved', 'rested'],
    'finding',
    ['find', 'join', 'wait', 'find'],
  ],
  [
    'it is dropped',
    [...joined, 'unknown', 'released'],
    'joining',
    ['find', 'join', 'sync', 'adopt', 'beat', 'forget', 'lose', 'join'],
  ],
  [
    'it is behind',
    [...joined, 'stale', 'released'],
    'joining',
    ['find', 'join', 'sync', 'adopt', 'beat', 'lose', 'join'],
  ],
  [
    'it is dropped while it gives up',
    [...joined, 'rebalance', 'unknown'],
    'losing',
    ['find', 'join', 'sync', 'adopt', 'beat', 'revoke', 'forget', 'lose'],
  ],
  [
    'it is closed',
    [...joined, 'close', 'released', 'left'],
    'ended',
    ['find', 'join', 'sync', 'adopt', 'beat', 'release', 'leave'],
  ],
  ['it is closed before it begins', ['close'], 'ended', []],
])('%s', ([, events, state, actions]) => {
  expect(run(...events)).toEqual({ state, actions })
})

it('leads out of every state, to the end once it is closed', () => {
  const answers: Event[] = ['released', 'left']
  for (const state of states) {
    let at: State = transitions[state].close?.[0] ?? state
    for (const event of answers) at = transitions[at][event]?.[0] ?? at
    expect([state, at]).toEqual([state, 'ended'])
  }
})

it('leads to every state', () => {
  const reached = new Set<State>(['out'])
  for (const state of reached) {
    for (const [next] of Object.values(transitions[state])) reached.add(next)
  }
  expect([...reached].sort()).toEqual([...states].sort())
})

it('waits for something in every state but the first and the last', () => {
  // What each state waits for, and the only actions that lead to it.
  const awaited: Partial<Record<State, { by: Action[]; of: Event }>> = {
    finding: { by: ['find'], of: 'found' },
    joining: { by: ['join'], of: 'joined' },
    syncing: { by: ['sync'], of: 'synced' },
    revoking: { by: ['revoke'], of: 'released' },
    losing: { by: ['lose'], of: 'released' },
    waiting: { by: ['wait'], of: 'rested' },
    closing: { by: ['release', 'lose'], of: 'released' },
    leaving: { by: ['leave'], of: 'left' },
    failing: { by: ['lose'], of: 'released' },
    stable: { by: ['beat'], of: 'rebalance' },
  }
  for (const state of states) {
    for (const [event, [next, ...actions]] of Object.entries(transitions[state])) {
      const expected = awaited[next]
      if (expected === undefined) continue
      expect(transitions[next], `${next} does not wait for ${expected.of}`).toHaveProperty(expected.of)
      expect(expected.by, `${state} to ${next} by ${event}`).toContain(actions.at(-1))
    }
  }
})
