import { ConnectionError, ProtocolError, TimeoutError } from '../errors/client-errors.ts'
import { formatAddress } from './address.ts'
import type { Endpoint } from './context.ts'
import type { NetOptions } from './dial.ts'
import type { Exchange } from './in-flight.ts'
import { foreignProtocol } from './sniff.ts'

/** What became of a connection, such as `failed: …`, as all who waited for it are told. */
export function broken({ address, label }: Endpoint, what: string, cause?: unknown): ConnectionError {
  return new ConnectionError(formatAddress(address), `the connection to ${label} ${what}`, { cause })
}

/** What the end of a connection means; before the first answer it says what the peer may be. */
export function closedByPeer({ tls }: NetOptions, hasAnswered: boolean): string {
  if (hasAnswered) return 'was closed by the broker'
  const hint = tls === false ? 'it may be a TLS listener (set net.tls) or ' : 'it may be '
  return `was closed by the peer before it answered anything; ${hint}something else than a Kafka broker`
}

/** The error for bytes that are not Kafka's; as the first ones of a peer they show what it is instead. */
export function garbage({ label }: Endpoint, bytes: Buffer, hasAnswered: boolean, cause: unknown): unknown {
  if (!(cause instanceof ProtocolError)) return cause
  if (hasAnswered) return new ProtocolError(`${label}: ${cause.message}`, { cause })
  const protocol = foreignProtocol(bytes)
  if (protocol === undefined) return new ProtocolError(`${label} does not speak Kafka: ${cause.message}`, { cause })
  const hint = protocol === 'TLS' ? '; set net.tls' : '; check its port'
  return new ProtocolError(`${label} speaks ${protocol}, not Kafka's plain protocol${hint}`, { cause })
}

/** The error of the request whose answer did not come in time. */
export function overdue(
  { label }: Endpoint,
  { dialTimeoutMs }: NetOptions,
  hasAnswered: boolean,
  { name, timeoutMs }: Exchange,
): TimeoutError {
  const limit = hasAnswered ? `its time limit (${Math.round(timeoutMs)} ms)` : `net.dialTimeoutMs (${dialTimeoutMs} ms)`
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
