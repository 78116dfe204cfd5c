import fc, { type Arbitrary } from 'fast-check'
import type { Api } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import type { FieldType, Shape } from '../../../src/protocol/schema.ts'

/** Messages made from the schemas themselves, so that an API that is declared tomorrow is tested tomorrow. */

export type Direction = 'request' | 'response'
export type Body = Readonly<Record<string, unknown>>

/** Every message that is declared, once for each direction. */
export const messages: readonly { label: string; api: Api; direction: Direction; versions: readonly number[] }[] =
  Object.values(apis).flatMap((api: Api) => {
    const { min, max } = api.versions
    const versions = Array.from({ length: max - min + 1 }, (_, i) => min + i)
    return (['request', 'response'] as const).map(direction => {
      return { label: `${api.name} ${direction}`, api, direction, versions }
    })
  })

const primitives = {
  bool: fc.boolean(),
  int8: fc.integer({ min: -0x80, max: 0x7f }),
  int16: fc.integer({ min: -0x8000, max: 0x7fff }),
  uint16: fc.integer({ min: 0, max: 0xffff }),
  int32: fc.integer({ min: -0x80000000, max: 0x7fffffff }),
  int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  float64: fc.double(),
  string: fc.string({ unit: 'grapheme', maxLength: 6 }),
  uuid: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(bytes => Buffer.from(bytes).toString('base64url')),
  bytes: fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes)),
  records: fc.uint8Array({ maxLength: 6 }).map(bytes => Buffer.from(bytes)),
}

/** Bodies that a version can carry. Any field may be left out; ignorable ones may have a value that will be dropped. */
export function bodies(shape: Shape, version: number): Arbitrary<Body> {
  const fields = Object.entries(shape).map(([name, { type, facts }]) => {
    const present = version >= facts.since && version <= facts.until
    const value = values(type, version)
    const legal = version >= facts.nullableSince ? fc.option(value, { nil: null }) : value
    return [name, present || facts.ignorable ? legal : fc.constant(defaultOf(type, facts.default))] as const
  })
  return fc.record(Object.fromEntries(fields), { requiredKeys: [], noNullPrototype: true })
}

function values(type: FieldType, version: number): Arbitrary<unknown> {
  if (type.kind === 'array') return fc.array(values(type.element, version), { maxLength: 3 })
  return type.kind === 'struct' ? bodies(type.shape, version) : primitives[type.kind]
}

/** What a body that was sent in a version says at the other end: every key, with what the version lacks at its default. */
export function arrived(shape: Shape, version: number, body: Body): Body {
  const fields = Object.entries(shape).map(([name, { type, facts }]) => {
    const given = body[name]
    const sent = given !== undefined && version >= facts.since && version <= facts.until
    return [name, sent ? valueArrived(type, version, given) : defaultOf(type, facts.default)]
  })
  return Object.fromEntries(fields)
}

function valueArrived(type: FieldType, version: number, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'array') return (value as unknown[]).map(item => valueArrived(type.element, version, item))
  return type.kind === 'struct' ? arrived(type.shape, version, value as Body) : value
}

function defaultOf(type: FieldType, value: unknown): unknown {
  if (type.kind !== 'struct' || value === null) return value
  return Object.fromEntries(
    Object.entries(type.shape).map(([name, field]) => [name, defaultOf(field.type, field.facts.default)]),
  )
}

/** How much of a decoded body was made of bytes: elements of arrays, characters of strings, bytes of bytes. */
export function weight(shape: Shape, body: Body): number {
  return Object.entries(shape).reduce((sum, [name, { type }]) => sum + valueWeight(type, body[name]), 0)
}

function valueWeight(type: FieldType, value: unknown): number {
  if (value === null) return 0
  switch (type.kind) {
    case 'array': {
      const items = value as unknown[]
      return items.reduce<number>((sum, item) => sum + valueWeight(type.element, item), items.length)
    }
    case 'struct':
      return weight(type.shape, value as Body)
    case 'string':
    case 'bytes':
    case 'records':
      return (value as ArrayLike<unknown>).length
    default:
      return 0
  }
}
