import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AuthenticationError, ConnectionError } from '../../../../src/errors/client-errors.ts'
import { LoginPace } from '../../../../src/network/sasl/login-pace.ts'

const refused = new AuthenticationError('wrong password')

beforeEach(() => vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }))
afterEach(() => vi.useRealTimers())

/** How long the next login waits, in milliseconds of the clock that is moved here. */
async function waitOf(pace: LoginPace, limitMs = Infinity): Promise<number> {
  const started = performance.now()
  const turn = pace.turn(limitMs, new AbortController().signal)
  await vi.runAllTimersAsync()
  await turn
  return performance.now() - started
}

describe('logins of a client', () => {
  it('begin at once while none was refused, and again when one was accepted', async () => {
    const pace = new LoginPace()
    expect(await waitOf(pace)).toBe(0)
    pace.onFailed(refused)
    expect(await waitOf(pace)).toBeGreaterThan(0)
    pace.onFailed(refused)
    pace.onAccepted()
    expect(await waitOf(pace)).toBe(0)
  })

  it('wait for longer and longer while they are refused, up to a second', async () => {
    const pace = new LoginPace()
    const waits: number[] = []
    for (let i = 0; i < 8; i++) {
      pace.onFailed(refused)
      waits.push(await waitOf(pace))
    }
    const expected = [50, 100, 200, 400, 800, 1000, 1000, 1000]
    for (const [i, ms] of expected.entries()) {
      // A fifth more or less by chance, and whole milliseconds of a timer.
      expect(waits[i]).toBeGreaterThanOrEqual(ms * 0.8)
      expect(waits[i]).toBeLessThanOrEqual(Math.min(1000, ms * 1.2) + 1)
    }
  })

  it('do not wait for what is no refusal, nor beyond their time limit, nor when the connection has ended', async () => {
    const pace = new LoginPace()
    pace.onFailed(new ConnectionError('broker:9092', 'lost'))
    expect(await waitOf(pace)).toBe(0)
    for (let i = 0; i < 8; i++) pace.onFailed(refused)
    expect(await waitOf(pace, 100)).toBe(100)
    const ended = new Error('closed')
    pace.onFailed(refused)
    await expect(pace.turn(Infinity, AbortSignal.abort(ended))).rejects.toBe(ended)
  })
})
