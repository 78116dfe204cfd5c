import { listProblems, objectProblems, refuse } from '../../util/known-keys.ts'
import { describeValue } from '../../util/options.ts'
import { MIN_ITERATIONS, SCRAM_MECHANISMS } from '../../util/scram.ts'

/** The mechanisms that the in-process cluster knows. */
export const SASL_MECHANISMS = ['PLAIN', ...SCRAM_MECHANISMS] as const
export type SaslMechanism = (typeof SASL_MECHANISMS)[number]

/** Makes clients authenticate. */
export interface SaslOptions {
  /** Passwords by the names of the users. */
  readonly users: Readonly<Record<string, string>>
  /** What clients may choose from. Default: all. */
  readonly mechanisms?: readonly SaslMechanism[]
  /** How often SCRAM hashes a password; at least 4,096, which is the default. */
  readonly iterations?: number
  /** How long until a client must have authenticated again (KIP-368), in milliseconds. Default 0: never. */
  readonly sessionLifetimeMs?: number
}

/** @throws {@link ConfigurationError} that lists every problem. */
export function checkSaslOptions(options: SaslOptions): Required<SaslOptions> {
  const problems = objectProblems(options, 'sasl', ['users', 'mechanisms', 'iterations', 'sessionLifetimeMs'])
  refuse(problems)
  const { users, mechanisms = SASL_MECHANISMS, iterations = MIN_ITERATIONS, sessionLifetimeMs = 0 } = options
  const passwords = typeof users === 'object' && users !== null ? Object.entries(users) : []
  if (passwords.length === 0) problems.push({ option: 'sasl.users', problem: 'must have at least one user' })
  for (const [user, password] of passwords) {
    const isText = typeof password === 'string' && password !== '' && user !== ''
    if (!isText)
      problems.push({ option: `sasl.users.${user}`, problem: 'user and password must be text, and not empty' })
  }
  const listed = listProblems(mechanisms, 'sasl.mechanisms')
  const unknown = listed.length > 0 ? [] : mechanisms.filter(each => !SASL_MECHANISMS.includes(each))
  problems.push(...listed)
  if (unknown.length > 0 || mechanisms.length === 0) {
    const given = unknown.length > 0 ? `, not ${unknown.map(describeValue).join(', ')}` : ''
    problems.push({ option: 'sasl.mechanisms', problem: `must be some of ${SASL_MECHANISMS.join(', ')}${given}` })
  }
  if (!Number.isSafeInteger(iterations) || iterations < MIN_ITERATIONS) {
    const problem = `must be a whole number from ${MIN_ITERATIONS} on, not ${describeValue(iterations)}`
    problems.push({ option: 'sasl.iterations', problem })
  }
  if (!Number.isSafeInteger(sessionLifetimeMs) || sessionLifetimeMs < 0) {
    const problem = `must be a whole number of milliseconds, not ${describeValue(sessionLifetimeMs)}`
    problems.push({ option: 'sasl.sessionLifetimeMs', problem })
  }
  refuse(problems)
  return { users, mechanisms, iterations, sessionLifetimeMs }
}
