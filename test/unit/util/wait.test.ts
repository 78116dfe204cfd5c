import { getEventListeners } from 'node:events'
import { describe, expect, it, vi } from 'vitest'
import { abortable, eitherSignal, onAbort, sleep, within } from '../../../src/util/wait.ts'

const reason = new Error('enough')

/** How many still listen to a signal. */
function listeners({ signal }: AbortController): number {
  return getEventListeners(signal, 'abort').length
}

describe('onAbort', () => {
  it('calls all who listen, each as often as it listens, through one listener of the signal', () => {
    const user = new AbortController()
    const [one, other] = [vi.fn(), vi.fn()]
    for (const listener of [one, other, other]) onAbort(user.signal, listener)
    expect(listeners(user)).toBe(1)
    expect([one, other].map(({ mock }) => mock.calls.length)).toEqual([0, 0])
    user.abort(reason)
    expect([one, other].map(({ mock }) => mock.calls.length)).toEqual([1, 2])
  })

  it('calls at once where the signal is aborted already', () => {
    const listener = vi.fn()
    onAbort(AbortSignal.abort(reason), listener)()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('lets go of the signal with the last who listens, and takes hold of it again', () => {
    const user = new AbortController()
    const [left, stays, late] = [vi.fn(), vi.fn(), vi.fn()]
    const [forgetLeft, forgetStays] = [onAbort(user.signal, left), onAbort(user.signal, stays)]
    forgetLeft()
    expect(listeners(user)).toBe(1)
    forgetStays()
    expect(listeners(user)).toBe(0)
    onAbort(user.signal, late)
    // To let go twice must not take away what others have taken hold of since.
    forgetStays()
    onAbort(user.signal, late)
    expect(listeners(user)).toBe(1)
    user.abort(reason)
    expect([left, stays, late].map(({ mock }) => mock.calls.length)).toEqual([0, 0, 2])
  })

  it('does not call those who let go while others are called', () => {
    const user = new AbortController()
    const second = vi.fn()
    onAbort(user.signal, () => forget())
    const forget = onAbort(user.signal, second)
    user.abort(reason)
    expect(second).not.toHaveBeenCalled()
  })
})

describe('within', () => {
  const late = () => reason

  it('gives the outcome of the promise, and leaves no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = timers()
    expect(await within(Promise.resolve(1), 1_000_000, late)).toBe(1)
    await expect(within(Promise.reject(new Error('other')), 1_000_000, late)).rejects.toThrow('other')
    expect(timers()).toBe(before)
  })

  it('rejects with another error when the promise takes longer', async () => {
    await expect(within(new Promise(() => {}), 1, late)).rejects.toBe(reason)
  })
})

describe('abortable', () => {
  it('gives the outcome of the promise, and lets go of the signal', async () => {
    const user = new AbortController()
    expect(await abortable(Promise.resolve(1), user.signal)).toBe(1)
    await expect(abortable(Promise.reject(reason), user.signal)).rejects.toBe(reason)
    expect(await abortable(Promise.resolve(2), undefined)).toBe(2)
    expect(listeners(user)).toBe(0)
  })

  it('rejects with the reason of the signal, and takes care of what comes later', async () => {
    const user = new AbortController()
    let fail!: (error: Error) => void
    const waiting = abortable(new Promise((_, reject) => (fail = reject)), user.signal)
    user.abort(reason)
    await expect(waiting).rejects.toBe(reason)
    // Unhandled, this would fail the run.
    fail(new Error('late'))
    await expect(abortable(Promise.resolve(1), user.signal)).rejects.toBe(reason)
  })
})

describe('sleep', () => {
  it('ends after its time, and lets go of the signal', async () => {
    const user = new AbortController()
    await sleep(1, user.signal)
    await sleep(0, user.signal)
    expect(listeners(user)).toBe(0)
  })

  it('ends with the signal and leaves no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = timers()
    const user = new AbortController()
    const sleeping = sleep(1_000_000, user.signal)
    expect(timers()).toBe(before + 1)
    user.abort(reason)
    await expect(sleeping).rejects.toBe(reason)
    expect(timers()).toBe(before)
    await expect(sleep(1_000_000, user.signal)).rejects.toBe(reason)
    expect(timers()).toBe(before)
  })
})

describe('eitherSignal', () => {
  it.each([0, 1])('is aborted with the first of the two: number %i', which => {
    const both = [new AbortController(), new AbortController()] as const
    const { signal } = eitherSignal(both[0].signal, both[1].signal)
    expect(signal.aborted).toBe(false)
    both[which]!.abort(reason)
    expect([signal.aborted, signal.reason]).toEqual([true, reason])
  })

  it.each([0, 1])('is aborted from the start where one is: number %i', which => {
    const both = [new AbortController(), new AbortController()] as const
    both[which]!.abort(reason)
    expect(eitherSignal(both[0].signal, both[1].signal).signal.reason).toBe(reason)
  })

  it('lets go of both', () => {
    const [first, second] = [new AbortController(), new AbortController()]
    const { signal, dispose } = eitherSignal(first.signal, second.signal)
    expect([listeners(first), listeners(second)]).toEqual([1, 1])
    dispose()
    expect([listeners(first), listeners(second)]).toEqual([0, 0])
    first.abort(reason)
    expect(signal.aborted).toBe(false)
  })

  it('is the first where there is no second', () => {
    const { signal } = new AbortController()
    expect(eitherSignal(signal, undefined).signal).toBe(signal)
  })
})
