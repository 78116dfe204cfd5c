import { describe, expect, it, onTestFinished, vi } from 'vitest'
import {
  ClosedError,
  type ConnectionError,
  MessageTooLargeError,
  ProtocolError,
  TimeoutError,
  UnsupportedVersionError,
} from '../../../src/errors/client-errors.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { type Asked, Peer } from '../../support/peer.ts'
import {
  about,
  answerAbout,
  closed,
  failure,
  fetchBody,
  fetched,
  open,
  recordsOf,
  TOPIC_ID,
  topicOf,
} from './support.ts'

const { Fetch, Metadata, Produce } = apis
const TOPICS = ['a', 'b', 'c', 'd', 'e', 'f', 'g']

describe('requests on one connection', () => {
  it('go out as they come and get each its own answer', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const answers = ['a', 'b', 'c'].map(topic => connection.request(Metadata, about(topic)))
    const asked = [await peer.next(), await peer.next(), await peer.next()]
    expect(asked.map(topicOf)).toEqual(['a', 'b', 'c'])
    expect(connection.pending).toBe(3)
    for (const each of asked) answerAbout(each)
    expect((await Promise.all(answers)).map(({ clusterId }) => clusterId)).toEqual(['a', 'b', 'c'])
    expect(connection.pending).toBe(0)
  })

  it('go on when who asked throws at the answer, which nobody catches', async () => {
    const peer = await Peer.start({
      script: { Metadata: asked => ({ brokers: [], clusterId: topicOf(asked), topics: [] }) },
    })
    const connection = await open(peer)
    const thrown: unknown[] = []
    const broken = new Error('broken')
    const guard = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(callback => {
      try {
        callback()
      } catch (error) {
        thrown.push(error)
      }
    })
    onTestFinished(() => guard.mockRestore())
    const fail = () => {
      throw broken
    }
    connection.ask(Metadata, about('a'), {}, fail, fail)
    expect(await connection.request(Metadata, about('b'))).toMatchObject({ clusterId: 'b' })
    expect(thrown).toEqual([broken])
  })

  it('are framed with their length, the client id and the negotiated version', async () => {
    const peer = await Peer.start({ offers: { Metadata: { min: 0, max: 1 } } })
    const connection = await open(peer)
    const answer = connection.request(Metadata, { topics: null })
    const asked = await peer.next()
    expect(asked.bytes.toString('hex')).toBe('00000013' + '00030001' + '00000001' + '0005' + '73616d7361' + 'ffffffff')
    asked.answer('Metadata', { brokers: [], topics: [] })
    expect(await answer).toMatchObject({ brokers: [], clusterId: null })
  })

  it('are at most net.maxOpenRequests in flight; the others wait their turn', async () => {
    const open3 = { maxOpenRequests: 3 }
    let unanswered = 0
    let most = 0
    const held: Asked[] = []
    const peer = await Peer.start({
      script: {
        Metadata: asked => {
          held.push(asked)
          most = Math.max(most, ++unanswered)
          return undefined
        },
      },
    })
    const connection = await open(peer, { net: open3 })
    const answers = TOPICS.map(topic => connection.request(Metadata, about(topic)))
    for (const _ of TOPICS) {
      answerAbout(await peer.next())
      unanswered--
    }
    expect((await Promise.all(answers)).map(({ clusterId }) => clusterId)).toEqual(TOPICS)
    expect(held.map(topicOf)).toEqual(TOPICS)
    expect(most).toBe(3)
  })

  it('have correlation ids that wrap after 2^31 - 1', async () => {
    const peer = await Peer.start()
    const connection = await open(peer, { firstCorrelationId: 0x7ffffffe })
    const ids: number[] = []
    for (const topic of ['a', 'b', 'c']) {
      const answer = connection.request(Metadata, about(topic))
      const asked = await peer.next()
      ids.push(asked.correlationId)
      answerAbout(asked)
      expect((await answer).clusterId).toBe(topic)
    }
    expect(ids).toEqual([0x7fffffff, 0, 1])
  })

  it('get answers that come in pieces', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const answer = connection.request(Metadata, about('a'))
    const asked = await peer.next()
    const bytes = asked.frame('Metadata', { brokers: [], topics: [], clusterId: 'a' })
    for (const byte of bytes) await new Promise(resolve => asked.socket.write(Buffer.from([byte]), resolve))
    expect((await answer).clusterId).toBe('a')
  })

  it('get large answers between small ones', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const sizes = [10, 1_000_000, 60_000, 5_000_000, 0]
    const answers = sizes.map(() => connection.request(Fetch, fetchBody))
    const records = sizes.map((size, i) => Buffer.alloc(size, `${i}abc`))
    for (const each of records) (await peer.next()).answer('Fetch', fetched(each))
    expect((await Promise.all(answers)).map(recordsOf).map((got, i) => got.equals(records[i]!))).toEqual(
      Array(5).fill(true),
    )
  })

  it('may be large', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const records = Buffer.alloc(3_000_000, 'abcdefg')
    const topicData = [{ name: 'a', topicId: TOPIC_ID, partitionData: [{ index: 0, records }] }]
    void connection.sendOnly(Produce, { acks: 0, timeoutMs: 1, topicData })
    const got = (await peer.next()).body('Produce').topicData[0]!.partitionData[0]!.records!
    expect(got.equals(records)).toBe(true)
  })

  it('without an answer take no slot and resolve once they are sent', async () => {
    const peer = await Peer.start()
    const connection = await open(peer, { net: { maxOpenRequests: 1 } })
    const send = (timeoutMs: number) => connection.sendOnly(Produce, { acks: 0, timeoutMs, topicData: [] })
    await Promise.all([send(1), send(2)])
    const answer = connection.request(Metadata, about('a'))
    expect((await peer.next()).body('Produce').timeoutMs).toBe(1)
    expect((await peer.next()).body('Produce').timeoutMs).toBe(2)
    answerAbout(await peer.next())
    expect((await answer).clusterId).toBe('a')
  })

  it('that fail to encode are refused alone', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const bad = connection.request(Metadata, { topics: [{ name: 'x'.repeat(40_000) }] })
    const good = connection.request(Metadata, about('b'))
    await expect(bad).rejects.toThrow(ProtocolError)
    answerAbout(await peer.next())
    expect((await good).clusterId).toBe('b')
  })

  it('that are larger than net.maxRequestBytes are not sent', async () => {
    const peer = await Peer.start()
    const connection = await open(peer, { net: { maxRequestBytes: 1024 } })
    const error = await failure(connection.request(Metadata, about('x'.repeat(2000))))
    expect(error).toBeInstanceOf(MessageTooLargeError)
    expect(error).toMatchObject({ limitBytes: 1024, message: expect.stringMatching(/net\.maxRequestBytes \(1024\)/) })
    expect((error as MessageTooLargeError).sizeBytes).toBeGreaterThan(2000)
    const good = connection.request(Metadata, about('b'))
    // The ids have no gap: the broker never saw the other.
    const asked = await peer.next()
    expect(asked.correlationId).toBe(1)
    answerAbout(asked)
    await good
  })
})

