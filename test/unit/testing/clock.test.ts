import { expect, it } from 'vitest'
import { VirtualClock } from '../../../src/testing.ts'

it('a virtual clock runs what is due in the order of its time, and never goes back', () => {
  const clock = new VirtualClock(1000)
  const ran: string[] = []
  clock.setTimer(20, () => ran.push(`b at ${clock.now()}`))
  clock.setTimer(10, () => {
    ran.push(`a at ${clock.now()}`)
    clock.setTimer(5, () => ran.push(`c at ${clock.now()}`))
  })
  clock.setTimer(31, () => ran.push('too late'))
  clock.advance(30)
  expect(ran).toEqual(['a at 1010', 'c at 1015', 'b at 1020'])
  expect(clock.now()).toBe(1030)
  for (const ms of [-1, Number.NaN, Infinity]) expect(() => clock.advance(ms)).toThrow(RangeError)
  expect(clock.now()).toBe(1030)
})
