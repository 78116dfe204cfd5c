import type { Response } from '../protocol/api.ts'
import { CreateDelegationToken } from '../protocol/messages/create-delegation-token.ts'
import { DescribeDelegationToken } from '../protocol/messages/describe-delegation-token.ts'
import { ExpireDelegationToken } from '../protocol/messages/expire-delegation-token.ts'
import { RenewDelegationToken } from '../protocol/messages/renew-delegation-token.ts'
import { type Check, custom, describeValue, int, type Leaf, required, resolveOptions } from '../util/options.ts'
import { type AdminContext, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, isText, listOf } from './check.ts'

/** A token to log in with in place of credentials (KIP-48). Times are milliseconds since 1970. */
export interface DelegationToken {
  /** The user name for SCRAM. */
  readonly tokenId: string
  /** In base64 the password for SCRAM. It is a secret. */
  readonly hmac: Buffer
  /** Whom it speaks for, such as `User:alice`. */
  readonly owner: string
  /** Who asked for it. Before Kafka 3.3 not known, and taken for the owner. */
  readonly requester: string
  /** Who else may renew it. */
  readonly renewers: readonly string[]
  readonly issueTimestamp: number
  /** When it ends, unless it is renewed. */
  readonly expiryTimestamp: number
  /** When it ends for good. */
  readonly maxTimestamp: number
}

export interface CreateDelegationTokenOptions extends AdminCallOptions {
  /** Whom it is to speak for, such as `User:alice` (KIP-373, Kafka 3.3 and later). By default for who asks. */
  readonly owner?: string | undefined
  /** Who else may renew it, such as `User:bob`. By default nobody. */
  readonly renewers?: readonly string[] | undefined
  /** How long it may live at most, in milliseconds. By default as long as the brokers allow. */
  readonly maxLifetimeMs?: number | undefined
}

export interface RenewDelegationTokenOptions extends AdminCallOptions {
  /** For how long from now, in milliseconds. By default the brokers' `delegation.token.expiry.time.ms`. */
  readonly renewPeriodMs?: number | undefined
}

export interface ExpireDelegationTokenOptions extends AdminCallOptions {
  /** In how many milliseconds it is to end. By default at once. */
  readonly expiryPeriodMs?: number | undefined
}

export interface DescribeDelegationTokensOptions extends AdminCallOptions {
  /** Only tokens that speak for these. By default all that this client may see. */
  readonly owners?: readonly string[] | undefined
}

const period = int(undefined, { min: 0 })

export function createDelegationToken(
  context: AdminContext,
  options: CreateDelegationTokenOptions,
): Promise<DelegationToken> {
  const table = { owner: principal, renewers: listOf<string>(principalProblem), maxLifetimeMs: period }
  return inCall(context, table, options, async (call, { owner, renewers = [], maxLifetimeMs }) => {
    const body = {
      ...(owner === undefined ? {} : ownerOf(owner)),
      renewers: renewers.map(principalOf),
      maxLifetimeMs: maxLifetimeMs === undefined ? -1n : BigInt(maxLifetimeMs),
    }
    const token = await call.ask(
      CreateDelegationToken,
      version => (version < 3 ? body : { ...ownerOf(owner), ...body }),
      {
        any: true,
      },
    )
    throwFailure('creating a delegation token', token)
    return {
      ...identity(token),
      renewers,
      issueTimestamp: Number(token.issueTimestampMs),
      expiryTimestamp: Number(token.expiryTimestampMs),
      maxTimestamp: Number(token.maxTimestampMs),
    }
  })
}

export function renewDelegationToken(
  context: AdminContext,
  given: Uint8Array,
  options: RenewDelegationTokenOptions,
): Promise<number> {
  return inCall(context, { renewPeriodMs: period }, options, async (call, { renewPeriodMs }) => {
    const body = { hmac: hmacOf(given), renewPeriodMs: renewPeriodMs === undefined ? -1n : BigInt(renewPeriodMs) }
    const answer = await call.ask(RenewDelegationToken, body, { any: true })
    throwFailure('renewing a delegation token', answer)
    return Number(answer.expiryTimestampMs)
  })
}

export function expireDelegationToken(
  context: AdminContext,
  given: Uint8Array,
  options: ExpireDelegationTokenOptions,
): Promise<number> {
  return inCall(context, { expiryPeriodMs: period }, options, async (call, { expiryPeriodMs }) => {
    const body = {
      hmac: hmacOf(given),
      expiryTimePeriodMs: expiryPeriodMs === undefined ? -1n : BigInt(expiryPeriodMs),
    }
    const answer = await call.ask(ExpireDelegationToken, body, { any: true })
    throwFailure('expiring a delegation token', answer)
    return Number(answer.expiryTimestampMs)
  })
}

export function describeDelegationTokens(
  context: AdminContext,
  options: DescribeDelegationTokensOptions,
): Promise<DelegationToken[]> {
  return inCall(context, { owners: listOf<string>(principalProblem) }, options, async (call, { owners }) => {
    const answer = await call.ask(DescribeDelegationToken, { owners: owners?.map(principalOf) ?? null }, { any: true })
    throwFailure('describing delegation tokens', answer)
    return answer.tokens.map(token => ({
      ...identity(token),
      renewers: token.renewers.map(({ principalType, principalName }) => `${principalType}:${principalName}`),
      issueTimestamp: Number(token.issueTimestamp),
      expiryTimestamp: Number(token.expiryTimestamp),
      maxTimestamp: Number(token.maxTimestamp),
    }))
  })
}

type Token = Response<typeof CreateDelegationToken> | Response<typeof DescribeDelegationToken>['tokens'][number]

function identity({ tokenId, hmac, ...token }: Token) {
  const owner = `${token.principalType}:${token.principalName}`
  const { tokenRequesterPrincipalType: type, tokenRequesterPrincipalName: name } = token
  // The answer's memory holds much more than the token.
  return { tokenId, hmac: Buffer.from(hmac), owner, requester: name === '' ? owner : `${type}:${name}` }
}

const principal: Leaf<string | undefined> = custom<string | undefined>(undefined, principalProblem as Check, 'string')

function principalProblem(value: unknown): string | undefined {
  if (isText(value) === undefined && /^[^:]+:./.test(value as string)) return undefined
  return `must be a principal such as User:alice, not ${describeValue(value)}`
}

function principalOf(text: string): { readonly principalType: string; readonly principalName: string } {
  const at = text.indexOf(':')
  return { principalType: text.slice(0, at), principalName: text.slice(at + 1) }
}

/** Null stands for who asks. */
function ownerOf(owner: string | undefined) {
  if (owner === undefined) return { ownerPrincipalType: null, ownerPrincipalName: null }
  const { principalType, principalName } = principalOf(owner)
  return { ownerPrincipalType: principalType, ownerPrincipalName: principalName }
}

function hmacOf(given: Uint8Array): Uint8Array {
  const check: Check = value =>
    value instanceof Uint8Array && value.length > 0 ? undefined : 'must be the bytes of the hmac of a token'
  const hmac = required(custom<Uint8Array | undefined>(undefined, check, 'Uint8Array'))
  return resolveOptions({ hmac }, { hmac: given }, '').hmac
}
