import type { KafkaError } from '../errors/kafka-error.ts'
import { AlterUserScramCredentials } from '../protocol/messages/alter-user-scram-credentials.ts'
import { DescribeUserScramCredentials } from '../protocol/messages/describe-user-scram-credentials.ts'
import { bool, custom, describeValue, int, oneOf, type RequiredLeaf, required, section } from '../util/options.ts'
import { MIN_ITERATIONS, type ScramMechanism, saltPassword, scramHashes } from '../util/scram.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items, name, names } from './check.ts'
import { Codes } from './codes.ts'

/** What a user can log in with. Secrets are never told. */
export interface ScramCredential {
  readonly mechanism: ScramMechanism
  readonly iterations: number
}

/** A user with its credentials; without them where it has an error, such as RESOURCE_NOT_FOUND. */
export interface UserScramCredentials {
  readonly user: string
  readonly credentials?: readonly ScramCredential[]
  readonly error?: KafkaError
}

/** A credential that is to be set, or deleted. The brokers take one a user in each call. */
export interface UserScramCredentialAlteration {
  readonly user: string
  readonly mechanism: ScramMechanism
  /** Must be given, unless it is deleted. It is salted and hashed here: the brokers never see it. */
  readonly password?: string | Uint8Array | undefined
  /** 4,096 to 16,384. Default 4,096. */
  readonly iterations?: number | undefined
  /** By default 32 bytes by chance. */
  readonly salt?: Uint8Array | undefined
  /** Delete it instead. Default false. */
  readonly delete?: boolean | undefined
}

/** What became of the credentials of a user. */
export interface AlteredUser {
  readonly user: string
  readonly error?: KafkaError
}

const mechanisms = new Codes<ScramMechanism>({ 'SCRAM-SHA-256': 1, 'SCRAM-SHA-512': 2 })

const alteration = section(
  {
    user: name,
    mechanism: required(oneOf(undefined, mechanisms.names)) as RequiredLeaf<ScramMechanism>,
    password: custom<string | Uint8Array | undefined>(undefined, secretProblem, 'string | Uint8Array'),
    iterations: int(MIN_ITERATIONS, { min: MIN_ITERATIONS, max: 16_384 }),
    salt: custom<Uint8Array | undefined>(
      undefined,
      value => (value instanceof Uint8Array ? undefined : `must be bytes, not ${describeValue(value)}`),
      'Uint8Array',
    ),
    delete: bool(false),
  },
  ({ password, delete: isDeleted }, report) => {
    if (!isDeleted && password === undefined) report('password', 'must be given, unless delete is true')
    if (isDeleted && password !== undefined) report('password', 'must be left out to delete')
  },
)

export function describeUserScramCredentials(
  context: AdminContext,
  given: readonly string[] | undefined,
  options: AdminCallOptions,
): Promise<UserScramCredentials[]> {
  return inCall(context, {}, options, async call => {
    const users = given === undefined ? undefined : names(given, 'users')
    if (users?.length === 0) return []
    // An empty list means all, as null does; but to who may not know, brokers never answer that.
    const body = { users: (users ?? []).map(name => ({ name })) }
    const answer = await call.ask(DescribeUserScramCredentials, body, { any: true })
    throwFailure('describing SCRAM credentials', answer)
    return (users ?? answer.results.map(({ user }) => user).sort()).map(user => {
      const result = answer.results.find(each => each.user === user)
      const error = failureOf(`describing the SCRAM credentials of user "${user}"`, result)
      if (error !== undefined) return { user, error }
      // Brokers list them in no order.
      const infos = [...result!.credentialInfos].sort((a, b) => a.mechanism - b.mechanism)
      const credentials = infos.map(({ mechanism, iterations }) => {
        return { mechanism: mechanisms.name(mechanism) as ScramMechanism, iterations }
      })
      return { user, credentials }
    })
  })
}

export function alterUserScramCredentials(
  context: AdminContext,
  given: readonly UserScramCredentialAlteration[],
  options: AdminCallOptions,
): Promise<AlteredUser[]> {
  return inCall(context, {}, options, async call => {
    const all = items(given, 'alterations', alteration, ({ user, mechanism }) => `${mechanism} of user "${user}"`)
    // It takes a MiB of memory, which those who do not want it shall not spend.
    const crypto = await import('node:crypto')
    const upsertions = all
      .filter(each => !each.delete)
      .map(async ({ user, mechanism, password, iterations, salt = crypto.randomBytes(32) }) => {
        const saltedPassword = await saltPassword(crypto, scramHashes[mechanism], password!, salt, iterations)
        return { name: user, mechanism: mechanisms.code(mechanism), iterations, salt, saltedPassword }
      })
    const deletions = all
      .filter(each => each.delete)
      .map(({ user, mechanism }) => ({ name: user, mechanism: mechanisms.code(mechanism) }))
    const body = { deletions, upsertions: await Promise.all(upsertions) }
    const { results } = await call.ask(AlterUserScramCredentials, body, { controller: true })
    return [...new Set(all.map(({ user }) => user))].map(user => {
      const result = results.find(each => each.user === user)
      const error = failureOf(`altering the SCRAM credentials of user "${user}"`, result)
      return error === undefined ? { user } : { user, error }
    })
  })
}

/** Says nothing of the value, which is a secret. */
function secretProblem(value: unknown): string | undefined {
  const isSecret = (typeof value === 'string' || value instanceof Uint8Array) && value.length > 0
  return isSecret ? undefined : 'must be a string or bytes, and not empty'
}
