import { ProtocolError, UnsupportedVersionError } from '../errors/client-errors.ts'
import type { Reader } from './reader.ts'
import type { AnyField, FieldType, PrimitiveKind, Shape } from './schema.ts'
import { MAX_STRING_BYTES, Writer } from './writer.ts'

/**
 * From a schema and a version to closures. Every decision about versions is taken once, when a codec is built; building is
 * lazy and the result is kept. There is no code generation, so it works where `eval` is forbidden.
 */

export interface Codec<Out = unknown> {
  encode(writer: Writer, value: unknown): void
  decode(reader: Reader): Out
  /** The fewest bytes that a value takes: what bounds the length of an array before it is allocated. */
  readonly minBytes: number
  /** Whether what it decodes may have views of the bytes. */
  readonly hasViews?: boolean
}

/** So many elements an array has at most at the start, whatever length a peer tells. */
const PRESIZED = 16

type Struct = Readonly<Record<string, unknown>>

interface Context {
  readonly api: string
  readonly version: number
  readonly flexible: boolean
  readonly path: string
}

const primitives: Record<Exclude<PrimitiveKind, 'string' | 'bytes' | 'records'>, Codec> = {
  bool: { encode: (w, v) => w.bool(v as boolean), decode: r => r.bool(), minBytes: 1 },
  int8: { encode: (w, v) => w.int8(v as number), decode: r => r.int8(), minBytes: 1 },
  int16: { encode: (w, v) => w.int16(v as number), decode: r => r.int16(), minBytes: 2 },
  uint16: { encode: (w, v) => w.uint16(v as number), decode: r => r.uint16(), minBytes: 2 },
  int32: { encode: (w, v) => w.int32(v as number), decode: r => r.int32(), minBytes: 4 },
  int64: { encode: (w, v) => w.int64(v as bigint), decode: r => r.int64(), minBytes: 8 },
  float64: { encode: (w, v) => w.float64(v as number), decode: r => r.float64(), minBytes: 8 },
  uuid: { encode: (w, v) => w.uuid(v as string), decode: r => r.uuid(), minBytes: 16 },
}

function stringCodec(compact: boolean, nullable: boolean): Codec {
  return {
    encode(w, value) {
      if (value === null && nullable) writeNull(w, 16, compact)
      else w.string(value as string, compact)
    },
    decode(r) {
      const length = r.length(16, compact)
      if (length > MAX_STRING_BYTES) throw r.fail(`a string of ${length} bytes`)
      return length < 0 ? nullOr(r, nullable, 'string') : r.utf8(length)
    },
    minBytes: compact ? 1 : 2,
  }
}

function bytesCodec(compact: boolean, nullable: boolean): Codec {
  return {
    encode(w, value) {
      if (value === null && nullable) writeNull(w, 32, compact)
      else w.bytes(value as Uint8Array, compact)
    },
    decode(r) {
      const length = r.length(32, compact)
      return length < 0 ? nullOr(r, nullable, 'bytes') : r.view(length)
    },
    minBytes: compact ? 1 : 4,
    hasViews: true,
  }
}

function arrayCodec(element: Codec, compact: boolean, nullable: boolean): Codec {
  return {
    encode(w, value) {
      if (value === null && nullable) {
        writeNull(w, 32, compact)
        return
      }
      if (!Array.isArray(value)) throw new ProtocolError(`${String(value)} is not an array`)
      if (compact) w.uvarint(value.length + 1)
      else w.int32(value.length)
      for (const item of value) element.encode(w, item)
    },
    decode(r) {
      const length = r.length(32, compact)
      if (length < 0) return nullOr(r, nullable, 'array')
      // An element that takes no bytes has nothing in it: no version has such an array, but a peer could count on it.
      if (length * Math.max(1, element.minBytes) > r.left)
        throw r.fail(`an array of ${length}, with ${r.left} bytes left,`)
      // Most are short, where an array that grows would take several times the memory that it needs.
      const out: unknown[] = new Array(Math.min(length, PRESIZED))
      for (let i = 0; i < length; i++) out[i] = element.decode(r)
      return out
    },
    minBytes: compact ? 1 : 4,
    hasViews: element.hasViews === true,
  }
}

