import { topicNameProblem } from '../cluster/topic-name.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import { objectProblems } from '../util/known-keys.ts'
import type { Data, HeadersInit, ProducerMessage } from './types.ts'

const FIELDS = ['topic', 'key', 'value', 'headers', 'partition', 'timestamp']

export type HeaderList = readonly (readonly [string, Data | null])[]

const MAX_INT64 = 2 ** 63

/**
 * Refuses a message that cannot be sent, before anything of it is kept. Gives its headers as a list.
 *
 * @throws {@link ConfigurationError} that names each field at fault.
 */
export function checkMessage(message: ProducerMessage): HeaderList | null {
  if (typeof message !== 'object' || message === null) {
    throw new ConfigurationError([{ option: 'message', problem: `must be an object, not ${describe(message)}` }])
  }
  const { topic, key, value, headers, partition, timestamp } = message
  let problems: ConfigurationProblem[] | undefined
  const report = (option: string, problem: string) => {
    problems ??= []
    problems.push({ option: `message.${option}`, problem })
  }
  const topicProblem = topicNameProblem(topic)
  if (topicProblem !== undefined) report('topic', topicProblem)
  if (key !== undefined && !isData(key)) report('key', dataProblem(key))
  if (value !== undefined && !isData(value)) report('value', dataProblem(value))
  if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0)) {
    report('partition', `must be a whole number from 0 on, not ${describe(partition)}`)
  }
  if (timestamp !== undefined && !(Number.isInteger(timestamp) && timestamp >= 0 && timestamp < MAX_INT64)) {
    report('timestamp', `must be whole milliseconds since 1970, not ${describe(timestamp)}`)
  }
  const list = headers === undefined ? null : headerList(headers, report)
  // A misspelt field leaves the message without a value, and that would be a tombstone. Looking only then costs the others nothing.
  if (value === undefined) {
    for (const { option, problem } of objectProblems(message, 'message', FIELDS)) report(option.slice(8), problem)
  }
  if (problems !== undefined) throw new ConfigurationError(problems)
  return list
}

type Report = (option: string, problem: string) => void

function headerList(headers: HeadersInit, report: Report): HeaderList | null {
  if (typeof headers !== 'object' || headers === null) {
    report('headers', `must be an object or a list of [name, value], not ${describe(headers)}`)
    return null
  }
  const list: [string, Data | null][] = []
  const add = (name: unknown, value: unknown) => {
    if (typeof name !== 'string') report('headers', `a header's name must be a string, not ${describe(name)}`)
    else if (!isData(value)) report(`headers.${name}`, dataProblem(value))
    else list.push([name, value])
  }
  if (isIterable(headers)) {
    for (const entry of headers) {
      if (Array.isArray(entry) && entry.length === 2) add(entry[0], entry[1])
      else report('headers', `an entry must be [name, value], not ${describe(entry)}`)
    }
  } else {
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value)) for (const item of value) add(name, item)
      else add(name, value)
    }
  }
  return list
}

function isIterable(headers: HeadersInit): headers is Iterable<readonly [string, Data | null]> {
  return Symbol.iterator in headers
}

function isData(value: unknown): value is Data | null {
  return value === null || typeof value === 'string' || value instanceof Uint8Array
}

function dataProblem(value: unknown): string {
  return `must be a string, a Uint8Array or null, not ${describe(value)}; turn other values into one of these first`
}

function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 300 ? `${value.slice(0, 300)}…` : value)
  if (value === null || value === undefined || typeof value === 'number') return String(value)
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`
}
