import type { ConnectionOptions } from 'node:tls'
import { bytes, custom, int, ms } from '../util/options.ts'
import { checkSasl, type SaslOptions } from './sasl/options.ts'

/** The `net` slice of the configuration. */
export const netOptions = {
  /** Requests in flight on one connection; further ones wait in order. */
  maxOpenRequests: int(5, { min: 1, max: 1_000_000 }),
  /** How long a connection may take to be ready: TCP, TLS, the version handshake and SASL together. */
  dialTimeoutMs: ms(10_000, { min: 1 }),
  /** How long a broker may take to answer; then the connection is given up, since answers come in order. */
  requestTimeoutMs: ms(30_000, { min: 1 }),
  /** How long a connection may be silent before TCP keep-alive probes it. 0 turns the probes off. */
  keepAliveMs: ms(30_000, { min: 0 }),
  /** Connections that carried nothing for this long are closed. 0 keeps them. */
  idleMs: ms(540_000, { min: 0 }),
  /** `true` for TLS with Node's defaults, or Node's own `tls.ConnectionOptions`. */
  tls: custom<boolean | ConnectionOptions>(false, checkTls, 'boolean | tls.ConnectionOptions'),
  /** Who this client is, and what proves it, by SASL: `{ mechanism, username, password }`, `mechanism` being `'PLAIN'`, `'SCRAM-SHA-256'` or `'SCRAM-SHA-512'`. */
  sasl: custom<SaslOptions | undefined>(undefined, checkSasl, 'SaslOptions', 'none'),
  /** The largest request that is sent, in bytes. */
  maxRequestBytes: bytes(100 * 1024 * 1024, { min: 1024, max: 0x7fffffff }),
  /** The largest response that is accepted, in bytes. Nothing is allocated for one that says it is larger. */
  maxResponseBytes: bytes(100 * 1024 * 1024, { min: 1024, max: 0x7fffffff }),
}

function checkTls(value: unknown): string | undefined {
  if (typeof value === 'boolean' || (typeof value === 'object' && value !== null && !Array.isArray(value)))
    return undefined
  return `must be true, false or Node's tls.ConnectionOptions, not ${String(value)}`
}
