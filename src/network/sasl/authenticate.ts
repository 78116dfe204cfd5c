import { errorCodes } from '../../errors/broker-codes.ts'
import { brokerError } from '../../errors/broker-error.ts'
import { AuthenticationError, UnsupportedVersionError } from '../../errors/client-errors.ts'
import type { KafkaError } from '../../errors/kafka-error.ts'
import type { Api, Request, Response } from '../../protocol/api.ts'
import { SaslAuthenticate } from '../../protocol/messages/sasl-authenticate.ts'
import { SaslHandshake } from '../../protocol/messages/sasl-handshake.ts'
import { formatAddress } from '../address.ts'
import type { Endpoint } from '../context.ts'
import { credentialsOf } from './credentials.ts'
import { SaslFailure } from './mechanism.ts'
import { mechanismOf, type SaslOptions } from './options.ts'

/** What an authentication needs of its connection. */
export interface SaslPeer {
  readonly endpoint: Endpoint
  /** Aborted when the connection ends. */
  readonly signal: AbortSignal
  /** What is left of `net.dialTimeoutMs`. */
  left(): number
  /** The version in which a request would be sent. Throws UnsupportedVersionError when there is none. */
  versionOf(api: Api): number
  ask<A extends Api>(api: A, version: number, body: Request<A>, timeoutMs: number): Promise<Response<A>>
}

const EMPTY = Buffer.alloc(0)

/**
 * Authenticates a connection (KIP-43, KIP-152). Gives for how many milliseconds that holds (KIP-368); 0 is for ever.
 *
 * @throws {@link AuthenticationError} when the broker refuses, or does not prove who it is; {@link UnsupportedVersionError} for brokers
 * without SASL, or that are too old; and what asking throws.
 */
export async function authenticate(peer: SaslPeer, options: SaslOptions): Promise<number> {
  const { label, address } = peer.endpoint
  const mechanism = mechanismOf(options)
  const credentials = await credentialsOf(options, formatAddress(address), peer.left(), peer.signal)
  const exchange = await mechanism.begin(credentials)
  await chooseMechanism(peer, mechanism.name)
  const version = peer.versionOf(SaslAuthenticate)
  const what = `${label}, authenticating by ${mechanism.name}`
  try {
    let lifetimeMs = 0n
    let challenge: Buffer = EMPTY
    for (;;) {
      const authBytes = await exchange.next(challenge)
      if (authBytes === undefined) return Number(lifetimeMs)
      const answer = await peer.ask(SaslAuthenticate, version, { authBytes }, peer.left())
      if (answer.errorCode !== errorCodes.NONE) throw refusal(what, answer.errorCode, answer.errorMessage)
      challenge = answer.authBytes
      lifetimeMs = answer.sessionLifetimeMs
    }
  } catch (error) {
    if (!(error instanceof SaslFailure)) throw error
    throw new AuthenticationError(`${what}: the broker cannot be trusted: ${error.message}`)
  }
}

async function chooseMechanism(peer: SaslPeer, mechanism: string): Promise<void> {
  const { label } = peer.endpoint
  const version = peer.versionOf(SaslHandshake)
  if (version === 0) {
    const message = `${label} has only SaslHandshake v0, of Kafka before 1.0; net.sasl needs v1: upgrade the broker`
    throw new UnsupportedVersionError(SaslHandshake.name, message)
  }
  const { errorCode, mechanisms } = await peer.ask(SaslHandshake, version, { mechanism }, peer.left())
  if (errorCode === errorCodes.NONE) return
  const offered = mechanisms.length === 0 ? 'none: is it a SASL listener?' : mechanisms.slice(0, 20).join(', ')
  const what = `${label} refused the SASL mechanism ${mechanism} (net.sasl.mechanism); it offers ${offered}`
  throw refusal(what, errorCode, null)
}

/** The error of a broker that does not let this client in: what SASL has codes for cannot heal. */
function refusal(what: string, code: number, said: string | null): KafkaError {
  const cause = brokerError(code, what, said)
  return cause.remedy === 'fatal' ? new AuthenticationError(cause.message, { cause }) : cause
}