/** A struct that may be null is preceded by a byte: -1 for null, 1 otherwise. */
function nullableStructCodec(inner: Codec): Codec {
  return {
    encode(w, value) {
      w.int8(value === null ? -1 : 1)
      if (value !== null) inner.encode(w, value)
    },
    decode: r => (r.int8() < 0 ? null : inner.decode(r)),
    minBytes: 1,
    hasViews: inner.hasViews === true,
  }
}

function writeNull(w: Writer, bits: 16 | 32, compact: boolean): void {
  if (compact) w.uvarint(0)
  else if (bits === 16) w.int16(-1)
  else w.int32(-1)
}

function nullOr(r: Reader, nullable: boolean, type: string): null {
  if (nullable) return null
  throw r.fail(`a null ${type}, which cannot be null,`)
}

function typeCodec(type: FieldType, nullable: boolean, context: Context): Codec {
  switch (type.kind) {
    case 'string':
      return stringCodec(context.flexible, nullable)
    case 'bytes':
    case 'records':
      return bytesCodec(context.flexible, nullable)
    case 'array':
      return arrayCodec(typeCodec(type.element, false, context), context.flexible, nullable)
    case 'struct': {
      const inner = structCodec(type.shape, context)
      return nullable ? nullableStructCodec(inner) : inner
    }
    default:
      return primitives[type.kind]
  }
}

/** One field of a struct in one version. `codec` is undefined where the version does not have the field. */
interface Slot {
  readonly name: string
  readonly path: string
  readonly codec: Codec | undefined
  readonly tag: number | undefined
  readonly ignorable: boolean
  readonly makeDefault: () => unknown
  /** Whether the default is the same value each time: nobody can change it. */
  readonly isConstant: boolean
  readonly isDefault: (value: unknown) => boolean
}

function slot(name: string, { type, facts }: AnyField, context: Context): Slot {
  const { version } = context
  const path = context.path === '' ? name : `${context.path}.${name}`
  const present = version >= facts.since && version <= facts.until
  return {
    name,
    path,
    codec: present ? typeCodec(type, version >= facts.nullableSince, { ...context, path }) : undefined,
    tag: present ? facts.tag : undefined,
    ignorable: facts.ignorable,
    makeDefault: defaultMaker(type, facts.default),
    isConstant: facts.default === null || (type.kind !== 'array' && type.kind !== 'struct'),
    isDefault: defaultTest(type, facts.default),
  }
}

/** Defaults that a caller could change are made anew each time. */
function defaultMaker(type: FieldType, value: unknown): () => unknown {
  if (value === null) return () => null
  if (type.kind === 'array') return () => []
  if (type.kind === 'struct') {
    const makers = Object.entries(type.shape).map(
      ([name, field]) => [name, defaultMaker(field.type, field.facts.default)] as const,
    )
    const first = Object.fromEntries(makers.map(([name, make]) => [name, make()]))
    const others = makers.filter(([name]) => typeof first[name] === 'object' && first[name] !== null)
    return () => {
      const out: Record<string, unknown> = { ...first }
      for (const [name, make] of others) out[name] = make()
      return out
    }
  }
  return () => value
}

/** A struct is at its default when everything in it is; bytes and arrays when they are empty. */
function defaultTest(type: FieldType, normal: unknown): (value: unknown) => boolean {
  if (normal === null) return value => value === null
  if (type.kind === 'struct') {
    const tests = Object.entries(type.shape).map(
      ([name, field]) => [name, defaultTest(field.type, field.facts.default)] as const,
    )
    return value =>
      value !== null &&
      tests.every(([name, test]) => (value as Struct)[name] === undefined || test((value as Struct)[name]))
  }
  if (type.kind === 'array' || type.kind === 'bytes' || type.kind === 'records') {
    return value => value !== null && (value as ArrayLike<unknown>).length === 0
  }
  return value => value === normal
}

