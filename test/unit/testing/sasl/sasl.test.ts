import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { errorCodes } from '../../../../src/errors/broker-codes.ts'
import { ConfigurationError } from '../../../../src/errors/client-errors.ts'
import { VirtualClock } from '../../../../src/testing/clock.ts'
import type { ApiName, ClientConnection, RequestContext } from '../../../../src/testing/handlers.ts'
import type { SaslMechanism, SaslOptions } from '../../../../src/testing/sasl/options.ts'
import { Sasl } from '../../../../src/testing/sasl/sasl.ts'
import { ScramCredentials } from '../../../../src/testing/sasl/scram-credentials.ts'
import { ScramServer } from '../../../../src/testing/sasl/scram-server.ts'

const users = { alice: 'wonder=land,', bob: 'builder', 'a=b,c': 'odd' }

/** A client's connection to a cluster that makes clients authenticate, unless told otherwise. */
class Client {
  readonly clock = new VirtualClock(0)
  readonly connection: ClientConnection & { closed: boolean }
  readonly #sasl: Sasl

  /** @param options Null: clients need not authenticate. */
  constructor(given: SaslOptions | null = { users }) {
    const options = given ?? undefined
    this.#sasl = new Sasl(this.clock, options)
    this.connection = {
      id: 1,
      host: '127.0.0.1',
      principal: options === undefined ? 'User:ANONYMOUS' : undefined,
      expiresAtMs: undefined,
      closed: false,
      onClose: () => () => {},
      closeAfterAnswer() {
        this.closed = true
      },
    }
  }

  #context(api: ApiName, version: number): RequestContext {
    return { api, version, clientId: '', broker: 1, connection: this.connection }
  }

  async handshake(mechanism: string, version = 1) {
    return (await this.#sasl.handlers.SaslHandshake!({ mechanism }, this.#context('SaslHandshake', version)))!
  }

  async authenticate(bytes: Buffer | string, version = 2) {
    const request = { authBytes: Buffer.from(bytes) }
    return (await this.#sasl.handlers.SaslAuthenticate!(request, this.#context('SaslAuthenticate', version)))!
  }

  get expectsBareBytes(): boolean {
    return this.#sasl.expectsBareBytes(this.connection)
  }

  bareBytes(bytes: string): Buffer | undefined {
    return this.#sasl.bareBytes(Buffer.from(bytes), this.connection)
  }

  async plain(user: string, password: string, authorizationId = '') {
    await this.handshake('PLAIN')
    return this.authenticate(`${authorizationId}\0${user}\0${password}`)
  }
}

/** The client's side of SCRAM, from RFC 5802 and not from the server's code. */
function clientFinal(
  hash: string,
  password: string,
  firstBare: string,
  serverFirst: string,
  header = 'n,,',
  noncePrefix = '',
) {
  const { nonce, salt, rounds } = /^r=(?<nonce>[^,]+),s=(?<salt>[^,]+),i=(?<rounds>\d+)$/.exec(serverFirst)!.groups!
  const length = createHash(hash).digest().length
  const salted = pbkdf2Sync(password, Buffer.from(salt!, 'base64'), Number(rounds), length, hash)
  const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest()
  const clientKey = hmac(salted, 'Client Key')
  const unproved = `c=${Buffer.from(header).toString('base64')},r=${noncePrefix}${nonce}`
  const signed = `${firstBare},${serverFirst},${unproved}`
  const signature = hmac(createHash(hash).update(clientKey).digest(), signed)
  const proof = Buffer.from(clientKey.map((byte, i) => byte ^ signature[i]!))
  return {
    message: `${unproved},p=${proof.toString('base64')}`,
    answer: `v=${hmac(hmac(salted, 'Server Key'), signed).toString('base64')}`,
  }
}

const scrams = [
  ['SCRAM-SHA-256', 'sha256'],
  ['SCRAM-SHA-512', 'sha512'],
] as const

describe('PLAIN', () => {
  it('lets in who knows the password', async () => {
    const client = new Client()
    expect(await client.handshake('PLAIN')).toEqual({
      errorCode: 0,
      mechanisms: ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'],
    })
    expect(await client.authenticate('\0alice\0wonder=land,')).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0n })
    expect(client.connection).toMatchObject({ principal: 'User:alice', expiresAtMs: undefined, closed: false })
  })

  it('lets somebody act only for themselves', async () => {
    const client = new Client()
    expect(await client.plain('bob', 'builder', 'bob')).toMatchObject({ errorCode: 0 })
    expect(await new Client().plain('bob', 'builder', 'alice')).toMatchObject({
      errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
      errorMessage: 'Authentication failed: Client requested an authorization id that is different from username',
    })
  })

  it.each([
    ['a wrong password', '\0alice\0wrong', 'Authentication failed: Invalid username or password'],
    ['an unknown user', '\0eve\0wrong', 'Authentication failed: Invalid username or password'],
    ['a name that objects have', '\0toString\0wrong', 'Authentication failed: Invalid username or password'],
    ['no user', '\0\0builder', 'Authentication failed: username not specified'],
    ['no password', '\0bob\0', 'Authentication failed: password not specified'],
    ['something else', 'bob:builder', 'Invalid SASL/PLAIN response: expected 3 tokens, got 1'],
    ['too much', '\0bob\0builder\0', 'Invalid SASL/PLAIN response: expected 3 tokens, got 4'],
  ])('shuts out %s', async (_, bytes, errorMessage) => {
    const client = new Client()
    await client.handshake('PLAIN')
    expect(await client.authenticate(bytes)).toMatchObject({
      errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
      errorMessage,
    })
    expect(client.connection).toMatchObject({ principal: undefined, closed: true })
  })
})

