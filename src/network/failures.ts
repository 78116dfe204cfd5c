import { ConnectionError, ProtocolError, TimeoutError } from '../errors/client-errors.ts'
import { SaslAuthenticate } from '../protocol/messages/sasl-authenticate.ts'
import { SaslHandshake } from '../protocol/messages/sasl-handshake.ts'
import { formatAddress } from './address.ts'
import type { Endpoint } from './context.ts'
import type { NetOptions } from './dial.ts'
import type { Exchange } from './in-flight.ts'
import { foreignProtocol } from './sniff.ts'
import { reasonOf, tlsHints } from './tls-errors.ts'

/** What became of a connection, such as `failed: …`, as all who waited for it are told. */
export function broken({ address, label }: Endpoint, what: string, cause?: unknown): ConnectionError {
  return new ConnectionError(formatAddress(address), `the connection to ${label} ${what}`, { cause })
}

/** How far a connection has come: nothing was answered yet · a part of the handshake was · all of it was · requests were. */
export type Stage = 'new' | 'greeting' | 'open' | 'serving'

/** What the end of a connection means, by how far it had come. */
export function closedByPeer({ tls, sasl }: NetOptions, stage: Stage): string {
  if (stage === 'new') {
    const hint = tls === false ? 'it may be a TLS listener (set net.tls) or ' : 'it may be '
    return `was closed by the peer before it answered anything; ${hint}something else than a Kafka broker`
  }
  return `was closed by the broker${hintOf(sasl !== undefined, stage)}`
}

/** What an error of the socket means, which may be how a broker closes it. */
export function failedText({ sasl }: NetOptions, stage: Stage, cause: Error): string {
  const hint = tlsHints[(cause as NodeJS.ErrnoException).code ?? ''] ?? hintOf(sasl !== undefined, stage)
  return `failed: ${reasonOf(cause)}${hint}`
}

function hintOf(hasSasl: boolean, stage: Stage): string {
  if (hasSasl) return stage === 'greeting' ? ' while this client authenticated (net.sasl)' : ''
  return stage === 'open' ? ' at its first request; it may be a SASL listener (set net.sasl)' : ''
}

/** The error for bytes that are not Kafka's; as the first ones of a peer they show what it is instead. */
export function garbage({ label }: Endpoint, bytes: Buffer, stage: Stage, cause: unknown): unknown {
  if (!(cause instanceof ProtocolError)) return cause
  if (stage !== 'new') return new ProtocolError(`${label}: ${cause.message}`, { cause })
  const protocol = foreignProtocol(bytes)
  if (protocol === undefined) return new ProtocolError(`${label} does not speak Kafka: ${cause.message}`, { cause })
  const hint = protocol === 'TLS' ? '; set net.tls' : '; check its port'
  return new ProtocolError(`${label} speaks ${protocol}, not Kafka's plain protocol${hint}`, { cause })
}

/** The error of the request whose answer did not come in time. */
export function overdue(
  { label }: Endpoint,
  { dialTimeoutMs }: NetOptions,
  stage: Stage,
  { name, api, timeoutMs }: Exchange,
): TimeoutError {
  const isOfHandshake = stage === 'new' || stage === 'greeting' || api === SaslHandshake || api === SaslAuthenticate
  const limit = isOfHandshake
    ? `net.dialTimeoutMs (${dialTimeoutMs} ms)`
    : `its time limit (${Math.round(timeoutMs)} ms)`
  return new TimeoutError(
    `${label} did not answer ${name} within ${limit}; it may be frozen, overloaded or not a Kafka broker`,
  )
}

/** The error of a request that was not sent in time, because the broker wanted silence. */
export function throttled({ label }: Endpoint, throttleTimeMs: number, { name, timeoutMs }: Exchange): TimeoutError {
  return new TimeoutError(
    `${name} could not be sent within its time limit (${Math.round(timeoutMs)} ms): ${label} throttles this client ` +
      `for ${throttleTimeMs} ms, because it is over a quota`,
  )
}
