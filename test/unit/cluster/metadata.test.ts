import { describe, expect, it, onTestFinished, vi } from 'vitest'
import { BrokerError } from '../../../src/errors/broker-error.ts'
import { ClosedError, TimeoutError } from '../../../src/errors/client-errors.ts'
import { type Asked, Peer } from '../../support/peer.ts'
import { failure } from '../network/support.ts'
import { type ClientOptions, clientOf, cluster, type MetadataAnswer, topic, topicsOf } from './support.ts'

const UNKNOWN_TOPIC = 3

/** A cluster of one broker, whose Metadata requests the test answers itself. */
async function oneBroker(options: ClientOptions = {}) {
  const peer = await Peer.start()
  const client = clientOf([peer.address], options)
  const answerNext = async (...topics: MetadataAnswer['topics']): Promise<Asked> => {
    const asked = await peer.next()
    asked.answer('Metadata', cluster([peer], ...topics))
    return asked
  }
  return { peer, client, metadata: client.metadata, answerNext }
}

/** The same, but the broker gives these answers by itself; the last one for ever. */
async function scripted(answers: readonly MetadataAnswer['topics'][], options: ClientOptions = {}) {
  const asked: Asked[] = []
  const peer: Peer = await Peer.start({
    script: {
      Metadata: each => {
        asked.push(each)
        return cluster([peer], ...answers[Math.min(asked.length, answers.length) - 1]!)
      },
    },
  })
  const client = clientOf([peer.address], options)
  return { asked, client, metadata: client.metadata }
}

describe('refreshing', () => {
  it('that is asked for while it runs happens once more, for all who asked', async () => {
    const { peer, metadata } = await oneBroker()
    const done: string[] = []
    const refresh = (name: string) => metadata.refresh().then(() => done.push(name))
    const first = refresh('first')
    const asked = await peer.next()
    const others = [refresh('second'), refresh('third')]
    asked.answer('Metadata', cluster([peer]))
    await first
    const again = await peer.next()
    // The answer to the first question may be older than the calls that came after it.
    expect(done).toEqual(['first'])
    again.answer('Metadata', { ...cluster([peer]), clusterId: 'younger' })
    await Promise.all(others)
    expect([done, metadata.snapshot.clusterId]).toEqual([['first', 'second', 'third'], 'younger'])
    // No third question is under way: the next one is the next that is asked for.
    const later = refresh('later')
    const last = await peer.next()
    expect(last.correlationId).toBe(again.correlationId + 1)
    const latest = refresh('latest')
    last.answer('Metadata', cluster([peer]))
    await later
    ;(await peer.next()).answer('Metadata', { ...cluster([peer]), clusterId: 'youngest' })
    await latest
    expect(metadata.snapshot.clusterId).toBe('youngest')
  })

  it('that fails does not fail the one after it', async () => {
    const { peer, metadata } = await oneBroker()
    const first = metadata.refresh()
    const asked = await peer.next()
    const second = metadata.refresh()
    const error = failure(first)
    asked.socket.destroy()
    expect(await error).toMatchObject({ code: 'CONNECTION' })
    ;(await peer.next()).answer('Metadata', cluster([peer]))
    await second
  })

  it('fails with the error of the answer as a whole', async () => {
    const { peer, metadata } = await oneBroker()
    const error = failure(metadata.refresh())
    ;(await peer.next()).answer('Metadata', { ...cluster([peer]), errorCode: 31 })
    expect(await error).toMatchObject({ brokerName: 'CLUSTER_AUTHORIZATION_FAILED' })
  })

  it('tells those who listen', async () => {
    const { metadata } = await scripted([[]])
    const listener = vi.fn()
    const stop = metadata.onChange(listener)
    await metadata.refresh()
    expect(listener).toHaveBeenCalledTimes(1)
    stop()
    await metadata.refresh()
    expect(listener).toHaveBeenCalledTimes(1)
  })

  it('happens by itself every metadata.refreshFrequencyMs, also after it failed', async () => {
    const warn = vi.fn()
    const { peer, metadata, answerNext } = await oneBroker({ metadata: { refreshFrequencyMs: 10 }, warn })
    const first = metadata.refresh()
    await answerNext()
    await first
    ;(await peer.next()).socket.destroy()
    await answerNext()
    await answerNext()
    expect(warn.mock.calls.map(([message]) => message)).toEqual(['metadata could not be refreshed'])
  })

  it('does not take an answer that knows no brokers, from a broker that is just starting', async () => {
    const { peer, metadata, answerNext } = await oneBroker()
    const first = metadata.lookUp('a')
    await answerNext(topic('a'))
    await first
    const before = metadata.snapshot
    const error = failure(metadata.refresh())
    ;(await peer.next()).answer('Metadata', { brokers: [], topics: [topic('a', { errorCode: UNKNOWN_TOPIC })] })
    expect(await error).toMatchObject({
      remedy: 'refresh-metadata',
      message: expect.stringContaining('knows of no brokers'),
    })
    expect(metadata.snapshot).toBe(before)
    // Its connection is still there and in use.
    const again = metadata.refresh()
    expect((await answerNext(topic('a'))).socket).toBe(peer.sockets.at(-1))
    await again
  })
})

