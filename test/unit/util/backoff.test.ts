import { afterEach, describe, expect, it, vi } from 'vitest'
import { backoffMs } from '../../../src/util/backoff.ts'

const policy = { max: 5, backoffMs: 100, maxBackoffMs: 1000 }

describe('backoffMs', () => {
  afterEach(() => vi.restoreAllMocks())

  it('doubles from try to try, up to the longest wait', () => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    const waits = [1, 2, 3, 4, 5, 6, 5000].map(attempt => backoffMs(policy, attempt, undefined))
    expect(waits).toEqual([100, 200, 400, 800, 1000, 1000, 1000])
  })

  it('is spread by 20 % to either side, but not beyond the longest wait', () => {
    const random = vi.spyOn(Math, 'random').mockReturnValue(0)
    expect(backoffMs(policy, 1, undefined)).toBeCloseTo(80)
    expect(backoffMs(policy, 9, undefined)).toBeCloseTo(800)
    random.mockReturnValue(0.999_999_999)
    expect(backoffMs(policy, 1, undefined)).toBeCloseTo(120)
    expect(backoffMs(policy, 9, undefined)).toBe(1000)
  })

  it('may be none, for ever', () => {
    const none = { ...policy, backoffMs: 0 }
    expect([1, 2, 5000].map(attempt => backoffMs(none, attempt, undefined))).toEqual([0, 0, 0])
  })

  it('is what the function of the policy says, if there is one', () => {
    const backoff = vi.fn((attempt: number) => attempt * 7 - 10)
    const error = new Error('why')
    expect([1, 2, 3].map(attempt => backoffMs({ ...policy, backoff }, attempt, error))).toEqual([0, 4, 11])
    expect(backoff.mock.calls).toEqual([
      [1, error],
      [2, error],
      [3, error],
    ])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('a bug of the user')
      },
    ],
    ['gives NaN', () => Number.NaN],
    ['gives Infinity', () => Infinity],
    ['gives no number', () => 'soon' as unknown as number],
  ])('is what the options say where the function %s', (_, backoff) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.5)
    expect([1, 2].map(attempt => backoffMs({ ...policy, backoff }, attempt, undefined))).toEqual([100, 200])
  })

  it('is no longer than a timer can be', () => {
    expect(backoffMs({ ...policy, backoff: () => 1e300 }, 1, undefined)).toBe(2 ** 31 - 1)
  })
})
