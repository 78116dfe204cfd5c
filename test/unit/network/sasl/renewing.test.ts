import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, vi } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { AuthenticationError, ConnectionError, TimeoutError } from '../../../../src/errors/client-errors.ts'
import type { Connection } from '../../../../src/network/connection.ts'
import type { SaslOptions } from '../../../../src/network/sasl/options.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { failure } from '../../../support/failure.ts'
import { type Asked, Peer, type PeerOptions } from '../../../support/peer.ts'
import { about, answerAbout, open, TOPIC_ID, topicOf } from '../support.ts'

const sasl: SaslOptions = { mechanism: 'PLAIN', username: 'alice', password: 'wonderland' }
const LIFETIME_MS = 30
const chosen = { errorCode: 0, mechanisms: ['PLAIN'] }
const letIn = {
  errorCode: 0,
  errorMessage: null,
  authBytes: Buffer.alloc(0),
  sessionLifetimeMs: BigInt(LIFETIME_MS),
}

/** A few of these are more than sockets take for a peer that does not read. */
const large = {
  acks: 0,
  timeoutMs: 1,
  topicData: [{ topicId: TOPIC_ID, partitionData: [{ index: 0, records: Buffer.alloc(12 << 20) }] }],
}

const echo = (asked: Asked) => ({ brokers: [], topics: [], clusterId: topicOf(asked) })

const peerWith = (script: PeerOptions['script']) =>
  Peer.start({ script: { SaslHandshake: () => chosen, SaslAuthenticate: () => letIn, ...script } })

/** Asks one thing after the other until the connection begins to renew its session, which the peer has not answered then. */
async function untilRenewal(connection: Connection, peer: Peer): Promise<Asked> {
  let renewal: Asked | undefined
  const asked = peer.next().then(request => {
    renewal = request
  })
  while (renewal === undefined) {
    const answer = connection.request(apis.Metadata, about('t'))
    answer.catch(() => {})
    await Promise.race([asked, answer])
  }
  return renewal
}

/** Lets clients in once; the next time they have to wait for the test. */
function peerThatWaits(): Promise<Peer> {
  let calls = 0
  return peerWith({
    SaslAuthenticate: () => (++calls === 1 ? letIn : undefined),
    Metadata: echo,
  })
}