describe('the version of a request', () => {
  it('is the highest of both sides, or what the caller caps it at', async () => {
    const connection = await open(await Peer.start({ offers: { Metadata: { min: 4, max: 9 } } }))
    expect(connection.versionOf(Metadata)).toBe(9)
    expect(connection.versionOf(Metadata, 5)).toBe(5)
    expect(connection.versionOf(Metadata, 99)).toBe(9)
  })

  it('is an error where there is none, and the request is not sent', async () => {
    const peer = await Peer.start({ offers: { Produce: { min: 0, max: 2 } } })
    const connection = await open(peer)
    const request = connection.request(Produce, { acks: 1, timeoutMs: 1, topicData: [] })
    const error = await failure(request)
    expect(error).toBeInstanceOf(UnsupportedVersionError)
    expect(error.message).toBe('broker 1 offers Produce versions 0 to 2; this client knows 3 to 13')
    expect(connection.pending).toBe(0)
  })

  it('is an error where the cap is below what the broker takes', async () => {
    const connection = await open(await Peer.start({ offers: { Metadata: { min: 4, max: 9 } } }))
    expect(() => connection.versionOf(Metadata, 3)).toThrow(
      new UnsupportedVersionError('Metadata', 'broker 1 offers Metadata versions 4 to 9; this request needs at most 3'),
    )
  })
})

