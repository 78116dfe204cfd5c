import { Refusal } from '../refusal.ts'

/** Configurations by name. */
export type Configs = Readonly<Record<string, string>>

/** A configuration of topics or brokers. */
export interface Definition {
  readonly name: string
  readonly type: 'boolean' | 'string' | 'int' | 'long' | 'double' | 'list'
  /** Kafka's own, unless the page on testing says otherwise. */
  readonly default: string
  /** Where values are restricted: to these, or to numbers from here on. */
  readonly values?: readonly string[]
  readonly min?: number
  /** What the default comes from when the brokers have it: their name of it. */
  readonly brokerName?: string
  readonly readOnly?: boolean
}

/** Where a value comes from, as DescribeConfigs tells. */
export const configSources = { topic: 1, brokerDefault: 3, brokerFile: 4, builtIn: 5 } as const

const INT32_MAX = 2 ** 31 - 1
const INT64_MAX = 2n ** 63n - 1n

/** @throws {@link Refusal} for a value that the configuration cannot have. */
export function checkValue(definition: Definition, value: string): void {
  const problem = problemOf(definition, value)
  if (problem === undefined) return
  throw new Refusal('INVALID_CONFIG', `Invalid value ${value} for configuration ${definition.name}: ${problem}`)
}

function problemOf({ type, values, min }: Definition, value: string): string | undefined {
  const items = type === 'list' ? listOf(value) : [value]
  const odd = values && items.find(item => !values.includes(item))
  if (odd !== undefined) return `must be one of: ${values!.join(', ')}`
  if (type === 'string' || type === 'list') return undefined
  if (type === 'boolean') return /^(true|false)$/i.test(value) ? undefined : 'Expected value to be either true or false'
  if (!(type === 'double' ? /^-?\d+(\.\d+)?$/ : /^-?\d{1,19}$/).test(value)) return `Not a number of type ${type}`
  if (type === 'int' && Math.abs(Number(value)) > INT32_MAX) return 'Not a number of type int'
  if (type === 'long' && BigInt(value) > INT64_MAX) return 'Not a number of type long'
  if (min !== undefined && Number(value) < min) return `Value must be at least ${min}`
  return undefined
}

/** The items of a list. */
export function listOf(value: string): string[] {
  return value
    .split(',')
    .map(item => item.trim())
    .filter(item => item !== '')
}
