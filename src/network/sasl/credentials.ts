import {
  ConfigurationError,
  type ConfigurationProblem,
  ConnectionError,
  TimeoutError,
} from '../../errors/client-errors.ts'
import { KafkaError } from '../../errors/kafka-error.ts'
import { kindOf } from '../../util/options.ts'
import { within } from '../../util/wait.ts'

/** Who a client is, and what proves it. */
export interface Credentials {
  readonly username: string
  readonly password: string
}

/** Credentials as they are, or from a function. */
export type CredentialOptions =
  | {
      /** Who this client is; with `tokenAuth` the id of the token. */
      readonly username: string
      /** What proves it; with `tokenAuth` the HMAC of the token in base64. */
      readonly password: string
      readonly credentials?: undefined
    }
  | {
      /** Asked by each new connection and each re-authentication, so that passwords can change. */
      readonly credentials: () => Promise<Credentials> | Credentials
      readonly username?: undefined
      readonly password?: undefined
    }

/**
 * The credentials of the options, asked for anew each time where they come from a function.
 *
 * @throws {@link ConnectionError} when the function fails, which may pass; {@link TimeoutError} when it takes too long;
 * {@link ConfigurationError} when it gives something else.
 */
export async function credentialsOf(
  options: CredentialOptions,
  address: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Credentials> {
  if (options.credentials === undefined) return options
  const late = () => new TimeoutError('net.sasl.credentials gave nothing within net.dialTimeoutMs')
  let given: unknown
  try {
    given = await within(Promise.resolve(options.credentials()), timeoutMs, late, signal)
  } catch (cause) {
    if (cause instanceof KafkaError || signal.aborted) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new ConnectionError(address, `net.sasl.credentials failed: ${reason}`, { cause })
  }
  const problems = credentialProblems(given, 'the result of net.sasl.credentials()')
  if (problems.length > 0) throw new ConfigurationError(problems)
  return given as Credentials
}

/** What is wrong with credentials. The values stay out of it: they are secrets. */
function credentialProblems(value: unknown, path: string): ConfigurationProblem[] {
  if (typeof value !== 'object' || value === null) {
    return [{ option: path, problem: `must be an object with username and password, not ${kindOf(value)}` }]
  }
  const { username, password } = value as Partial<Record<keyof Credentials, unknown>>
  const problems = { username: secretProblem(username), password: secretProblem(password) }
  return Object.entries(problems).flatMap(([name, problem]) =>
    problem === undefined ? [] : [{ option: `${path}.${name}`, problem }],
  )
}

/** What is wrong with a name or a password, without telling it. */
export function secretProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return `must be a string, not ${value === null ? 'null' : typeof value}`
  if (value === '') return 'must not be empty'
  // It separates the parts of a message of PLAIN, and SCRAM forbids it.
  return value.includes('\0') ? 'must not contain a NUL character' : undefined
}
