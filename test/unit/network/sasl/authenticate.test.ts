import { describe, expect, it, onTestFinished } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import {
  AuthenticationError,
  ClosedError,
  ConfigurationError,
  ConnectionError,
  TimeoutError,
  UnsupportedVersionError,
} from '../../../../src/errors/client-errors.ts'
import { Connection } from '../../../../src/network/connection.ts'
import type { SaslOptions } from '../../../../src/network/sasl/options.ts'
import { apis } from '../../../../src/protocol/apis.ts'
import { MockCluster } from '../../../../src/testing.ts'
import { failure } from '../../../support/failure.ts'
import { Peer, type PeerOptions } from '../../../support/peer.ts'
import { about, closed, context, open } from '../support.ts'

const SECRET = 'wonderland'
const plain: SaslOptions = { mechanism: 'PLAIN', username: 'alice', password: SECRET }
const scram: SaslOptions = { ...plain, mechanism: 'SCRAM-SHA-256' }
const EMPTY = Buffer.alloc(0)

const letIn = { errorCode: 0, errorMessage: null, authBytes: EMPTY, sessionLifetimeMs: 0n }
const refused = { ...letIn, errorCode: errorCodes.SASL_AUTHENTICATION_FAILED, errorMessage: 'no such user' }
const chosen = { errorCode: 0, mechanisms: ['PLAIN'] }

/** A peer that offers PLAIN and lets in everybody, but for what is told otherwise. */
function peer(script: PeerOptions['script'] = {}, offers?: PeerOptions['offers']): Promise<Peer> {
  const all = { SaslHandshake: () => chosen, SaslAuthenticate: () => letIn, ...script }
  return Peer.start({ script: all, ...(offers === undefined ? {} : { offers }) })
}

/** Tells of what `sasl` fails with at the peer, and that the connection is closed then. */
async function refusal(at: Peer, sasl: SaslOptions = plain, net: { readonly dialTimeoutMs?: number } = {}) {
  const error = await failure(open(at, { net: { sasl, ...net } }))
  await closed(await at.socket())
  expect(error.message).not.toContain(SECRET)
  return error
}