describe('looking a topic up', () => {
  it('asks for it, and from then on for all topics in use', async () => {
    const { metadata, answerNext } = await oneBroker()
    const first = metadata.lookUp('a')
    expect(topicsOf(await answerNext(topic('a')))).toEqual(['a'])
    expect((await first).name).toBe('a')
    // What is known is not asked for again.
    await metadata.lookUp('a')
    const second = metadata.lookUp('b')
    expect(topicsOf(await answerNext(topic('a')))).toEqual(['a'])
    expect(topicsOf(await answerNext(topic('b')))).toEqual(['b'])
    await second
    const refresh = metadata.refresh()
    expect(topicsOf(await answerNext())).toEqual(['a', 'b'])
    await refresh
  })

  it('that is given up keeps up to date what it has found', async () => {
    let waits = 0
    const backoff = () => {
      waits++
      return 1_000_000
    }
    const { peer, metadata, answerNext } = await oneBroker({ metadata: { retry: { backoff } } })
    const user = new AbortController()
    const impatient = failure(metadata.lookUp('a', { signal: user.signal }))
    await answerNext(topic('a', { errorCode: UNKNOWN_TOPIC }))
    while (waits === 0) await new Promise(resolve => setImmediate(resolve))
    // Between two tries somebody else asks, and finds it.
    const other = metadata.refresh()
    const asked = await peer.next()
    expect(topicsOf(asked)).toEqual(['a'])
    user.abort(new Error('enough'))
    await impatient
    asked.answer('Metadata', cluster([peer], topic('a', { leaderEpoch: 1 })))
    await other
    expect(metadata.topic('a')?.partitions[0]?.leaderEpoch).toBe(1)
    const refresh = metadata.refresh()
    expect(topicsOf(await answerNext(topic('a', { leaderEpoch: 2 })))).toEqual(['a'])
    await refresh
    expect(metadata.topic('a')?.partitions[0]?.leaderEpoch).toBe(2)
  })

  it('asks for it once, where it is known and wanted anew', async () => {
    const { asked, metadata } = await scripted([[topic('a')], [topic('a', { leaderEpoch: 1 })]])
    await metadata.lookUp('a')
    expect((await metadata.lookUp('a', { anew: true })).partitions[0]?.leaderEpoch).toBe(1)
    expect(asked.map(topicsOf)).toEqual([['a'], ['a']])
  })

  it('is tried again while the topic may still come to be', async () => {
    const { asked, metadata } = await scripted([
      [topic('a', { errorCode: UNKNOWN_TOPIC })],
      [topic('a', { errorCode: 5 })],
      [],
      [topic('a')],
    ])
    expect((await metadata.lookUp('a')).partitions).toHaveLength(1)
    expect(asked).toHaveLength(4)
  })

  it('fails by name after metadata.retry.max further tries', async () => {
    const retry = { max: 2, backoff: () => 0 }
    const { asked, metadata } = await scripted([[topic('a', { errorCode: UNKNOWN_TOPIC })]], { metadata: { retry } })
    const error = await failure(metadata.lookUp('a'))
    expect(error).toBeInstanceOf(BrokerError)
    expect(error.message).toMatch(/^topic "a": UNKNOWN_TOPIC_OR_PARTITION/)
    expect(asked).toHaveLength(3)
    // A topic that was not found is not in use.
    await metadata.refresh()
    expect(topicsOf(asked[3]!)).toEqual([])
  })

  it.each([
    [17, 'INVALID_TOPIC_EXCEPTION'],
    [29, 'TOPIC_AUTHORIZATION_FAILED'],
  ])('fails at once where another try would not help: code %i', async (errorCode, name) => {
    const { asked, metadata } = await scripted([[topic('a', { errorCode })]])
    expect(await failure(metadata.lookUp('a'))).toMatchObject({ brokerName: name })
    expect(asked).toHaveLength(1)
  })

  it('fails when it takes longer than metadata.timeoutMs, and says what went wrong last', async () => {
    const retry = { max: Infinity, backoff: () => 1 }
    const options = { metadata: { timeoutMs: 30, retry } }
    const { metadata } = await scripted([[topic('a', { errorCode: UNKNOWN_TOPIC })]], options)
    const error = await failure(metadata.lookUp('a'))
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toMatch(
      /^metadata of topic "a" was not there within metadata\.timeoutMs \(30 ms\); the last error was: .*UNKNOWN_TOPIC/,
    )
    expect(error.cause).toBeInstanceOf(BrokerError)
  })

  it('fails in time when the broker does not answer at all', async () => {
    const { metadata } = await oneBroker({ metadata: { timeoutMs: 30 } })
    expect(await failure(metadata.lookUp('a'))).toBeInstanceOf(TimeoutError)
  })

  it('ends with the signal of the caller, and goes on for others', async () => {
    const { peer, metadata } = await oneBroker()
    const user = new AbortController()
    const impatient = failure(metadata.lookUp('a', { signal: user.signal }))
    const patient = metadata.lookUp('a')
    const asked = await peer.next()
    const reason = new Error('enough')
    user.abort(reason)
    expect(await impatient).toBe(reason)
    asked.answer('Metadata', cluster([peer]))
    const again = await peer.next()
    expect(topicsOf(again)).toEqual(['a'])
    again.answer('Metadata', cluster([peer], topic('a')))
    expect((await patient).name).toBe('a')
  })

  it('ends when the client is closed', async () => {
    const { peer, client, metadata } = await oneBroker()
    const waiting = failure(metadata.lookUp('a'))
    const asked = await peer.next()
    client.close()
    expect(await waiting).toBeInstanceOf(ClosedError)
    if (!asked.socket.closed) await new Promise(resolve => asked.socket.once('close', resolve))
  })
})