describe('a session that ends', () => {
  it('is renewed while requests come without a pause, when all before are answered and none lies between', async () => {
    const events: string[] = []
    let unanswered = 0
    const peer = await peerWith({
      SaslHandshake: () => {
        events.push(`handshake with ${unanswered} unanswered`)
        return chosen
      },
      SaslAuthenticate: asked => {
        // Whatever was written behind it would be read before this is answered.
        setImmediate(() => {
          events.push('let in')
          asked.answer('SaslAuthenticate', letIn)
        })
        return undefined
      },
      Metadata: asked => {
        unanswered++
        events.push('request')
        setImmediate(() => {
          unanswered--
          answerAbout(asked)
        })
        return undefined
      },
    })
    const lost: unknown[] = []
    const hooks = { onDisconnect: (event: unknown) => lost.push(event) }
    const connection = await open(peer, { net: { sasl }, hooks })
    const handshakes = () => events.filter(event => event.startsWith('handshake')).length
    const load = async (name: string) => {
      for (let i = 0; handshakes() < 5; i++) {
        const topic = `${name}-${i}`
        expect(await connection.request(apis.Metadata, about(topic))).toMatchObject({ clusterId: topic })
      }
    }
    await Promise.all(Array.from({ length: 12 }, (_, i) => load(`load-${i}`)))
    expect(lost).toEqual([])
    expect(events.filter(event => event.startsWith('handshake'))).toEqual(Array(5).fill('handshake with 0 unanswered'))
    const afterHandshakes = events.filter((_, i) => events[i - 1]?.startsWith('handshake'))
    expect(new Set(afterHandshakes)).toEqual(new Set(['let in']))
  })

  it('is renewed when all that has no answer has left as well: the time for the answer would run out behind it', async () => {
    const peer = await peerWith({ SaslAuthenticate: () => letIn, Metadata: echo, Produce: () => undefined })
    let left = 0
    const onRequest = ({ api }: { readonly api: string }) => void (api === 'Produce' && left++)
    const hadLeft: number[] = []
    const credentials = () => {
      hadLeft.push(left)
      return { username: 'alice', password: 'x' }
    }
    const connection = await open(peer, { net: { sasl: { mechanism: 'PLAIN', credentials } }, hooks: { onRequest } })
    const socket = await peer.socket()
    socket.pause()
    const sending = Array.from({ length: 4 }, () => connection.sendOnly(apis.Produce, large))
    await sleep(2 * LIFETIME_MS)
    const answer = connection.request(apis.Metadata, about('a'))
    socket.resume()
    expect(await answer).toMatchObject({ clusterId: 'a' })
    await Promise.all(sending)
    expect(hadLeft.slice(0, 2)).toEqual([0, 4])
  })

  it('makes requests wait until it is renewed', async () => {
    const peer = await peerThatWaits()
    const connection = await open(peer, { net: { sasl } })
    const renewal = await untilRenewal(connection, peer)
    const answers = ['a', 'b'].map(topic => connection.request(apis.Metadata, about(topic)))
    expect(connection.pending).toBeGreaterThan(2)
    renewal.answer('SaslAuthenticate', { ...letIn, sessionLifetimeMs: 0n })
    expect(await Promise.all(answers)).toMatchObject([{ clusterId: 'a' }, { clusterId: 'b' }])
  })

  it('ends the connection when it is not renewed, and who waits may try again', async () => {
    const peer = await peerThatWaits()
    const lost: unknown[] = []
    const hooks = { onDisconnect: ({ error }: { error?: Error | undefined }) => lost.push(error) }
    const connection = await open(peer, { net: { sasl }, hooks })
    const renewal = await untilRenewal(connection, peer)
    const waiting = failure(connection.request(apis.Metadata, about('a')))
    const errorCode = errorCodes.SASL_AUTHENTICATION_FAILED
    renewal.answer('SaslAuthenticate', { ...letIn, errorCode, errorMessage: 'the user is gone' })
    const error = await waiting
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error).toMatchObject({ retriable: true, cause: { message: expect.stringContaining('the user is gone') } })
    expect(error.cause).toBeInstanceOf(AuthenticationError)
    expect(lost).toEqual([error.cause])
    expect(connection.isClosed).toBe(true)
  })

  it('ends the connection when the broker does not answer within net.dialTimeoutMs', async () => {
    const peer = await peerThatWaits()
    const connection = await open(peer, { net: { sasl, dialTimeoutMs: 500 } })
    await untilRenewal(connection, peer)
    const error = await failure(connection.request(apis.Metadata, about('a')))
    expect(error).toMatchObject({ code: 'CONNECTION', retriable: true })
    expect(error.cause).toBeInstanceOf(TimeoutError)
    expect(error.cause).toMatchObject({ message: expect.stringContaining('net.dialTimeoutMs (500 ms)') })
  })

  it('is renewed with the credentials of that time', async () => {
    const told = new Set<string>()
    const peer = await peerWith({
      SaslAuthenticate: asked => {
        told.add(String(asked.body('SaslAuthenticate').authBytes))
        return letIn
      },
      Metadata: echo,
    })
    let calls = 0
    const credentials = () => ({ username: 'alice', password: `password-${++calls}` })
    const connection = await open(peer, { net: { sasl: { mechanism: 'PLAIN', credentials } } })
    while (told.size < 3) await connection.request(apis.Metadata, about('t'))
    expect([...told]).toEqual(['\0alice\0password-1', '\0alice\0password-2', '\0alice\0password-3'])
  })

  it('does not keep a connection that nobody uses', async () => {
    let logins = 0
    const peer = await peerWith({
      SaslAuthenticate: () => {
        logins++
        return letIn
      },
    })
    const connection = await open(peer, { net: { sasl, idleMs: 3 * LIFETIME_MS } })
    await vi.waitFor(() => expect(connection.isClosed).toBe(true), { timeout: 30_000 })
    expect(logins).toBe(1)
  })

  it('lets a connection be closed while credentials are awaited', async () => {
    const peer = await peerWith({
      Metadata: echo,
    })
    let calls = 0
    const credentials = () => (++calls === 1 ? { username: 'alice', password: 'x' } : new Promise<never>(() => {}))
    const connection = await open(peer, { net: { sasl: { mechanism: 'PLAIN', credentials } } })
    let last: Promise<unknown> = Promise.resolve()
    while (calls < 2) {
      last = connection.request(apis.Metadata, about('t'))
      last.catch(() => {})
      await Promise.race([last, vi.waitUntil(() => calls === 2, { timeout: 30_000, interval: 5 }).catch(() => {})])
    }
    const waiting = failure(connection.request(apis.Metadata, about('a')))
    connection.close()
    expect(await waiting).toMatchObject({ code: 'CLOSED' })
  })
})
