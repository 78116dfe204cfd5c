import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { ClosedError, TimeoutError } from '../../../src/errors/client-errors.ts'
import type { Connection } from '../../../src/network/connection.ts'
import type { ThrottleEvent } from '../../../src/observe/hooks.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { type Asked, offered, Peer } from '../../support/peer.ts'
import { about, answerAbout, closed, failure, open, topicOf } from './support.ts'

const { Metadata, Produce } = apis
const HOUR_MS = 3_600_000

/** Stops the clock of the connections, which a test then moves; sockets go on. */
function stoppedClock() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
  onTestFinished(() => void vi.useRealTimers())
  return { pass: (ms: number) => void vi.advanceTimersByTime(ms) }
}

/** A connection to a peer that keeps what it gets. */
async function connected(options: Parameters<typeof open>[1] = {}) {
  const got: Asked[] = []
  const peer = await Peer.start({
    script: {
      Metadata: asked => {
        got.push(asked)
        return undefined
      },
    },
  })
  const connection = await open(peer, options)
  // The clock may pass by hours.
  const other = await open(peer, { net: { idleMs: 0 } })
  /** All that the connection has sent until now has arrived: the peer reads it before what another sends later. */
  const arrived = async (): Promise<string[]> => {
    const answer = other.request(Metadata, about('other'))
    for (;;) {
      const asked = await peer.next()
      if (asked.api.name !== 'Metadata' || topicOf(asked) !== 'other') continue
      answerAbout(asked)
      await answer
      return got.map(topicOf).filter(topic => topic !== 'other')
    }
  }
  const ask = (topic: string, timeoutMs?: number) => connection.request(Metadata, about(topic), { timeoutMs })
  const find = (topic: string) => got.find(asked => topicOf(asked) === topic)!
  return { peer, connection, arrived, ask, find }
}

function throttle(asked: Asked, throttleTimeMs: number): void {
  asked.answer('Metadata', { brokers: [], topics: [], clusterId: topicOf(asked), throttleTimeMs })
}

/** A connection whose broker has just said that it is over a quota. */
async function throttled(throttleTimeMs: number, options: Parameters<typeof open>[1] = {}) {
  const all = await connected(options)
  const first = all.ask('first')
  await all.arrived()
  throttle(all.find('first'), throttleTimeMs)
  await first
  return all
}

describe('a broker that throttles', () => {
  it('gets no further request until its time is over, and then those that wait', async () => {
    const { pass } = stoppedClock()
    const { arrived, ask, find } = await throttled(1_000)
    const answers = [ask('a'), ask('b')]
    pass(999)
    expect(await arrived()).toEqual(['first'])
    pass(1)
    expect(await arrived()).toEqual(['first', 'a', 'b'])
    for (const topic of ['a', 'b']) answerAbout(find(topic))
    expect((await Promise.all(answers)).map(({ clusterId }) => clusterId)).toEqual(['a', 'b'])
  })

  it('goes on answering what it has got', async () => {
    stoppedClock()
    const { connection, arrived, ask, find } = await connected({ net: { maxOpenRequests: 2 } })
    const [first, second, third] = [ask('first'), ask('second'), ask('third')]
    await arrived()
    throttle(find('first'), 1_000)
    await first
    answerAbout(find('second'))
    expect((await second).clusterId).toBe('second')
    expect(await arrived()).toEqual(['first', 'second'])
    expect(connection.pending).toBe(1)
    connection.close()
    expect(await failure(third)).toBeInstanceOf(ClosedError)
  })

  it.each([
    ['a later answer means a later end', [1_000, 3_000], 3_000],
    ['a later answer means an earlier end', [3_000, 1_000], 3_000],
    ['a later answer says nothing', [3_000, 0], 3_000],
  ])('is obeyed to the last: %s', async (_, [one, two], end) => {
    const { pass } = stoppedClock()
    const { arrived, ask, find } = await connected()
    const both = [ask('one'), ask('two')]
    await arrived()
    throttle(find('one'), one!)
    throttle(find('two'), two!)
    await Promise.all(both)
    const answer = ask('a')
    pass(end - 1)
    expect(await arrived()).toEqual(['one', 'two'])
    pass(1)
    expect(await arrived()).toEqual(['one', 'two', 'a'])
    answerAbout(find('a'))
    await answer
  })

  it('may do so again', async () => {
    const { pass } = stoppedClock()
    const { arrived, ask, find } = await throttled(1_000)
    pass(1_000)
    const a = ask('a')
    await arrived()
    throttle(find('a'), 1_000)
    await a
    const b = ask('b')
    pass(999)
    expect(await arrived()).toEqual(['first', 'a'])
    pass(1)
    await arrived()
    answerAbout(find('b'))
    await b
  })

  it('may do so with its very first answer', async () => {
    const { pass } = stoppedClock()
    const peer = await Peer.start({
      script: { ApiVersions: () => ({ errorCode: 0, apiKeys: offered(), throttleTimeMs: 1_000 }) },
    })
    const connection = await open(peer)
    const answer = connection.request(Metadata, about('a'))
    expect(connection.pending).toBe(1)
    const arrival = peer.next().then(asked => ({ asked, at: performance.now() }))
    const before = performance.now()
    pass(1_000)
    const { asked, at } = await arrival
    expect(at - before).toBe(1_000)
    answerAbout(asked)
    await answer
  })

  it('keeps requests without an answer waiting too', async () => {
    const { pass } = stoppedClock()
    const { peer, connection, arrived } = await throttled(1_000)
    let isSent = false
    const sending = connection.sendOnly(Produce, { acks: 0, timeoutMs: 1, topicData: [] }).then(() => {
      isSent = true
    })
    await arrived()
    expect(isSent).toBe(false)
    pass(1_000)
    await sending
    for (let name = ''; name !== 'Produce'; ) name = (await peer.next()).api.name
  })

  it('means nothing by a negative time', async () => {
    stoppedClock()
    const { arrived, ask, find } = await throttled(-1)
    const answer = ask('a')
    expect(await arrived()).toEqual(['first', 'a'])
    answerAbout(find('a'))
    await answer
  })
})

