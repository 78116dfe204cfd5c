import { describe, expect, it } from 'vitest'
import { Budget } from '../../../src/consumer/budget.ts'

/** Room for 1,000 bytes, 300 a feed. */
function budgetOf(feeds: number): Budget {
  const budget = new Budget(1000, 300)
  budget.feeds = feeds
  return budget
}

describe('a budget', () => {
  it('lets each feed hold as many bytes as one fetch may bring, and that one fetch more', () => {
    const budget = budgetOf(2)
    expect([0, 1, 299, 300, 5000].map(held => budget.roomFor(held))).toEqual([300, 300, 300, 0, 0])
  })

  it('that is used up leaves a share to those who have nothing', () => {
    const budget = budgetOf(7)
    budget.add(1000)
    expect([0, 1, 299].map(held => budget.roomFor(held))).toEqual([143, 0, 0])
    expect(budget.leftBytes).toBe(0)
    budget.add(500)
    expect(budget.leftBytes).toBe(0)
  })

  it('gives nobody more than one fetch as a share', () => {
    const budget = budgetOf(2)
    budget.add(1000)
    expect(budget.roomFor(0)).toBe(300)
  })

  it('tells when there is room again for all', () => {
    const budget = budgetOf(2)
    budget.add(1200)
    expect([budget.release(200), budget.release(1), budget.release(1)]).toEqual([false, true, false])
    expect(budget.leftBytes).toBe(2)
  })
})
