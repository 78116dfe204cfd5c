import { describe, expect, it, vi } from 'vitest'
import { errorCodes } from '../../../src/errors/broker-codes.ts'
import { brokerError } from '../../../src/errors/broker-error.ts'
import { ConnectionError, ProtocolError } from '../../../src/errors/client-errors.ts'
import { retrying } from '../../../src/util/retry.ts'

const { signal } = new AbortController()
const policy = { max: 2, backoffMs: 1000, maxBackoffMs: 1000, backoff: () => 0 }
const broken = new ConnectionError('a:1', 'broken')

/** A call that fails with these errors and then succeeds. */
function failing(...errors: readonly Error[]) {
  let calls = 0
  return vi.fn(async () => {
    const error = errors[calls++]
    if (error !== undefined) throw error
    return 'done'
  })
}

describe('retrying', () => {
  it.each([
    ['refresh-metadata', broken],
    ['retry', brokerError(errorCodes.REQUEST_TIMED_OUT, 'x')],
    ['find-coordinator', brokerError(errorCodes.NOT_COORDINATOR, 'x')],
  ])('calls again after an error that may heal: %s', async (_, error) => {
    const call = failing(error, error)
    expect(await retrying(policy, { signal }, call)).toBe('done')
    expect(call).toHaveBeenCalledTimes(3)
  })

  it('throws the last error when the tries are used up', async () => {
    const call = failing(broken, broken, new ConnectionError('a:1', 'last'))
    await expect(retrying(policy, { signal }, call)).rejects.toThrow('last')
    expect(call).toHaveBeenCalledTimes(3)
  })

  it.each([
    ['one that no other try would heal', new ProtocolError('bytes')],
    ['one that asks for something else', brokerError(errorCodes.ILLEGAL_GENERATION, 'x')],
    ['a fatal one', brokerError(errorCodes.INVALID_PRODUCER_EPOCH, 'x')],
    ['a bug', new TypeError('bug')],
  ])('throws other errors at once: %s', async (_, error) => {
    const call = failing(error)
    await expect(retrying(policy, { signal }, call)).rejects.toBe(error)
    expect(call).toHaveBeenCalledTimes(1)
  })

  it('tells of each error before it waits, and ends with what that throws', async () => {
    const seen: unknown[] = []
    const backoff = vi.fn(() => 0)
    const onRetry = async (error: Error, attempt: number) => {
      seen.push([attempt, backoff.mock.calls.length, error.message])
      if (attempt === 2) throw new Error('no more')
    }
    const call = failing(broken, broken)
    await expect(retrying({ ...policy, backoff }, { signal, onRetry }, call)).rejects.toThrow('no more')
    expect(seen).toEqual([
      [1, 0, 'broken'],
      [2, 1, 'broken'],
    ])
    expect(backoff.mock.calls).toEqual([[1, broken]])
  })

  it('ends with the signal: before the first call, during the wait, and after a failed call', async () => {
    const reason = new Error('enough')
    const call = failing(broken)
    await expect(retrying(policy, { signal: AbortSignal.abort(reason) }, call)).rejects.toBe(reason)
    expect(call).not.toHaveBeenCalled()

    const user = new AbortController()
    const long = { ...policy, backoff: () => 1_000_000 }
    const waiting = retrying(
      long,
      { signal: user.signal, onRetry: () => queueMicrotask(() => user.abort(reason)) },
      call,
    )
    await expect(waiting).rejects.toBe(reason)
    expect(call).toHaveBeenCalledTimes(1)

    const other = new AbortController()
    const aborting = vi.fn(async () => {
      other.abort(reason)
      throw broken
    })
    await expect(retrying(policy, { signal: other.signal }, aborting)).rejects.toBe(broken)
    expect(aborting).toHaveBeenCalledTimes(1)
  })
})
