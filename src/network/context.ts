import type { Hooks } from '../observe/hooks.ts'
import type { Logger } from '../observe/logger.ts'
import type { Address } from './address.ts'
import type { NetOptions } from './dial.ts'
import type { LoginPace } from './sasl/login-pace.ts'

/** What all connections of one client share. */
export interface NetContext {
  readonly net: NetOptions
  readonly clientId: string
  readonly logins: LoginPace
  /** Never throws. */
  readonly logger: Logger
  /** Never throw. */
  readonly hooks: Hooks
}

/** The other end of a connection, and what the connection is for. */
export interface Endpoint {
  /** -1 where it is not known. */
  readonly nodeId: number
  readonly address: Address
  /** Names the broker in errors: `broker 2 (host:9092)`. */
  readonly label: string
  /** What it carries, as hooks are told. */
  readonly purpose?: string | undefined
}