describe('a wait that is aborted', () => {
  it('ends, while the connection goes on and throws the late answer away', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const [user, reason] = [new AbortController(), new Error('enough')]
    const dropped = connection.request(Metadata, about('dropped'), { signal: user.signal })
    const kept = connection.request(Metadata, about('kept'))
    const asked = [await peer.next(), await peer.next()]
    user.abort(reason)
    expect(await failure(dropped)).toBe(reason)
    for (const each of asked) answerAbout(each)
    expect((await kept).clusterId).toBe('kept')
    const later = connection.request(Metadata, about('later'))
    answerAbout(await peer.next())
    expect((await later).clusterId).toBe('later')
    expect([connection.isClosed, connection.pending]).toEqual([false, 0])
  })

  it('does not begin where the signal is aborted already', async () => {
    const connection = await open(await Peer.start())
    const signal = AbortSignal.abort(new Error('enough'))
    await expect(connection.request(Metadata, about('a'), { signal })).rejects.toThrow('enough')
    expect(connection.pending).toBe(0)
  })
})

describe('a connection that breaks', () => {
  /** Three requests, of which the peer has got two and the third waits. */
  async function underWay(options: Parameters<typeof open>[1] = {}) {
    const peer = await Peer.start()
    const connection = await open(peer, { ...options, net: { maxOpenRequests: 2, ...options.net } })
    const waits = ['a', 'b', 'c'].map(topic => connection.request(Metadata, about(topic)))
    const errors = Promise.all(waits.map(failure))
    const [first, second] = [await peer.next(), await peer.next()]
    return { peer, connection, errors, first, second }
  }

  function connectionErrors(count: number, message: RegExp) {
    return Array.from({ length: count }, () => {
      return expect.objectContaining({ code: 'CONNECTION', retriable: true, message: expect.stringMatching(message) })
    })
  }

  it('is closed when an answer has another correlation id, and all that waits is rejected', async () => {
    const { connection, errors, first, second } = await underWay()
    first.answer('Metadata', { brokers: [], topics: [] }, second.correlationId)
    const [culprit, ...others] = await errors
    expect(culprit).toBeInstanceOf(ProtocolError)
    expect(culprit!.message).toMatch(/^broker 1: .*correlation id 2 where 1 \(Metadata v\d+\) was due/)
    expect(others).toEqual(connectionErrors(2, /the connection to broker 1 was given up/))
    expect(connection.isClosed).toBe(true)
    await closed(first.socket)
  })

  it('is closed when an answer comes to no request', async () => {
    const { connection, errors, first, second } = await underWay()
    const body = { brokers: [], topics: [] }
    const frames = [first.frame('Metadata', body), second.frame('Metadata', body)]
    connection.close()
    await errors
    const peer = await Peer.start()
    const other = await open(peer)
    const answer = other.request(Metadata, about('a'))
    const asked = await peer.next()
    asked.socket.write(Buffer.concat(frames))
    await answer
    // It notices before it would send another request.
    await closed(asked.socket)
    expect(other.isClosed).toBe(true)
  })

  it('gives the request that timed out a TimeoutError and the others, which may be tried again, a ConnectionError', async () => {
    const peer = await Peer.start()
    const connection = await open(peer)
    const patient = connection.request(Metadata, about('a'))
    const hasty = connection.request(Metadata, about('b'), { timeoutMs: 20 })
    const [patientError, hastyError] = await Promise.all([failure(patient), failure(hasty)])
    expect(hastyError).toBeInstanceOf(TimeoutError)
    expect(hastyError.message).toMatch(/^broker 1 did not answer Metadata v\d+ within its time limit \(20 ms\)/)
    expect([patientError]).toEqual(connectionErrors(1, /was given up/))
    expect((patientError as ConnectionError).cause).toBe(hastyError)
    expect(connection.isClosed).toBe(true)
    // Who comes later had no part in it.
    const late = await failure(connection.request(Metadata, about('c')))
    expect([late]).toEqual(connectionErrors(1, /was given up/))
  })

  it('says so when the broker closes it in the middle of an answer', async () => {
    const { errors, first } = await underWay()
    const bytes = first.frame('Metadata', { brokers: [], topics: [] })
    first.socket.end(bytes.subarray(0, -1))
    expect(await errors).toEqual(connectionErrors(3, /the connection to broker 1 was closed by the broker/))
  })

  it('says so when the broker resets it', async () => {
    const { errors, first } = await underWay()
    first.socket.resetAndDestroy()
    expect(await errors).toEqual(connectionErrors(3, /the connection to broker 1 (failed: .*ECONNRESET|was closed)/))
  })

  it('is given up at an answer that does not decode', async () => {
    const { connection, errors, first } = await underWay()
    const bytes = first.frame('Metadata', { brokers: [], topics: [] })
    // The count of brokers, after length, header and throttle time, is beyond the end.
    first.socket.write(bytes.fill(0x7f, 13, 14))
    const [culprit, ...others] = await errors
    expect(culprit).toBeInstanceOf(ProtocolError)
    expect(culprit!.message).toMatch(/Metadata v\d+ response: an array of 126/)
    expect(others).toEqual(connectionErrors(2, /was given up/))
    expect(connection.isClosed).toBe(true)
  })

  it('leaves no timer behind, however the end came', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const before = timers()
    const { errors, first } = await underWay()
    first.socket.write(first.frame('Metadata', { brokers: [], topics: [] }).fill(0x7f, 13, 14))
    await errors
    expect(timers()).toBe(before)
  })

  it('is given up at an answer that is larger than net.maxResponseBytes, which is not read', async () => {
    const { errors, first } = await underWay({ net: { maxResponseBytes: 2048 } })
    first.socket.write(Buffer.from('00000801' + '00000001', 'hex'))
    const [culprit] = await errors
    expect(culprit).toBeInstanceOf(ProtocolError)
    expect(culprit!.message).toMatch(
      /^broker 1: a frame of 2049 bytes was announced; the limit, net.maxResponseBytes, is 2048$/,
    )
  })
})

