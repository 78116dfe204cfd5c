import type { Api } from '../../src/protocol/api.ts'
import {
  type FieldFacts,
  type FieldType,
  type PrimitiveKind,
  type Shape,
  ZERO_UUID,
} from '../../src/protocol/schema.ts'

/** A message as Kafka itself defines it: one file of `common/message/*.json` in the kafka-clients jar. */
export interface Definition {
  readonly apiKey?: number
  readonly type: string
  readonly name: string
  readonly listeners?: readonly string[]
  readonly validVersions: string
  readonly flexibleVersions?: string
  readonly latestVersionUnstable?: boolean
  readonly fields?: readonly OfficialField[]
  readonly commonStructs?: readonly OfficialStruct[]
}

interface OfficialStruct {
  readonly name: string
  readonly versions: string
  readonly fields: readonly OfficialField[]
}

interface OfficialField {
  readonly name: string
  readonly type: string
  readonly versions: string
  readonly nullableVersions?: string
  readonly taggedVersions?: string
  readonly flexibleVersions?: string
  readonly tag?: number
  readonly default?: string | number | boolean
  readonly ignorable?: boolean
  readonly fields?: readonly OfficialField[]
}

interface Range {
  readonly min: number
  readonly max: number
}

const NONE: Range = { min: Infinity, max: -Infinity }

/** Reads a definition: JSON with whole lines of comment. */
export function parseDefinition(text: string): Definition {
  return JSON.parse(text.replace(/^\s*\/\/.*$/gm, '')) as Definition
}

/** The names of all APIs that can be asked on a listener for clients. */
export function clientApis(definitions: Iterable<Definition>): string[] {
  return [...definitions]
    .filter(({ type, listeners = [], validVersions }) => {
      return type === 'request' && listeners.includes('broker') && validVersions !== 'none'
    })
    .map(({ name }) => name.replace(/Request$/, ''))
    .sort()
}

/** Every difference between an API as it is declared and as Kafka defines it, a line each. */
export function compareApi(api: Api, request: Definition, response: Definition): string[] {
  const out: string[] = []
  const { name, key, stable } = api
  if (request.name !== `${name}Request`) out.push(`${name}: Kafka calls it ${request.name.replace(/Request$/, '')}`)
  for (const [direction, official] of [['request', request] as const, ['response', response] as const]) {
    const label = `${name} ${direction}`
    differs(out, `${label}: key`, key, official.apiKey)
    out.push(...compareWhole(label, api, api[direction], official))
  }
  differs(
    out,
    `${name}: stable`,
    stable,
    parseRange(request.validVersions).max - (request.latestVersionUnstable ? 1 : 0),
  )
  return out
}

interface Versioned {
  readonly versions: Range
  readonly flexible: number
}

/** Every difference between a message as it is declared and as Kafka defines it, a line each. */
export function compareWhole(label: string, ours: Versioned, shape: Shape, official: Definition): string[] {
  const out: string[] = []
  const valid = parseRange(official.validVersions)
  differs(out, `${label}: versions`, showRange(ours.versions), showRange(valid))
  const flexibleSince = parseRange(official.flexibleVersions ?? 'none').min
  if (ours.flexible <= ours.versions.max || flexibleSince <= valid.max)
    differs(out, `${label}: flexible since`, ours.flexible, flexibleSince)
  return [...out, ...compareMessage(label, shape, ours.versions, official)]
}

/** Every difference between the fields of a message as they are declared and as Kafka defines them, a line each. */
export function compareMessage(label: string, shape: Shape, versions: Range, official: Definition): string[] {
  const common = new Map((official.commonStructs ?? []).map(struct => [struct.name, struct]))
  const scope = { label, path: '', ours: versions, theirs: parseRange(official.validVersions), common }
  return compareFields(shape, official.fields ?? [], scope)
}

interface Scope {
  readonly label: string
  readonly path: string
  /** The versions that the struct around is in, for each of the two sides. */
  readonly ours: Range
  readonly theirs: Range
  readonly common: ReadonlyMap<string, OfficialStruct>
}

function compareFields(shape: Shape, all: readonly OfficialField[], scope: Scope): string[] {
  // Definitions keep fields of versions that are gone; those are nobody's.
  const official = all.filter(field => !isEmpty(intersect(parseRange(field.versions), scope.theirs)))
  const theirNames = official.map(field => camelCase(field.name))
  const ourNames = Object.keys(shape)
  const out = [
    ...theirNames.filter(name => !ourNames.includes(name)).map(name => `${at(scope, name)}: is missing`),
    ...ourNames.filter(name => !theirNames.includes(name)).map(name => `${at(scope, name)}: Kafka has no such field`),
  ]
  const ourOrder = ourNames.filter(name => theirNames.includes(name)).join(', ')
  const theirOrder = theirNames.filter(name => ourNames.includes(name)).join(', ')
  differs(out, at(scope, 'order'), ourOrder, theirOrder)
  for (const field of official) {
    const ours = shape[camelCase(field.name)]
    if (ours !== undefined) out.push(...compareField(ours.type, ours.facts, field, scope))
  }
  return out
}