describe('what the broker is asked', () => {
  it('may create the topics that are looked up, but a mere refresh brings none back that was deleted', async () => {
    const { asked, metadata } = await scripted([[topic('a')], [topic('a', { errorCode: UNKNOWN_TOPIC })]])
    await metadata.lookUp('a')
    await metadata.refresh()
    expect(metadata.topic('a')).toBeUndefined()
    await metadata.refresh()
    const questions = asked.map(each => [topicsOf(each), each.body('Metadata').allowAutoTopicCreation])
    expect(questions).toEqual([
      [['a'], true],
      [['a'], false],
      [['a'], false],
    ])
  })

  it('brings none back that was deleted while another one is looked up', async () => {
    const { asked, metadata } = await scripted([[topic('a')], [topic('a', { errorCode: UNKNOWN_TOPIC })], [topic('b')]])
    await metadata.lookUp('a')
    await metadata.lookUp('b')
    const questions = asked.map(each => [topicsOf(each), each.body('Metadata').allowAutoTopicCreation])
    expect(questions).toEqual([
      [['a'], true],
      [['a'], false],
      [['b'], true],
    ])
  })

  it('creates nothing where metadata.allowAutoTopicCreation is off, and the error says that it is', async () => {
    const options = { metadata: { allowAutoTopicCreation: false, retry: { max: 0 } } }
    const { asked, metadata } = await scripted([[topic('a', { errorCode: UNKNOWN_TOPIC })]], options)
    const error = await failure(metadata.lookUp('a'))
    expect(error.message).toContain('topic "a" (metadata.allowAutoTopicCreation is off)')
    expect(asked[0]!.body('Metadata').allowAutoTopicCreation).toBe(false)
  })

  it('is for all topics where metadata.full is on', async () => {
    const { asked, metadata } = await scripted([[topic('a'), topic('b')]], { metadata: { full: true } })
    await metadata.ready()
    expect(topicsOf(asked[0]!)).toBeNull()
    expect((await metadata.lookUp('b')).name).toBe('b')
    expect(asked).toHaveLength(1)
  })

  it('is for all topics, and for one that may be created, where metadata.full is on and one is looked up', async () => {
    const { asked, metadata } = await scripted([[], [], [topic('a')]], { metadata: { full: true } })
    await metadata.ready()
    await metadata.lookUp('a')
    const questions = asked.map(each => [topicsOf(each), each.body('Metadata').allowAutoTopicCreation])
    expect(questions).toEqual([
      [null, false],
      [null, false],
      [['a'], true],
    ])
  })

  it('tells of topics that are gone, where it is for all topics', async () => {
    const { metadata } = await scripted([[topic('a'), topic('b')], [topic('b')]], { metadata: { full: true } })
    await metadata.ready()
    expect([...metadata.snapshot.topics.keys()]).toEqual(['a', 'b'])
    await metadata.refresh()
    expect([...metadata.snapshot.topics.keys()]).toEqual(['b'])
  })

  it('is an empty list for all topics where the broker knows only version 0', async () => {
    const asked: Asked[] = []
    const peer: Peer = await Peer.start({
      offers: { Metadata: { min: 0, max: 0 } },
      script: {
        Metadata: each => {
          asked.push(each)
          return { brokers: [{ nodeId: 1, ...peer.address }], topics: [topic('a')] }
        },
      },
    })
    const { metadata } = clientOf([peer.address], { metadata: { full: true } })
    await metadata.ready()
    expect([asked[0]!.version, topicsOf(asked[0]!), metadata.topic('a')?.name]).toEqual([0, [], 'a'])
  })

  it('is for no topic where none is in use', async () => {
    const { asked, metadata } = await scripted([[]])
    await Promise.all([metadata.ready(), metadata.ready()])
    await metadata.ready()
    expect(asked.length).toBeGreaterThan(0)
    for (const each of asked) expect(topicsOf(each)).toEqual([])
  })
})

