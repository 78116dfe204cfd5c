import type { ConfigurationProblem } from '../../errors/client-errors.ts'
import { type CheckResult, custom, kindOf, oneOf, type Report, resolveOptions, section } from '../../util/options.ts'
import { SCRAM_MECHANISMS, type ScramMechanism } from '../../util/scram.ts'
import { type CredentialOptions, type Credentials, secretProblem } from './credentials.ts'
import type { SaslMechanism } from './mechanism.ts'
import { Plain } from './plain.ts'
import { Scram } from './scram.ts'

/** Options of PLAIN (RFC 4616). */
type PlainOptions = CredentialOptions & {
  readonly mechanism: 'PLAIN'
  /** Who the user wants to act as. Kafka's own broker takes only the user itself. Default: itself. */
  readonly authorizationId?: string | undefined
}

/** Options of SCRAM (RFC 5802). */
type ScramOptions = CredentialOptions & {
  readonly mechanism: ScramMechanism
  /** Whether the credentials are those of a delegation token (KIP-48). Default false. */
  readonly tokenAuth?: boolean | undefined
}

/** How a client authenticates: `net.sasl`. */
export type SaslOptions = PlainOptions | ScramOptions

const MECHANISMS = ['PLAIN', ...SCRAM_MECHANISMS] as const

const common = {
  mechanism: oneOf(undefined, MECHANISMS),
  username: custom<string | undefined>(undefined, secretProblem, 'string'),
  password: custom<string | undefined>(undefined, secretProblem, 'string'),
  credentials: custom<(() => Promise<Credentials> | Credentials) | undefined>(
    undefined,
    value => (typeof value === 'function' ? undefined : `must be a function, not ${kindOf(value)}`),
    'function',
  ),
}

/** An option of other mechanisms. */
const misplaced = (where: string) =>
  custom<undefined>(undefined, value => (value === undefined ? undefined : `is an option of ${where}`), 'none')

const authorizationId = custom<string | undefined>(undefined, secretProblem, 'string')
const tokenAuth = custom(
  false,
  value => (typeof value === 'boolean' ? undefined : `must be true or false, not ${kindOf(value)}`),
  'boolean',
)
const plain = section({ ...common, authorizationId, tokenAuth: misplaced('SCRAM') }, eitherWay)
const scram = section({ ...common, tokenAuth, authorizationId: misplaced('PLAIN') }, eitherWay)

function eitherWay(
  { credentials, ...given }: { readonly [K in keyof CredentialOptions]?: unknown },
  report: Report,
): void {
  for (const name of ['username', 'password'] as const) {
    const isGiven = given[name] !== undefined
    if (credentials === undefined && !isGiven)
      report(name, 'must be given, unless credentials is: a function that gives both')
    if (credentials !== undefined && isGiven) report(name, 'must be left out, since credentials gives it')
  }
}

/** What is wrong with `net.sasl`. Values that may be secrets stay out of it. */
export function checkSasl(value: unknown, path: string): CheckResult {
  if (value === undefined) return undefined
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `must be an object such as { mechanism: 'SCRAM-SHA-512', username, password }, not ${kindOf(value)}`
  }
  const problems: ConfigurationProblem[] = []
  const { mechanism } = value as { readonly mechanism?: unknown }
  const wrong = common.mechanism.check(mechanism, `${path}.mechanism`)
  if (typeof wrong === 'string') return [{ option: `${path}.mechanism`, problem: wrong }]
  resolveOptions<typeof plain.table | typeof scram.table>(mechanism === 'PLAIN' ? plain : scram, value, path, problems)
  return problems
}

/** The mechanism that the options choose. */
export function mechanismOf(options: SaslOptions): SaslMechanism {
  return options.mechanism === 'PLAIN'
    ? new Plain(options.authorizationId)
    : new Scram(options.mechanism, options.tokenAuth)
}
