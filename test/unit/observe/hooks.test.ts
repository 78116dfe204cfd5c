import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ConfigurationError, Kafka, type KafkaConfig } from '../../../src/index.ts'
import { asError, type Hooks, type RequestEvent, safeHooks } from '../../../src/observe/hooks.ts'

const event: RequestEvent = {
  broker: 'broker 1 (b:9092)',
  nodeId: 1,
  api: 'Metadata',
  version: 12,
  requestBytes: 40,
  responseBytes: 400,
  durationMs: 1.5,
}

function loggerSpy() {
  return { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() }
}

/** What is wrong with these hooks, as a user is told. */
function problemsOf(hooks: unknown): string[] {
  try {
    new Kafka({ brokers: 'localhost:9092', hooks } as KafkaConfig)
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    return error.problems.map(({ option, problem }) => `${option}: ${problem}`)
  }
  return []
}

class Metrics {
  requests = 0

  onRequest(_: RequestEvent): void {
    this.requests++
  }

  helper(): void {}
}

describe('hooks in the configuration', () => {
  it('may be absent, empty or any of those that there are', () => {
    const all = ['onRequest', 'onThrottle', 'onConnect', 'onDisconnect', 'onBatch', 'onDelivery', 'onError']
    for (const hooks of [undefined, {}, { onError: undefined }, Object.fromEntries(all.map(name => [name, () => {}]))])
      expect(problemsOf(hooks)).toEqual([])
  })

  it.each([
    [{ onRequests() {} }, 'hooks.onRequests: unknown option; did you mean hooks.onRequest?'],
    [{ delivered() {} }, 'hooks.delivered: unknown option'],
    [{ onError: 5 }, 'hooks.onError: must be a function, not 5'],
    [[], 'hooks: must be an object of functions, not an array'],
    [() => {}, 'hooks: must be an object of functions, not a function'],
    [null, 'hooks: must be an object of functions, not null'],
  ])('that are wrong are refused: %o', (hooks, problem) => {
    expect(problemsOf(hooks)).toEqual([problem])
  })

  it('may be methods of a class, whose other members are its own business', () => {
    class Misspelt extends Metrics {
      onRequests(): void {}
    }
    expect(problemsOf(new Metrics())).toEqual([])
    const problem = 'hooks.onRequests: unknown option; did you mean hooks.onRequest?'
    expect(problemsOf(new Misspelt())).toEqual([problem])
  })
})

describe('safe hooks', () => {
  it('are called with the events, as members of what was given', () => {
    const metrics = new Metrics()
    const hooks = safeHooks(metrics, loggerSpy())
    hooks.onRequest?.(event)
    hooks.onRequest?.(event)
    expect(metrics.requests).toBe(2)
  })

  it('are undefined where none was given, so that their events need not be made', () => {
    const hooks = safeHooks({ onError() {} }, loggerSpy())
    expect([hooks.onRequest, hooks.onBatch, hooks.onDelivery]).toEqual([undefined, undefined, undefined])
    expect(hooks.onError).toBeTypeOf('function')
  })

  it.each<[string, Hooks['onRequest']]>([
    [
      'throws',
      () => {
        throw new Error('a bug of the user')
      },
    ],
    ['gives a promise that rejects', () => Promise.reject(new Error('a bug of the user'))],
    [
      'throws what is no error',
      () => {
        throw Object.create(null)
      },
    ],
  ])('throw nothing, leave no rejection, and warn once where one %s', async (_, onRequest) => {
    const unhandled = vi.fn()
    process.on('unhandledRejection', unhandled)
    onTestFinished(() => void process.off('unhandledRejection', unhandled))
    const logger = loggerSpy()
    const hooks = safeHooks({ onRequest }, logger)
    for (let i = 0; i < 3; i++) expect(() => hooks.onRequest?.(event)).not.toThrow()
    // Unhandled rejections are told after the microtasks of a turn of the event loop.
    await new Promise(resolve => setImmediate(resolve))
    expect(unhandled).not.toHaveBeenCalled()
    expect(logger.warn.mock.calls).toEqual([['hooks.onRequest failed', { error: expect.any(String) }]])
    expect(logger.debug).toHaveBeenCalledTimes(2)
  })
})

it('an event carries an error, whatever was thrown', () => {
  const error = new TypeError('it')
  expect(asError(error)).toBe(error)
  expect(asError('it')).toMatchObject({ message: '"it"', cause: 'it' })
  expect(asError(undefined)).toMatchObject({ message: 'undefined' })
})