function structCodec(shape: Shape, context: Context): Codec<Struct> {
  const slots = Object.entries(shape).map(([name, field]) => slot(name, field, context))
  const plain = slots.filter(s => s.codec !== undefined && s.tag === undefined)
  const tagged = slots.filter(s => s.tag !== undefined).sort((a, b) => a.tag! - b.tag!)
  const absent = slots.filter(s => s.codec === undefined && !s.ignorable)
  const bySlotTag = new Map(tagged.map(s => [s.tag!, s]))
  const minBytes = plain.reduce((sum, s) => sum + s.codec!.minBytes, context.flexible ? 1 : 0)

  function encodeSlot(w: Writer, { codec, path }: Slot, value: unknown): void {
    try {
      codec!.encode(w, value)
    } catch (error) {
      if (!(error instanceof ProtocolError) || error.message.startsWith(context.api)) throw error
      throw new ProtocolError(`${context.api} v${context.version}: ${path}: ${error.message}`)
    }
  }

  function encode(w: Writer, value: unknown): void {
    if (typeof value !== 'object' || value === null) throw new ProtocolError(`${String(value)} is not an object`)
    const given = value as Struct
    for (const s of absent) {
      const field = given[s.name]
      if (field !== undefined && !s.isDefault(field)) throw cannotCarry(context, s.path)
    }
    for (const s of plain) encodeSlot(w, s, given[s.name] === undefined ? s.makeDefault() : given[s.name])
    if (context.flexible) encodeTags(w, given)
  }

  function encodeTags(w: Writer, given: Struct): void {
    if (tagged.length === 0) {
      w.uvarint(0)
      return
    }
    const sent = tagged.filter(s => given[s.name] !== undefined && !s.isDefault(given[s.name]))
    w.uvarint(sent.length)
    for (const s of sent) {
      const inner = new Writer()
      encodeSlot(inner, s, given[s.name])
      w.uvarint(s.tag!)
      w.uvarint(inner.sizeBytes)
      for (const chunk of inner.finish()) w.raw(chunk)
    }
  }

  // A copy has all fields from the start, in their order: V8 adds them one by one at several times the cost.
  const empty = Object.fromEntries(slots.map(s => [s.name, s.isConstant ? s.makeDefault() : undefined]))
  const made = slots.filter(s => !s.isConstant && !plain.includes(s))

  function decode(r: Reader): Struct {
    const out: Record<string, unknown> = { ...empty }
    for (const s of plain) out[s.name] = s.codec!.decode(r)
    for (const s of made) out[s.name] = s.makeDefault()
    if (context.flexible) decodeTags(r, out)
    return out
  }

  function decodeTags(r: Reader, out: Record<string, unknown>): void {
    const count = r.uvarint()
    let previous = -1
    for (let i = 0; i < count; i++) {
      const tag = r.uvarint()
      if (tag <= previous) throw r.fail(`tag ${tag} after tag ${previous}`)
      previous = tag
      const size = r.uvarint()
      if (size > r.left) throw r.fail(`tag ${tag} of ${size} bytes, with ${r.left} left,`)
      const known = bySlotTag.get(tag)
      if (known === undefined) {
        r.skip(size)
        continue
      }
      const end = r.left - size
      out[known.name] = known.codec!.decode(r)
      if (r.left !== end) throw r.fail(`tag ${tag} does not end where its size of ${size} says`)
    }
  }

  return { encode, decode, minBytes, hasViews: slots.some(s => s.codec?.hasViews === true) }
}

function cannotCarry({ api, version }: Context, path: string): UnsupportedVersionError {
  const message = `${api} v${version}, the version negotiated with this broker, cannot carry the field ${path}`
  return new UnsupportedVersionError(api, message, path)
}

/** What a codec has to know of a message besides its shape. */
export interface MessageVersions {
  readonly name: string
  readonly versions: { readonly min: number; readonly max: number }
  readonly flexible: number
}

const built = new WeakMap<Shape, Codec<Struct>[]>()

/**
 * The codec of a shape in one version.
 *
 * @throws {@link UnsupportedVersionError} when the message is not declared in that version.
 */
export function codecOf(message: MessageVersions, shape: Shape, version: number): Codec<Struct> {
  let versions = built.get(shape)
  if (versions === undefined) {
    versions = []
    built.set(shape, versions)
  }
  const known = versions[version]
  if (known !== undefined) return known
  const codec = buildCodec(message, shape, version)
  versions[version] = codec
  return codec
}

function buildCodec({ name, versions, flexible }: MessageVersions, shape: Shape, version: number): Codec<Struct> {
  const { min, max } = versions
  if (!Number.isInteger(version) || version < min || version > max) {
    throw new UnsupportedVersionError(name, `${name} v${version} is not known; versions ${min} to ${max} are`)
  }
  return structCodec(shape, { api: name, version, flexible: version >= flexible, path: '' })
}
