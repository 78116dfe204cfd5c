import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { AuthenticationError, ConnectionError } from '../../../../src/errors/client-errors.ts'
import { LoginPace } from '../../../../src/network/sasl/login-pace.ts'

const refused = new AuthenticationError('wrong password')

// The clock stands still.
beforeEach(() => vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => vi.useRealTimers())

describe('logins of a client', () => {
  it('begin at once while none was refused, and again when one was accepted', () => {
    const pace = new LoginPace()
    expect(pace.waitMs).toBe(0)
    pace.onFailed(refused)
    expect(pace.waitMs).toBeGreaterThan(0)
    pace.onAccepted()
    expect(pace.waitMs).toBe(0)
  })

  it('wait for longer and longer while they are refused, up to a second', () => {
    const pace = new LoginPace()
    for (const ms of [50, 100, 200, 400, 800, 1000, 1000, 1000]) {
      pace.onFailed(refused)
      // A fifth more or less by chance.
      expect(pace.waitMs).toBeGreaterThanOrEqual(ms * 0.8)
      expect(pace.waitMs).toBeLessThanOrEqual(Math.min(1000, ms * 1.2))
    }
  })

  it('wait no more when the time has passed, nor for what is no refusal', () => {
    const pace = new LoginPace()
    pace.onFailed(new ConnectionError('broker:9092', 'lost'))
    expect(pace.waitMs).toBe(0)
    pace.onFailed(refused)
    vi.advanceTimersByTime(60)
    expect(pace.waitMs).toBe(0)
  })
})
