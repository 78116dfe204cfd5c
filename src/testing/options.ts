import type { TlsOptions } from 'node:tls'
import type { ConfigurationProblem } from '../errors/client-errors.ts'
import { apis } from '../protocol/apis.ts'
import type { VersionRange } from '../protocol/versions.ts'
import { objectProblems } from '../util/known-keys.ts'
import { bool, type CheckResult, custom, describeValue, int, ms, type OptionsInput } from '../util/options.ts'
import { type Clock, systemClock } from './clock.ts'
import { checkBrokerConfigs } from './configs/broker-configs.ts'
import type { Configs } from './configs/definition.ts'
import { apiProblems } from './faults/argument-problems.ts'
import type { ApiName } from './handlers.ts'
import { orRefusal, Refusal } from './refusal.ts'
import type { SaslOptions } from './sasl/options.ts'

/** Versions of APIs, by Kafka's names; null for an API that is not there. */
export type ApiVersionLimits = Partial<Readonly<Record<ApiName, VersionRange | null>>>

/** How a topic begins. What is left out is as the brokers are configured. */
export interface TopicOptions {
  readonly partitions?: number
  readonly replicationFactor?: number
  /** Kafka's topic configurations, such as `{ 'retention.bytes': 1048576 }`. */
  readonly configs?: Readonly<Record<string, string | number | boolean>>
}

const TOPIC_KEYS = ['partitions', 'replicationFactor', 'configs']

/** The options of `MockCluster.start`, all of them optional. */
export const mockClusterOptions = {
  /** How many brokers there are; their ids count up from 1. */
  brokers: int(1, { min: 1, max: 100 }),
  topics: custom<Readonly<Record<string, TopicOptions>>>({}, checkTopics, 'topics by name', '{}'),
  /** Whether topics come to be when clients ask for them, as with Kafka's `auto.create.topics.enable`. */
  autoCreateTopics: bool(true),
  apiVersions: custom<ApiVersionLimits>(
    {},
    (value, path) => versionProblems(value, path, api => apis[api].versions),
    'ranges of versions by API',
    'all that samsa knows',
  ),
  /** Kafka's configurations of brokers, such as `num.partitions` and the defaults of topics. */
  configs: custom<Readonly<Record<string, string | number | boolean>>>({}, checkConfigs, 'values by name', '{}'),
  tls: custom<TlsOptions | undefined>(undefined, checkTls, "Node's tls.TlsOptions", 'none'),
  sasl: custom<SaslOptions | undefined>(undefined, () => undefined, 'users and mechanisms', 'none'),
  /** What takes coordinators no time unless they are told to be slow. */
  coordinators: {
    /** How long the markers of a transaction take when it has ended: meanwhile the next is answered CONCURRENT_TRANSACTIONS. */
    markerDelayMs: ms(0, { min: 0 }),
    /** How long one that takes over reads its state: meanwhile it answers COORDINATOR_LOAD_IN_PROGRESS. */
    loadMs: ms(0, { min: 0 }),
  },
  clock: custom<Clock>(systemClock, checkClock, 'a clock', 'that of the machine'),
}

export type MockClusterOptions = OptionsInput<typeof mockClusterOptions>

/** Configurations as Kafka has them: text. */
export function asConfigs(given: Readonly<Record<string, string | number | boolean>>): Configs {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [name, String(value)]))
}

function checkTopics(value: unknown, path: string): CheckResult {
  if (!isObject(value)) return `must be an object with a key for each topic, not ${describeValue(value)}`
  return Object.entries(value).flatMap(([name, topic]) => topicProblems(`${path}.${name}`, topic))
}

/** What of a topic's options the brokers would not see. */
export function topicProblems(option: string, topic: unknown): ConfigurationProblem[] {
  return objectProblems(topic, option, TOPIC_KEYS)
}

/** What is wrong with ranges of versions by API, each of them within bounds. */
export function versionProblems(
  value: unknown,
  path: string,
  boundsOf: (api: ApiName) => VersionRange,
): ConfigurationProblem[] {
  if (!isObject(value)) {
    const problem = `must be an object with ranges of versions by API, not ${describeValue(value)}`
    return [{ option: path, problem }]
  }
  return Object.entries(value).flatMap(([name, range]): ConfigurationProblem[] => {
    const option = `${path}.${name}`
    const unknown = apiProblems(option, name)
    if (unknown.length > 0 || range === null) return unknown
    const bounds = boundsOf(name as ApiName)
    const { min, max } = isObject(range) ? range : {}
    const isWithin = isWhole(min) && isWhole(max) && min >= bounds.min && max <= bounds.max && min <= max
    return isWithin ? [] : [{ option, problem: `must be null or { min, max } from ${bounds.min} to ${bounds.max}` }]
  })
}

function checkConfigs(value: unknown): CheckResult {
  if (!isObject(value)) return `must be an object with values by name, not ${describeValue(value)}`
  const outcome = orRefusal(() => checkBrokerConfigs(asConfigs(value as Record<string, string>)))
  return outcome instanceof Refusal ? outcome.message : undefined
}

function checkTls(value: unknown): CheckResult {
  return isObject(value) ? undefined : `must be an object with cert and key, not ${describeValue(value)}`
}

function checkClock(value: unknown): CheckResult {
  const { now, setTimer } = isObject(value) ? value : {}
  const isClock = typeof now === 'function' && typeof setTimer === 'function'
  return isClock ? undefined : `must have now() and setTimer(delayMs, run), not be ${describeValue(value)}`
}

function isWhole(value: unknown): value is number {
  return Number.isInteger(value)
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
