import { errorCodes } from '../../errors/broker-codes.ts'
import { type ScramMechanism, scramHashes } from '../../util/scram.ts'
import type { Clock } from '../clock.ts'
import type { ClientConnection, Handlers, RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Exchange } from './exchange.ts'
import { checkSaslOptions, type SaslMechanism, type SaslOptions } from './options.ts'
import { PlainServer } from './plain-server.ts'
import { type SaslOutcome, SaslSession, type SaslTerms } from './sasl-session.ts'
import { ScramCredentials } from './scram-credentials.ts'
import { ScramServer } from './scram-server.ts'

/** After this version of the handshake the exchange goes on in bare bytes. */
const BARE_BYTES = 0

interface Connected {
  readonly session: SaslSession
  bare: boolean
}

/** Authenticates the clients of a cluster. */
export class Sasl {
  readonly handlers: Handlers = {
    SaslHandshake: (request, context) => this.#handshake(request, context),
    SaslAuthenticate: (request, context) => this.#authenticate(request, context),
  }
  readonly #clock: Clock
  readonly #terms: SaslTerms
  readonly #connected = new WeakMap<ClientConnection, Connected>()

  /**
   * @param options Undefined: clients need not authenticate, and it is an error if they try.
   * @throws {@link ConfigurationError} when an option has an impossible value.
   */
  constructor(clock: Clock, options: SaslOptions | undefined) {
    this.#clock = clock
    this.#terms = options === undefined ? { mechanisms: new Map(), sessionLifetimeMs: 0 } : termsOf(options)
  }

  /** Whether the next frame of the connection is no request, but bytes for {@link Sasl.bareBytes}. */
  expectsBareBytes(connection: ClientConnection): boolean {
    return this.#connected.get(connection)?.bare ?? false
  }

  /** What is to be answered, as a frame without a header. Undefined: the connection is to be closed without a word. */
  bareBytes(bytes: Buffer, connection: ClientConnection): Buffer | undefined {
    const connected = this.#of(connection)
    const outcome = connected.session.authenticate(Buffer.from(bytes))
    if (outcome.errorCode !== errorCodes.NONE) return undefined
    if (outcome.user !== undefined) connected.bare = false
    this.#letIn(outcome, connection)
    return outcome.answer
  }

  #of(connection: ClientConnection): Connected {
    const connected = this.#connected.get(connection) ?? { session: new SaslSession(this.#terms), bare: false }
    this.#connected.set(connection, connected)
    return connected
  }

  #handshake(
    { mechanism }: RequestOf<'SaslHandshake'>,
    { connection, version }: RequestContext,
  ): ResponseOf<'SaslHandshake'> {
    const mechanisms = [...this.#terms.mechanisms.keys()]
    if (mechanisms.length === 0) return { errorCode: errorCodes.ILLEGAL_SASL_STATE, mechanisms }
    const connected = this.#of(connection)
    const errorCode = connected.session.handshake(mechanism)
    connected.bare = errorCode === errorCodes.NONE && version === BARE_BYTES
    if (errorCode === errorCodes.UNSUPPORTED_SASL_MECHANISM) connection.closeAfterAnswer()
    return { errorCode, mechanisms }
  }

  #authenticate(
    { authBytes }: RequestOf<'SaslAuthenticate'>,
    { connection }: RequestContext,
  ): ResponseOf<'SaslAuthenticate'> {
    const outcome = this.#of(connection).session.authenticate(Buffer.from(authBytes))
    const { errorCode, errorMessage, answer } = outcome
    // Who is in already is only told that this was not the time for it.
    if (errorCode !== errorCodes.NONE && connection.principal === undefined) connection.closeAfterAnswer()
    if (errorCode === errorCodes.SASL_AUTHENTICATION_FAILED) connection.closeAfterAnswer()
    return { errorCode, errorMessage, authBytes: answer, sessionLifetimeMs: this.#letIn(outcome, connection) }
  }

  /** Notes who the client is, once it is known. Gives for how many milliseconds; 0 for ever. */
  #letIn({ user }: SaslOutcome, connection: ClientConnection): bigint {
    const { sessionLifetimeMs } = this.#terms
    if (user === undefined) return 0n
    connection.principal = `User:${user}`
    connection.expiresAtMs = sessionLifetimeMs === 0 ? undefined : this.#clock.now() + sessionLifetimeMs
    return BigInt(sessionLifetimeMs)
  }
}

function termsOf(options: SaslOptions): SaslTerms {
  const { users, mechanisms, iterations, sessionLifetimeMs } = checkSaslOptions(options)
  const scram = (mechanism: ScramMechanism): (() => Exchange) => {
    const credentials = new ScramCredentials(scramHashes[mechanism], users, iterations)
    return () => new ScramServer(credentials)
  }
  const begin: Readonly<Record<SaslMechanism, () => Exchange>> = {
    PLAIN: () => new PlainServer(users),
    'SCRAM-SHA-256': scram('SCRAM-SHA-256'),
    'SCRAM-SHA-512': scram('SCRAM-SHA-512'),
  }
  return { mechanisms: new Map(mechanisms.map(name => [name, begin[name]])), sessionLifetimeMs }
}
