import { describe, expect, it } from 'vitest'
import { advance, isBefore, Sequences } from '../../../src/producer/sequences.ts'

const LAST = 2 ** 31 - 1

describe('sequences', () => {
  it.each([
    [0, 1, 1],
    [0, 0, 0],
    [LAST - 1, 1, LAST],
    [LAST, 1, 0],
    [LAST - 2, 5, 2],
    [LAST, LAST, LAST - 1],
  ])('wrap at 2^31 - 1: %i and %i more is %i', (sequence, count, next) => {
    expect(advance(sequence, count)).toBe(next)
  })

  it.each([
    [0, 1, true],
    [1, 0, false],
    [7, 7, false],
    [LAST, 0, true],
    [0, LAST, false],
    [LAST - 5, 5, true],
    [5, LAST - 5, false],
  ])('are in order across the end: %i is before %i: %s', (one, other, isFirst) => {
    expect(isBefore(one, other)).toBe(isFirst)
  })

  it('are given away one batch after another, across the end too', () => {
    const sequences = new Sequences()
    sequences.next = LAST - 1
    expect([sequences.take(1), sequences.take(3), sequences.take(2)]).toEqual([LAST - 1, LAST, 2])
  })
})

describe('a batch that was given up', () => {
  it('leaves a hole until the broker has one that comes after it', () => {
    const sequences = new Sequences()
    expect(sequences.hasHole).toBe(false)
    sequences.onLost(LAST)
    sequences.onWritten(LAST - 3)
    expect(sequences.hasHole).toBe(true)
    sequences.onWritten(2)
    expect(sequences.hasHole).toBe(false)
  })

  it('leaves none in the sequences of a new identity', () => {
    const sequences = new Sequences()
    sequences.take(5)
    sequences.onLost(0)
    sequences.renew({ producerId: 1n, epoch: 1 })
    expect([sequences.hasHole, sequences.take(1)]).toEqual([false, 0])
  })
})
