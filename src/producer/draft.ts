import { topicNameProblem } from '../cluster/topic-name.ts'
import { ConfigurationError, type ConfigurationProblem } from '../errors/client-errors.ts'
import type { RecordData, RecordHeaderList } from '../records/record-data.ts'
import { serialized } from '../serde/apply.ts'
import type { SerdeContext, Serializer } from '../serde/serde.ts'
import { objectProblems } from '../util/known-keys.ts'
import { describeValue } from '../util/options.ts'
import type { Encoder, HeadersInit, ProducerMessage } from './types.ts'

const FIELDS = ['topic', 'key', 'value', 'headers', 'partition', 'timestamp', 'metadata']
const MAX_INT64 = 2 ** 63
/** A message that can be sent: checked, its data as bytes or text. */
export interface Draft {
  readonly topic: string
  readonly partition: number | undefined
  readonly key: RecordData
  readonly value: RecordData
  readonly headers: RecordHeaderList | null
  readonly timestamp: number
  /** For partitioners; it is not sent. */
  readonly metadata: unknown
  /** When it was given, in milliseconds since 1970. */
  readonly givenAt: number
}

/** How keys and values become bytes, where they are none. */
export interface Serializers {
  readonly key: Serializer<unknown> | undefined
  readonly value: Serializer<unknown> | undefined
}

/**
 * Makes a draft of a message, or refuses it before anything of it is kept.
 *
 * @param now the time of day, which is the timestamp of a message that has none.
 * @throws {@link ConfigurationError} that names each field at fault; {@link SerializationError}; what an {@link Encoder} throws.
 */
export function draftOf(
  message: ProducerMessage<unknown, unknown>,
  serializers: Serializers | undefined,
  now: number,
): Draft {
  // What most messages are like costs a few comparisons; the rest is looked at with care.
  if (serializers === undefined && typeof message === 'object' && message !== null) {
    const { topic, key = null, value, headers, partition, timestamp = now, metadata } = message
    if (
      typeof topic === 'string' &&
      isPlain(key) &&
      isPlain(value) &&
      headers === undefined &&
      (partition === undefined || isPartition(partition)) &&
      isTimestamp(timestamp)
    ) {
      return { topic, partition, key, value, headers: null, timestamp, metadata, givenAt: now }
    }
  }
  return carefully(message, serializers, now)
}

/** The size of its key and value, where text is taken to be ASCII. */
export function dataBytes({ key, value }: Draft): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

/** @throws {@link ConfigurationError} where Kafka forbids the topic's name. */
export function checkTopicName(topic: string): void {
  const problem = topicNameProblem(topic)
  if (problem !== undefined) throw new ConfigurationError([{ option: 'message.topic', problem }])
}

function carefully(
  message: ProducerMessage<unknown, unknown>,
  serializers: Serializers | undefined,
  now: number,
): Draft {
  if (typeof message !== 'object' || message === null || Array.isArray(message)) {
    throw new ConfigurationError([{ option: 'message', problem: `must be an object, not ${describeValue(message)}` }])
  }
  const { topic, key, value, headers, partition, timestamp = now, metadata } = message
  const problems: ConfigurationProblem[] = []
  const report: Report = (option, problem) => problems.push({ option: `message.${option}`, problem })
  const topicProblem = topicNameProblem(topic)
  if (topicProblem !== undefined) report('topic', topicProblem)
  const keyData = dataOf(key, 'key', serializers?.key, { topic, isKey: true }, report)
  const valueData = dataOf(value, 'value', serializers?.value, { topic, isKey: false }, report)
  if (partition !== undefined && !isPartition(partition)) {
    report('partition', `must be a whole number from 0 on, not ${describeValue(partition)}`)
  }
  if (!isTimestamp(timestamp)) {
    report('timestamp', `must be whole milliseconds since 1970, not ${describeValue(timestamp)}`)
  }
  const list = headers === undefined ? null : headerList(headers, report)
  // A misspelt field leaves the message without a value, and that would be a tombstone. Looking only then costs the others nothing.
  if (value === undefined) {
    for (const { option, problem } of objectProblems(message, 'message', FIELDS)) report(option.slice(8), problem)
  }
  if (problems.length > 0) throw new ConfigurationError(problems)
  return { topic, partition, key: keyData, value: valueData, headers: list, timestamp, metadata, givenAt: now }
}

type Report = (option: string, problem: string) => void

function dataOf(
  given: unknown,
  field: string,
  serializer: Serializer<unknown> | undefined,
  context: SerdeContext,
  report: Report,
): RecordData {
  if (serializer !== undefined) return serialized(serializer, given, context)
  if (given === undefined || given === null) return null
  return encoded(given, field, report)
}

function encoded(given: unknown, field: string, report: Report): RecordData {
  if (isPlain(given)) return given
  if (!isEncoder(given)) {
    report(
      field,
      `must be a string, a Uint8Array, an object with encode() or null, not ${describeValue(given)}; ` +
        'give the producer a serializer for other values',
    )
    return null
  }
  const made: unknown = given.encode()
  if (isPlain(made) && made !== null) return made
  report(field, `its encode() must make a string or a Uint8Array, not ${describeValue(made)}`)
  return null
}

function headerList(headers: HeadersInit, report: Report): RecordHeaderList | null {
  if (typeof headers !== 'object' || headers === null) {
    report('headers', `must be an object or a list of [name, value], not ${describeValue(headers)}`)
    return null
  }
  const list: [string, RecordData][] = []
  const add = (name: unknown, value: unknown) => {
    if (typeof name !== 'string') report('headers', `a header's name must be a string, not ${describeValue(name)}`)
    else list.push([name, encoded(value, `headers.${name}`, report)])
  }
  if (Symbol.iterator in headers) {
    for (const entry of headers) {
      if (Array.isArray(entry) && entry.length === 2) add(entry[0], entry[1])
      else report('headers', `an entry must be [name, value], not ${describeValue(entry)}`)
    }
  } else {
    for (const [name, value] of Object.entries(headers)) {
      if (Array.isArray(value)) for (const item of value) add(name, item)
      else add(name, value)
    }
  }
  return list
}

function isPlain(value: unknown): value is RecordData {
  return typeof value === 'string' || value instanceof Uint8Array || value === null
}

function isEncoder(value: unknown): value is Encoder {
  return typeof (value as Partial<Encoder> | undefined)?.encode === 'function'
}

function isPartition(partition: unknown): partition is number {
  return Number.isInteger(partition) && (partition as number) >= 0
}

function isTimestamp(timestamp: unknown): timestamp is number {
  return Number.isInteger(timestamp) && (timestamp as number) >= 0 && (timestamp as number) < MAX_INT64
}