describe.each(scrams)('%s', (mechanism, hash) => {
  it.each([
    ['alice', 'alice', users.alice],
    ['a=3Db=2Cc', 'a=b,c', 'odd'],
  ])('lets in %s, and proves that the server knows the password too', async (name, user, password) => {
    const client = new Client()
    await client.handshake(mechanism)
    const first = `n=${name},r=fyko+d2lbbFgONRv9qkxdawL`
    const challenge = await client.authenticate(`n,,${first}`)
    expect(challenge).toMatchObject({ errorCode: 0 })
    expect(client.connection.principal).toBeUndefined()
    const { message, answer } = clientFinal(hash, password, first, challenge.authBytes.toString())
    const done = await client.authenticate(message)
    expect(done).toMatchObject({ errorCode: 0 })
    expect(done.authBytes.toString()).toBe(answer)
    expect(client.connection.principal).toBe(`User:${user}`)
  })

  it('lets in a client that puts its nonce in front of both, as librdkafka did', async () => {
    const client = new Client()
    await client.handshake(mechanism)
    const challenge = await client.authenticate('n,,n=bob,r=abc')
    const { message } = clientFinal(hash, users.bob, 'n=bob,r=abc', challenge.authBytes.toString(), 'n,,', 'abc')
    expect(await client.authenticate(message)).toMatchObject({ errorCode: 0 })
  })

  it.each([
    ['a wrong password', 'n,,', 'wrong', (final: string) => final],
    ['another header than before', 'n,a=alice,', users.alice, (final: string) => final.replace(/c=[^,]+/, 'c=biws')],
    ['another nonce', 'n,,', users.alice, (final: string) => final.replace(/,r=([^,]+)/, ',r=$1x')],
    ['a proof that is too short', 'n,,', users.alice, (final: string) => final.replace(/p=.*/, 'p=AAAA')],
    ['no proof', 'n,,', users.alice, (final: string) => final.replace(/,p=.*/, '')],
  ])('shuts out %s', async (_, header, password, change) => {
    const client = new Client()
    await client.handshake(mechanism)
    const first = 'n=alice,r=abc'
    const challenge = await client.authenticate(`${header}${first}`)
    const { message } = clientFinal(hash, password, first, challenge.authBytes.toString(), header)
    expect(await client.authenticate(change(message))).toMatchObject({
      errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
      errorMessage: `Authentication failed during authentication due to invalid credentials with SASL mechanism ${mechanism}`,
    })
    expect(client.connection).toMatchObject({ principal: undefined, closed: true })
  })

  it.each([
    ['who is unknown', 'n,,n=eve,r=abc'],
    ['who acts for another', 'n,a=bob,n=alice,r=abc'],
    ['who wants to bind a channel', 'p=tls-unique,,n=alice,r=abc'],
    ['who comes with a delegation token', 'n,,n=alice,r=abc,tokenauth=true'],
    ['who sends something else', '\0alice\0wonder=land,'],
    ['who sends nothing', ''],
  ])('shuts out %s', async (_, bytes) => {
    const client = new Client()
    await client.handshake(mechanism)
    expect(await client.authenticate(bytes)).toMatchObject({ errorCode: errorCodes.SASL_AUTHENTICATION_FAILED })
    expect(client.connection.closed).toBe(true)
  })
})

it('SCRAM salts every password anew', () => {
  const first = (hash: 'sha256' | 'sha512') =>
    new ScramServer(new ScramCredentials(hash, users, 4_096), 'server').step(Buffer.from('n,,n=bob,r=client'))
  const challenge = first('sha256').answer.toString()
  expect(challenge).toMatch(/^r=clientserver,s=[\w+/=]{24},i=4096$/)
  expect(first('sha256').answer.toString()).not.toBe(challenge)
})

