// Checked by `tsc` alone: nothing here is run.
import type { KafkaConfig, SaslOptions } from '../../src/index.ts'

const user = { username: 'alice', password: 'wonderland' }
const credentials = async () => user

const all: SaslOptions[] = [
  { mechanism: 'PLAIN', ...user },
  { mechanism: 'PLAIN', ...user, authorizationId: 'bob' },
  { mechanism: 'PLAIN', credentials: () => user },
  { mechanism: 'SCRAM-SHA-256', credentials },
  { mechanism: 'SCRAM-SHA-512', ...user, tokenAuth: true },
]
export const configs: KafkaConfig[] = all.map(sasl => ({ brokers: [], net: { sasl } }))

// @ts-expect-error another mechanism
export const unknown: SaslOptions = { mechanism: 'plain', ...user }
// @ts-expect-error nobody
export const nobody: SaslOptions = { mechanism: 'PLAIN' }
// @ts-expect-error no password
export const open: SaslOptions = { mechanism: 'PLAIN', username: 'alice' }
// @ts-expect-error both ways
export const both: SaslOptions = { mechanism: 'PLAIN', ...user, credentials }
// @ts-expect-error tokens are for SCRAM
export const token: SaslOptions = { mechanism: 'PLAIN', username: 'id', password: 'hmac', tokenAuth: true }
// @ts-expect-error and authorization ids for PLAIN
export const other: SaslOptions = { mechanism: 'SCRAM-SHA-256', username: 'a', password: 'b', authorizationId: 'c' }