describe('closing a connection', () => {
  it('rejects what waits, lets go of the socket and leaves no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length
    const peer = await Peer.start()
    const before = timers()
    const connection = await open(peer)
    const waiting = connection.request(Metadata, about('a'))
    const { socket } = await peer.next()
    expect(timers()).toBe(before + 1)
    connection.close()
    expect(await failure(waiting)).toEqual(new ClosedError('the connection to broker 1 was closed'))
    expect(timers()).toBe(before)
    await closed(socket)
    await expect(connection.request(Metadata, about('b'))).rejects.toThrow(ClosedError)
    await expect(connection.sendOnly(Metadata, about('b'))).rejects.toThrow(ClosedError)
  })

  it('happens by itself after net.idleMs', async () => {
    const peer = await Peer.start()
    const connection = await open(peer, { net: { idleMs: 20 } })
    await closed(await peer.socket())
    expect(connection.isClosed).toBe(true)
    expect(await failure(connection.request(Metadata, about('a')))).toMatchObject({
      code: 'CONNECTION',
      message: 'the connection to broker 1 was idle for net.idleMs (20 ms) and was closed',
    })
  })

  it('does not happen while an answer is due, however long that takes', async () => {
    const peer = await Peer.start()
    const connection = await open(peer, { net: { idleMs: 20 } })
    const answer = connection.request(Metadata, about('a'))
    const asked = await peer.next()
    const timers = vi.spyOn(globalThis, 'setTimeout')
    onTestFinished(() => timers.mockRestore())
    const [socket, other] = [await peer.socket(), await open(peer, { net: { idleMs: 60 } })]
    // Another connection, which is idle for longer, has closed meanwhile.
    await closed(await peer.socket())
    expect([connection.isClosed, other.isClosed]).toEqual([false, true])
    // And it is no reason to wake up over and over.
    expect(timers.mock.calls.length).toBeLessThan(10)
    answerAbout(asked)
    expect((await answer).clusterId).toBe('a')
    await closed(socket)
  })
})