describe('the order of things', () => {
  it('begins with a handshake', async () => {
    const client = new Client()
    expect(await client.authenticate('\0bob\0builder')).toMatchObject({ errorCode: errorCodes.ILLEGAL_SASL_STATE })
    expect(client.connection.closed).toBe(true)
  })

  it('has one handshake before each exchange', async () => {
    const client = new Client()
    await client.handshake('PLAIN')
    expect(await client.handshake('PLAIN')).toMatchObject({ errorCode: errorCodes.ILLEGAL_SASL_STATE })
  })

  it('names what there is to who asks for something else', async () => {
    const client = new Client({ users, mechanisms: ['SCRAM-SHA-512'] })
    expect(await client.handshake('PLAIN')).toEqual({
      errorCode: errorCodes.UNSUPPORTED_SASL_MECHANISM,
      mechanisms: ['SCRAM-SHA-512'],
    })
    expect(client.connection.closed).toBe(true)
  })

  it('ends when the client is in', async () => {
    const client = new Client()
    await client.plain('bob', 'builder')
    expect(await client.handshake('PLAIN')).toMatchObject({ errorCode: errorCodes.ILLEGAL_SASL_STATE })
    expect(await client.authenticate('\0bob\0builder')).toMatchObject({ errorCode: errorCodes.ILLEGAL_SASL_STATE })
    expect(client.connection).toMatchObject({ principal: 'User:bob', closed: false })
  })

  it('has no place where clients need not authenticate', async () => {
    const client = new Client(null)
    expect(await client.handshake('PLAIN')).toEqual({ errorCode: errorCodes.ILLEGAL_SASL_STATE, mechanisms: [] })
    expect(client.connection.closed).toBe(false)
  })
})

describe('a handshake of version 0', () => {
  it('is followed by bare bytes', async () => {
    const client = new Client()
    await client.handshake('SCRAM-SHA-256', 0)
    expect(client.expectsBareBytes).toBe(true)
    const first = 'n=bob,r=abc'
    const challenge = client.bareBytes(`n,,${first}`)!
    const { message, answer } = clientFinal('sha256', users.bob, first, challenge.toString())
    expect(client.expectsBareBytes).toBe(true)
    expect(client.bareBytes(message)!.toString()).toBe(answer)
    expect(client.expectsBareBytes).toBe(false)
    expect(client.connection.principal).toBe('User:bob')
  })

  it('gives no reason for shutting somebody out', async () => {
    const client = new Client()
    await client.handshake('PLAIN', 0)
    expect(client.bareBytes('\0bob\0wrong')).toBeUndefined()
    expect(client.connection.principal).toBeUndefined()
  })

  it('is not what version 1 is', async () => {
    const client = new Client()
    await client.handshake('PLAIN', 1)
    expect(client.expectsBareBytes).toBe(false)
  })
})

describe('a session that ends (KIP-368)', () => {
  const sessionLifetimeMs = 60_000

  it('is as long as the client is told, and begins anew when it authenticates again', async () => {
    const client = new Client({ users, sessionLifetimeMs })
    expect(await client.plain('bob', 'builder')).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000n })
    expect(client.connection.expiresAtMs).toBe(60_000)
    client.clock.advance(50_000)
    expect(await client.plain('bob', 'builder')).toMatchObject({ errorCode: 0, sessionLifetimeMs: 60_000n })
    expect(client.connection).toMatchObject({ principal: 'User:bob', expiresAtMs: 110_000, closed: false })
  })

  it('goes on only with the same user', async () => {
    const client = new Client({ users, sessionLifetimeMs })
    await client.plain('bob', 'builder')
    expect(await client.plain('alice', users.alice)).toMatchObject({
      errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
      errorMessage: 'Cannot change principals during re-authentication from bob: alice',
    })
    expect(client.connection).toMatchObject({ principal: 'User:bob', closed: true })
  })

  it('goes on only with the same mechanism', async () => {
    const client = new Client({ users, sessionLifetimeMs })
    await client.plain('bob', 'builder')
    await client.handshake('SCRAM-SHA-256')
    expect(await client.authenticate('n,,n=bob,r=abc')).toMatchObject({
      errorCode: errorCodes.SASL_AUTHENTICATION_FAILED,
      errorMessage: expect.stringContaining('the connection was authenticated with PLAIN'),
    })
    expect(client.connection.closed).toBe(true)
  })
})

describe('the options', () => {
  it.each<[Partial<SaslOptions>, string]>([
    [{ users: {} }, 'sasl.users: must have at least one user'],
    [{ users: { bob: '' } }, 'sasl.users.bob: user and password must be text, and not empty'],
    [
      { mechanisms: ['GSSAPI' as SaslMechanism] },
      'sasl.mechanisms: must be some of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512, not "GSSAPI"',
    ],
    [{ mechanisms: 'PLAIN' as never }, 'sasl.mechanisms: must be a list, not "PLAIN"'],
    [
      { mechanism: 'PLAIN' } as never,
      'sasl.mechanism: there is no such field; known ones are users, mechanisms, iterations, sessionLifetimeMs',
    ],
    [{ mechanisms: [] }, 'sasl.mechanisms: must be some of PLAIN, SCRAM-SHA-256, SCRAM-SHA-512'],
    [{ iterations: 1_000 }, 'sasl.iterations: must be a whole number from 4096 on, not 1000'],
    [{ sessionLifetimeMs: -1 }, 'sasl.sessionLifetimeMs: must be a whole number of milliseconds, not -1'],
  ])('%j are refused', (options, message) => {
    expect(() => new Sasl(new VirtualClock(), { users, ...options })).toThrow(
      new ConfigurationError([splitAt(message)]),
    )
  })
})

function splitAt(message: string): { option: string; problem: string } {
  const [option = '', problem = ''] = message.split(/: (.*)/s)
  return { option, problem }
}