describe('a connection with net.sasl', () => {
  it('authenticates before anything else is asked', async () => {
    const asked: unknown[] = []
    const at = await peer({
      SaslHandshake: request => {
        asked.push([request.version, request.body('SaslHandshake').mechanism])
        return chosen
      },
      SaslAuthenticate: request => {
        asked.push([request.version, String(request.body('SaslAuthenticate').authBytes)])
        return letIn
      },
    })
    const connection = await open(at, { net: { sasl: { ...plain, authorizationId: 'bob' } } })
    expect(asked).toEqual([
      [1, 'PLAIN'],
      [2, `bob\0alice\0${SECRET}`],
    ])
    const answer = connection.request(apis.Metadata, about('t'))
    const metadata = await at.next()
    metadata.answer('Metadata', { brokers: [], topics: [] })
    await answer
  })

  it('takes the versions that the broker has', async () => {
    const versions: number[] = []
    const at = await peer(
      {
        SaslAuthenticate: ({ version }) => {
          versions.push(version)
          return letIn
        },
      },
      { SaslAuthenticate: { min: 0, max: 0 } },
    )
    await open(at, { net: { sasl: plain } })
    expect(versions).toEqual([0])
  })

  it('asks a function for the credentials', async () => {
    const told: string[] = []
    const at = await peer({
      SaslAuthenticate: request => {
        told.push(String(request.body('SaslAuthenticate').authBytes))
        return letIn
      },
    })
    let calls = 0
    const credentials = async () => ({ username: 'alice', password: `password-${++calls}` })
    const sasl: SaslOptions = { mechanism: 'PLAIN', credentials }
    await open(at, { net: { sasl } })
    await open(at, { net: { sasl } })
    expect(told).toEqual(['\0alice\0password-1', '\0alice\0password-2'])
  })

  it('fails with what the broker says of the credentials', async () => {
    const error = await refusal(await peer({ SaslAuthenticate: () => refused }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ code: 'AUTHENTICATION', retriable: false, remedy: 'fatal' })
    expect(error.cause).toMatchObject({ code: 'SASL_AUTHENTICATION_FAILED' })
    expect(error.message).toMatch(/^broker 1, authenticating by PLAIN: SASL_AUTHENTICATION_FAILED .*no such user/)
  })

  it('fails with an error that may pass when the broker says that it may', async () => {
    const later = { ...letIn, errorCode: errorCodes.COORDINATOR_NOT_AVAILABLE }
    const error = await refusal(await peer({ SaslAuthenticate: () => later }))
    expect(error).toMatchObject({ code: 'COORDINATOR_NOT_AVAILABLE', retriable: true })
  })

  it('tells which mechanisms there are where its own is not offered', async () => {
    const none = { errorCode: errorCodes.UNSUPPORTED_SASL_MECHANISM, mechanisms: ['PLAIN', 'GSSAPI'] }
    const error = await refusal(await peer({ SaslHandshake: () => none }), scram)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(/the SASL mechanism SCRAM-SHA-256 \(net.sasl.mechanism\); it offers PLAIN, GSSAPI/)
  })

  it('asks whether it is a SASL listener where that is not expected', async () => {
    const none = { errorCode: errorCodes.ILLEGAL_SASL_STATE, mechanisms: [] }
    const error = await refusal(await peer({ SaslHandshake: () => none }))
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(/is it a SASL listener\?.*ILLEGAL_SASL_STATE/)
  })

  it('does not speak to brokers that only know the old way', async () => {
    const error = await refusal(await peer({}, { SaslHandshake: { min: 0, max: 0 } }))
    expect(error).toBeInstanceOf(UnsupportedVersionError)
    expect(error.message).toMatch(/only SaslHandshake v0, of Kafka before 1.0/)
  })

  it('fails when the broker cannot prove who it is', async () => {
    const at = await peer({ SaslAuthenticate: () => ({ ...letIn, authBytes: Buffer.from('v=AAAA') }) })
    const error = await refusal(at, scram)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error.message).toMatch(/authenticating by SCRAM-SHA-256: the broker cannot be trusted: its first message/)
  })

  it('says so when the broker closes it meanwhile', async () => {
    const at = await peer({
      SaslAuthenticate: ({ socket }) => {
        socket.end()
        return undefined
      },
    })
    const error = await refusal(at)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(error.message).toContain('was closed by the broker while this client authenticated (net.sasl)')
  })

  it.each(['SaslHandshake', 'SaslAuthenticate'])('does not wait forever for an answer to %s', async api => {
    const at = await peer({ [api]: () => undefined })
    const error = await refusal(at, plain, { dialTimeoutMs: 500 })
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toMatch(new RegExp(`did not answer ${api} v. within net.dialTimeoutMs \\(500 ms\\)`))
  })

  const giving = (credentials: () => unknown) => ({ mechanism: 'PLAIN', credentials }) as SaslOptions

  it('does not wait forever for credentials', async () => {
    const error = await refusal(
      await peer(),
      giving(() => new Promise(() => {})),
      { dialTimeoutMs: 500 },
    )
    expect(error).toBeInstanceOf(TimeoutError)
    expect(error.message).toBe('net.sasl.credentials gave nothing within net.dialTimeoutMs')
  })

  it('tells of credentials that cannot be had, which may pass', async () => {
    const error = await refusal(
      await peer(),
      giving(() => Promise.reject(new Error('the vault is locked'))),
    )
    expect(error).toMatchObject({ code: 'CONNECTION', retriable: true })
    expect(error.message).toBe('net.sasl.credentials failed: the vault is locked')
    const thrown = giving(() => {
      throw 5
    })
    expect((await refusal(await peer(), thrown)).message).toBe('net.sasl.credentials failed: 5')
  })

  it('tells what is wrong with credentials, and not which they are', async () => {
    const error = await refusal(
      await peer(),
      giving(() => ({ username: '', pass: SECRET })),
    )
    expect(error).toBeInstanceOf(ConfigurationError)
    expect((error as ConfigurationError).problems).toEqual([
      { option: 'the result of net.sasl.credentials().username', problem: 'must not be empty' },
      { option: 'the result of net.sasl.credentials().password', problem: 'must be a string, not undefined' },
    ])
    expect(
      (
        await refusal(
          await peer(),
          giving(() => SECRET),
        )
      ).message,
    ).toContain('not a string')
  })

  it('is given up at once when it is closed while it authenticates', async () => {
    for (const sasl of [plain, giving(() => new Promise(() => {}))]) {
      const at = await peer({ SaslAuthenticate: () => undefined })
      const closing = new AbortController()
      const opening = failure(open(at, { net: { sasl }, signal: closing.signal }))
      if (sasl === plain) await at.next()
      else await at.socket()
      closing.abort(new ClosedError('enough'))
      expect(await opening).toMatchObject({ message: 'enough' })
      await closed(at.sockets[0]!)
    }
  })
})

describe('a connection without net.sasl', () => {
  it('is told that the listener may want SASL', async () => {
    const cluster = await MockCluster.start({ sasl: { users: { alice: SECRET } } })
    onTestFinished(() => cluster.stop())
    const [host, port] = cluster.brokers[0]!.split(':')
    const endpoint = { nodeId: 1, address: { host: host!, port: Number(port) }, label: 'broker 1' }
    const connection = await Connection.open(endpoint, context(), new AbortController().signal)
    const error = await failure(connection.request(apis.Metadata, about('t')))
    expect(error.message).toMatch(/at its first request; it may be a SASL listener \(set net.sasl\)/)
  })
})