describe('the timer of a client that is closed', () => {
  it('is gone', async () => {
    const clear = vi.spyOn(globalThis, 'clearTimeout')
    onTestFinished(() => clear.mockRestore())
    const set = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => set.mockRestore())
    const { client, metadata } = await scripted([[]], { metadata: { refreshFrequencyMs: 123_456 } })
    await metadata.ready()
    const armed = set.mock.calls.findIndex(([, ms]) => ms === 123_456)
    expect(armed).toBeGreaterThanOrEqual(0)
    client.close()
    expect(clear).toHaveBeenCalledWith(set.mock.results[armed]!.value)
  })
})

describe('leaders that a broker tells of beside its error', () => {
  const hint = { topic: 'a', partition: 0, leaderId: 2, leaderEpoch: 1 }

  it('are known at once, without a refresh, and listeners hear of them', async () => {
    const { asked, client, metadata } = await scripted([[topic('a')]])
    const second = await Peer.start({ script: { Metadata: () => cluster([]) } })
    await metadata.lookUp('a')
    const leaders: number[] = []
    metadata.onChange(() => leaders.push(client.leader('a', 0).broker.nodeId))
    const refreshes = asked.length
    expect(metadata.learnLeaders([hint], [{ nodeId: 2, ...second.address, rack: null }])).toBe(true)
    expect(leaders).toEqual([2])
    const { broker, leaderEpoch } = client.leader('a', 0)
    expect([broker.address, leaderEpoch]).toEqual([second.address, 1])
    await broker.connection('general')
    expect([second.sockets.length, asked.length]).toEqual([1, refreshes])
  })

  it('are told to nobody where they are no news', async () => {
    const { client, metadata } = await scripted([[topic('a', { leaderEpoch: 1 })]])
    await metadata.lookUp('a')
    const listener = vi.fn()
    metadata.onChange(listener)
    expect(metadata.learnLeaders([hint], [{ nodeId: 2, host: '127.0.0.1', port: 1, rack: null }])).toBe(false)
    expect(metadata.learnLeaders([], [])).toBe(false)
    expect(listener).not.toHaveBeenCalled()
    expect(client.leader('a', 0).broker.nodeId).toBe(1)
  })

  it('stand against a refresh by a broker that lags behind', async () => {
    const { client, metadata } = await scripted([[topic('a')]])
    await metadata.lookUp('a')
    metadata.learnLeaders([{ ...hint, leaderId: 1 }], [])
    await metadata.refresh()
    expect(client.leader('a', 0).leaderEpoch).toBe(1)
  })

  it('are of no use to a client that is closed', async () => {
    const { client, metadata } = await scripted([[topic('a')]])
    await metadata.lookUp('a')
    client.close()
    expect(metadata.learnLeaders([{ ...hint, leaderId: 1 }], [])).toBe(false)
  })
})