function compareField(type: FieldType, facts: FieldFacts, field: OfficialField, scope: Scope): string[] {
  const where = at(scope, camelCase(field.name))
  const out: string[] = []
  const ours = intersect({ min: facts.since, max: facts.until }, scope.ours)
  const theirs = intersect(parseRange(field.versions), scope.theirs)
  const within = (range: string | undefined) => showRange(intersect(parseRange(range ?? 'none'), theirs))
  differs(out, `${where}: versions`, showRange(ours), showRange(theirs))
  const nullable = showRange(intersect({ min: facts.nullableSince, max: Infinity }, ours))
  differs(out, `${where}: nullable versions`, nullable, within(field.nullableVersions))
  const tagged = showRange(facts.tag === undefined ? NONE : ours)
  differs(out, `${where}: tagged versions`, tagged, within(field.taggedVersions))
  differs(out, `${where}: tag`, facts.tag, field.tag)
  differs(out, `${where}: ignorable`, facts.ignorable, field.ignorable ?? false)
  if (field.flexibleVersions !== undefined) {
    out.push(`${where}: flexible versions of its own (${field.flexibleVersions}), which no schema can say`)
  }
  const theirType = officialType(field.type)
  differs(out, `${where}: type`, showType(type), theirType.replace(/^int16$/, errorCodeName(field.name)))
  // Records are in every version of their messages, so no default of theirs is ever used.
  if (theirType !== 'records' && showType(type) === theirType.replace(/^int16$/, errorCodeName(field.name))) {
    differs(out, `${where}: default`, showValue(ourDefault(type, facts.default)), showValue(theirDefault(field)))
  }
  const inner = type.kind === 'array' ? type.element : type
  const struct = structOf(field, scope)
  if (inner.kind !== 'struct' || struct === undefined) return out
  const path = scope.path === '' ? camelCase(field.name) : `${scope.path}.${camelCase(field.name)}`
  const nested = { ...scope, path, ours, theirs: intersect(theirs, parseRange(struct.versions)) }
  return [...out, ...compareFields(inner.shape, struct.fields, nested)]
}

function structOf(field: OfficialField, { common }: Scope): OfficialStruct | undefined {
  const name = field.type.replace(/^\[\]/, '')
  return field.fields === undefined ? common.get(name) : { name, versions: '0+', fields: field.fields }
}

function at({ label, path }: Scope, name: string): string {
  return `${label}: ${path === '' ? name : `${path}.${name}`}`
}

function differs(out: string[], what: string, ours: unknown, theirs: unknown): void {
  if (ours !== theirs) out.push(`${what}: declared ${String(ours)}, Kafka has ${String(theirs)}`)
}

/** Kafka's names begin with one capital letter that the language of the client lowers, as Java's getters do. */
function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1)
}

function errorCodeName(name: string): string {
  return name.endsWith('ErrorCode') ? 'errorCode' : 'int16'
}

const PRIMITIVES: ReadonlySet<string> = new Set<PrimitiveKind>([
  'bool',
  'int8',
  'int16',
  'uint16',
  'int32',
  'int64',
  'float64',
  'string',
  'uuid',
  'bytes',
  'records',
])

function officialType(type: string): string {
  if (type.startsWith('[]')) return `[]${officialType(type.slice(2))}`
  return PRIMITIVES.has(type) ? type : 'struct'
}

function showType(type: FieldType): string {
  if (type.kind === 'array') return `[]${showType(type.element)}`
  return type.kind === 'int16' && 'isErrorCode' in type ? 'errorCode' : type.kind
}

const EMPTY = 'nothing'

/** Structs and empty collections have no value of their own to compare: what is in a struct is compared field by field. */
function ourDefault(type: FieldType, value: unknown): unknown {
  if (value === null) return null
  if (type.kind === 'array' || type.kind === 'bytes') return (value as ArrayLike<unknown>).length === 0 ? EMPTY : value
  return type.kind === 'struct' && Object.keys(value as object).length === 0 ? EMPTY : value
}

function theirDefault({ type, default: given }: OfficialField): unknown {
  if (given === 'null') return null
  const text = given === undefined ? '' : String(given)
  switch (officialType(type)) {
    case 'string':
      return text
    case 'bool':
      return text === 'true'
    case 'int64':
      return BigInt(text === '' ? 0 : text)
    case 'int8':
    case 'int16':
    case 'uint16':
    case 'int32':
    case 'float64':
      return Number(text === '' ? 0 : text)
    case 'uuid':
      return text === '' ? ZERO_UUID : text
    default:
      return text === '' ? EMPTY : text
  }
}

function showValue(value: unknown): string {
  return typeof value === 'bigint' ? `${value}n` : JSON.stringify(value)
}

function parseRange(text: string): Range {
  const match = /^(\d+)(?:(\+)|-(\d+))?$/.exec(text)
  if (match === null) {
    if (text === 'none') return NONE
    throw new Error(`${JSON.stringify(text)} is not a range of versions`)
  }
  const [, first, plus, last] = match
  return { min: Number(first), max: plus === '+' ? Infinity : Number(last ?? first) }
}

function showRange(range: Range): string {
  return isEmpty(range) ? 'none' : `${range.min} to ${range.max}`
}

function intersect(a: Range, b: Range): Range {
  return { min: Math.max(a.min, b.min), max: Math.min(a.max, b.max) }
}

function isEmpty({ min, max }: Range): boolean {
  return min > max
}
