import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import type { RecordData, RecordHeaderList } from '../records/record-data.ts'
import { describeValue } from '../util/options.ts'

/** By name, where a list has several of that name; or in order as pairs. */
export type FixtureHeaders =
  | Readonly<Record<string, RecordData | readonly RecordData[]>>
  | Iterable<readonly [name: string, value: RecordData]>

/** A message for `cluster.produce`. */
export interface FixtureMessage {
  /** Default null. */
  readonly key?: RecordData
  /** Default null, a tombstone. */
  readonly value?: RecordData
  readonly headers?: FixtureHeaders
  /** Default: by the key as Java's client does it; messages without a key take turns. */
  readonly partition?: number
  /** Milliseconds since 1970. Default: now. */
  readonly timestamp?: number
}

/** A message as it is written. */
export interface FixtureRecord {
  readonly key: RecordData
  readonly value: RecordData
  readonly headers: RecordHeaderList
  readonly partition: number | undefined
  readonly timestamp: number
}

/** @throws {@link ConfigurationError} that names each field at fault, with the number of the message. */
export function fixtureRecord(message: string | FixtureMessage, place: number, nowMs: number): FixtureRecord {
  const given = typeof message === 'string' ? { value: message } : message
  const { key = null, value = null, headers = [], partition, timestamp = nowMs } = given
  const list = headerList(headers)
  const fields: [string, unknown][] = [
    ['key', key],
    ['value', value],
  ]
  for (const [name, data] of list) fields.push([`headers.${name}`, data])
  const problems: ConfigurationProblem[] = []
  for (const [field, data] of fields) {
    if (data === null || typeof data === 'string' || data instanceof Uint8Array) continue
    const problem = `must be a string, a Uint8Array or null, not ${describeValue(data)}`
    problems.push({ option: `messages[${place}].${field}`, problem })
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { key, value, headers: list, partition, timestamp }
}

function headerList(headers: FixtureHeaders): RecordHeaderList {
  if (Symbol.iterator in headers) return [...headers]
  return Object.entries(headers).flatMap(([name, value]) => {
    const values = Array.isArray(value) ? (value as readonly RecordData[]) : [value as RecordData]
    return values.map(each => [name, each] as const)
  })
}
