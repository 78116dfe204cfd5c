import type { FieldType, Shape } from '../../src/protocol/schema.ts'

/*
 * Between our bodies and the JSON of Kafka's own converters (`…DataJsonConverter` in kafka-clients): int64 are numbers there, bytes
 * are base64, what a version lacks is not mentioned, nor are tagged fields at their default.
 */

type Struct = Readonly<Record<string, unknown>>

/** A body as JSON that Kafka's converters read. What is left out is at its default; what the version lacks is dropped. */
export function toKafkaJson(shape: Shape, version: number, body: Struct): string {
  const fields = Object.entries(shape)
    .filter(([, { facts }]) => version >= facts.since && version <= facts.until)
    .map(([name, { type, facts }]) => {
      const value = body[name] === undefined ? facts.default : body[name]
      return `${JSON.stringify(name)}:${valueText(type, version, value)}`
    })
  return `{${fields.join()}}`
}

function valueText(type: FieldType, version: number, value: unknown): string {
  if (value === null) return 'null'
  switch (type.kind) {
    case 'struct':
      return toKafkaJson(type.shape, version, value as Struct)
    case 'array':
      return `[${(value as unknown[]).map(item => valueText(type.element, version, item)).join()}]`
    case 'int64':
      return String(value)
    case 'float64':
      // Kafka takes no 1 for a 1.0.
      return Number.isInteger(value) ? `${value}.0` : String(value)
    case 'bytes':
    case 'records':
      return JSON.stringify(Buffer.from(value as Uint8Array).toString('base64'))
    default:
      return JSON.stringify(value)
  }
}

/** JSON in which integers that a double cannot hold are strings. */
export function parseKafkaJson(text: string): unknown {
  const exact = text.replace(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, token =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) ? token : `"${token}"`,
  )
  return JSON.parse(exact)
}

/**
 * What our decoder must make of the bytes that Kafka reads as `json`. Of `records` the JSON says only the size, and so does
 * this: see {@link withRecordSizes}.
 *
 * @throws where the JSON has a field that the shape does not have in this version, or lacks one.
 */
export function fromKafkaJson(shape: Shape, version: number, json: unknown): Struct {
  const given = json as Struct
  const seen = new Set<string>()
  const entries = Object.entries(shape).map(([name, { type, facts }]) => {
    const key = type.kind === 'records' && !(name in given) ? `${name}SizeInBytes` : name
    seen.add(key)
    const present = version >= facts.since && version <= facts.until
    if (!(key in given)) {
      if (present && facts.tag === undefined) throw new Error(`Kafka's JSON has no ${name}`)
      return [name, defaultOf(type, facts.default)]
    }
    if (!present) throw new Error(`Kafka's JSON has ${name}, which version ${version} has not`)
    return [name, readValue(type, version, given[key])]
  })
  const unknown = Object.keys(given).filter(key => !seen.has(key))
  if (unknown.length > 0) throw new Error(`Kafka's JSON has ${unknown.join(', ')}, which no version has`)
  return Object.fromEntries(entries)
}

function readValue(type: FieldType, version: number, value: unknown): unknown {
  if (value === null) return null
  switch (type.kind) {
    case 'struct':
      return fromKafkaJson(type.shape, version, value)
    case 'array':
      return (value as unknown[]).map(item => readValue(type.element, version, item))
    case 'int64':
      return BigInt(value as string | number)
    case 'bytes':
      return Buffer.from(value as string, 'base64')
    default:
      return value
  }
}

function defaultOf(type: FieldType, value: unknown): unknown {
  if (type.kind === 'records' && value !== null) return 0
  if (type.kind !== 'struct' || value === null) return value
  const fields = Object.entries(type.shape).map(([name, field]) => [name, defaultOf(field.type, field.facts.default)])
  return Object.fromEntries(fields)
}

/** A decoded body with the size in the place of each `records`, and those records in the order of the body. */
export function withRecordSizes(shape: Shape, body: Struct): { readonly body: Struct; readonly records: Buffer[] } {
  const records: Buffer[] = []
  const value = (type: FieldType, given: unknown): unknown => {
    if (given === null) return null
    if (type.kind === 'array') return (given as unknown[]).map(item => value(type.element, item))
    if (type.kind === 'struct') return struct(type.shape, given as Struct)
    if (type.kind !== 'records') return given
    records.push(given as Buffer)
    return (given as Buffer).length
  }
  const struct = (inner: Shape, given: Struct): Struct =>
    Object.fromEntries(Object.entries(given).map(([name, each]) => [name, value(inner[name]!.type, each)]))
  return { body: struct(shape, body), records }
}