describe('a request that waits for a throttling broker', () => {
  it('waits no longer than its own time limit, and says why', async () => {
    const { pass } = stoppedClock()
    const { connection, arrived, ask, find } = await throttled(10_000)
    const [hasty, patient] = [failure(ask('hasty', 500)), ask('patient', 20_000)]
    pass(499)
    expect(connection.pending).toBe(2)
    pass(1)
    const error = await hasty
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error).toMatchObject({ retriable: true })
    expect(error.message).toMatch(
      /^Metadata v\d+ could not be sent within its time limit \(500 ms\): broker 1 throttles this client for 10000 ms/,
    )
    // The connection is none the worse for it.
    pass(9_500)
    expect(await arrived()).toEqual(['first', 'patient'])
    answerAbout(find('patient'))
    await patient
  })

  it('has waited for the broker only since that throttles', async () => {
    const { pass } = stoppedClock()
    const { arrived, ask, find } = await connected({ net: { maxOpenRequests: 1 } })
    const first = ask('first')
    const waiting = failure(ask('waiting', 500))
    pass(1_000)
    await arrived()
    throttle(find('first'), 10_000)
    await first
    let isOver = false
    void waiting.then(() => {
      isOver = true
    })
    pass(499)
    await arrived()
    expect(isOver).toBe(false)
    pass(1)
    expect(await waiting).toBeInstanceOf(TimeoutError)
  })

  it('has its whole time for the answer once it is sent', async () => {
    const { pass } = stoppedClock()
    const { connection, arrived, ask, find } = await throttled(1_000)
    const answer = ask('a', 1_500)
    pass(1_000)
    await arrived()
    pass(1_499)
    expect(connection.isClosed).toBe(false)
    answerAbout(find('a'))
    await answer
  })

  it('does not wait for ever, whatever the broker says, and after an hour it is asked again', async () => {
    const { pass } = stoppedClock()
    const { arrived, ask, find } = await throttled(0x7fffffff, { net: { idleMs: 0 } })
    const hasty = failure(ask('hasty'))
    pass(30_000)
    expect((await hasty).message).toContain('throttles this client for 2147483647 ms')
    pass(HOUR_MS - 30_001)
    const late = ask('late')
    expect(await arrived()).toEqual(['first'])
    pass(1)
    expect(await arrived()).toEqual(['first', 'late'])
    answerAbout(find('late'))
    await late
  })
})

describe('a throttled connection', () => {
  it('is not idle, until it is free to send', async () => {
    const { pass } = stoppedClock()
    const { connection, arrived } = await throttled(1_000, { net: { idleMs: 100 } })
    pass(999)
    await arrived()
    expect(connection.isClosed).toBe(false)
    pass(1)
    expect(connection.isClosed).toBe(true)
  })

  it('leaves no timer when it is closed, and rejects what waits', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const { connection, ask } = await throttled(60_000)
    const waiting = failure(ask('a'))
    const during = timers()
    connection.close()
    expect(await waiting).toEqual(new ClosedError('the connection to broker 1 was closed'))
    expect(timers()).toBe(during - 1)
  })

  it('may be closed by a hook at that moment, and leaves no timer either', async () => {
    const held: { connection?: Connection } = {}
    const { connection, peer, arrived, ask, find } = await connected({
      hooks: { onThrottle: () => held.connection?.close() },
    })
    held.connection = connection
    const [first, second] = [ask('first'), failure(ask('second'))]
    await arrived()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    throttle(find('first'), 60_000)
    expect((await first).clusterId).toBe('first')
    expect(await second).toBeInstanceOf(ClosedError)
    await closed(peer.sockets[0]!)
    expect(timers).not.toHaveBeenCalled()
  })
})

it('throttling is warned of once a connection, and hooks are told each time', async () => {
  const { pass } = stoppedClock()
  const [warn, debug] = [vi.fn(), vi.fn()]
  const events: ThrottleEvent[] = []
  const hooks = { onThrottle: (event: ThrottleEvent) => events.push(event) }
  const { arrived, ask, find } = await throttled(1_000, { hooks, logger: { warn, debug } })
  pass(1_000)
  const answer = ask('a')
  await arrived()
  throttle(find('a'), 2_000)
  await answer
  const told = [1_000, 2_000].map(throttleTimeMs => ({ broker: 'broker 1', api: 'Metadata', throttleTimeMs }))
  expect(events).toEqual(told.map(fields => ({ ...fields, nodeId: 1 })))
  const message = 'a broker throttles this client, which is over a quota'
  expect(warn.mock.calls).toEqual([[message, told[0]]])
  expect(debug.mock.calls).toEqual([[message, told[1]]])
})
