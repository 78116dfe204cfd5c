/**
 * The language in which Kafka's messages are declared: values, from which the codec, the TypeScript types and the
 * comparison with Kafka's own definitions all follow. The order of an object's keys is the order on the wire.
 *
 * @see https://kafka.apache.org/protocol
 */

export type PrimitiveKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'int64'
  | 'float64'
  | 'string'
  | 'uuid'
  | 'bytes'
  | 'records'

export type FieldType =
  | { readonly kind: PrimitiveKind; readonly isErrorCode?: true }
  | { readonly kind: 'array'; readonly element: FieldType }
  | { readonly kind: 'struct'; readonly shape: Shape }

/** What is known of a field besides its type. `until` and `nullableSince` are Infinity where they do not apply. */
export interface FieldFacts {
  readonly since: number
  readonly until: number
  readonly nullableSince: number
  readonly default: unknown
  readonly tag: number | undefined
  readonly ignorable: boolean
}

/** The two sides of a type: what decoding gives, and what encoding takes. */
export interface Sides {
  readonly out: unknown
  readonly in: unknown
}

/** A type whose two sides are the same. */
export interface Plain<T> extends Sides {
  readonly out: T
  readonly in: T
}

export interface Bytes extends Sides {
  readonly out: Buffer
  readonly in: Uint8Array
}

export interface Nullable<T extends Sides> extends Sides {
  readonly out: T['out'] | null
  readonly in: T['in'] | null
}

export interface ArrayOf<T extends Sides> extends Sides {
  readonly out: T['out'][]
  readonly in: readonly T['in'][]
}

export interface StructOf<S extends Shape> extends Sides {
  readonly out: Decoded<S>
  readonly in: Encodable<S>
}

/**
 * One field of a message. `Optional` tells that a caller may omit it, which is so exactly when some legal encoding lacks
 * it. A shape stands in `T` once, not once a side: with nested arrays the declarations would double at each level.
 */
export class Field<T extends Sides, Optional extends boolean = false> {
  declare readonly $type: T
  declare readonly $optional: Optional
  readonly type: FieldType
  readonly facts: FieldFacts

  constructor(type: FieldType, facts: FieldFacts) {
    this.type = type
    this.facts = facts
  }

  /** The first version that has the field. */
  since(version: number): Field<T, true> {
    return new Field(this.type, { ...this.facts, since: version })
  }

  /** The last version that has the field. */
  until(version: number): Field<T, true> {
    return new Field(this.type, { ...this.facts, until: version })
  }

  /** May be null, from `version` on. */
  nullable(version = 0): Field<Nullable<T>, Optional> {
    return new Field<Nullable<T>, Optional>(this.type, { ...this.facts, nullableSince: version })
  }

  /** What a version without the field, or a caller who omits it, means. Otherwise that is the type's zero. */
  default(value: T['in']): Field<T, true> {
    return new Field(this.type, { ...this.facts, default: value })
  }

  /** Sent in the tag buffer (KIP-482), and there only when it is not at its default. */
  tag(tag: number): Field<T, true> {
    return new Field(this.type, { ...this.facts, tag })
  }

  /** A value is dropped in silence where the negotiated version cannot carry it; other fields are refused there. */
  ignorable(): Field<T, Optional> {
    return new Field(this.type, { ...this.facts, ignorable: true })
  }
}

export type AnyField = Field<Sides, boolean>
export type Shape = { readonly [name: string]: AnyField }

/** What decoding a shape gives: every key, in every version, with defaults filled in. */
export type Decoded<S extends Shape> = { -readonly [K in keyof S]: S[K]['$type']['out'] }

type RequiredKeys<S extends Shape> = { [K in keyof S]: S[K]['$optional'] extends true ? never : K }[keyof S]

/** What encoding a shape takes. */
export type Encodable<S extends Shape> = {
  readonly [K in keyof Pick<S, RequiredKeys<S>>]: S[K]['$type']['in']
} & {
  readonly [K in keyof Omit<S, RequiredKeys<S>>]?: S[K]['$type']['in'] | undefined
}

function field<T extends Sides>(type: FieldType, zero: unknown): Field<T> {
  return new Field(type, {
    since: 0,
    until: Infinity,
    nullableSince: Infinity,
    default: zero,
    tag: undefined,
    ignorable: false,
  })
}

/** Kafka's zero UUID, which stands for none. */
export const ZERO_UUID = 'AAAAAAAAAAAAAAAAAAAAAA'

export const bool = field<Plain<boolean>>({ kind: 'bool' }, false)
export const int8 = field<Plain<number>>({ kind: 'int8' }, 0)
export const int16 = field<Plain<number>>({ kind: 'int16' }, 0)
export const uint16 = field<Plain<number>>({ kind: 'uint16' }, 0)
export const int32 = field<Plain<number>>({ kind: 'int32' }, 0)
export const int64 = field<Plain<bigint>>({ kind: 'int64' }, 0n)
export const float64 = field<Plain<number>>({ kind: 'float64' }, 0)
export const string = field<Plain<string>>({ kind: 'string' }, '')
/** 22 characters of base64url, as Kafka prints it. */
export const uuid = field<Plain<string>>({ kind: 'uuid' }, ZERO_UUID)
/** Decodes to a view of the frame. */
export const bytes = field<Bytes>({ kind: 'bytes' }, Buffer.alloc(0))
/** Record batches; to this layer just bytes. Decodes to a view of the frame. */
export const records = field<Bytes>({ kind: 'records' }, Buffer.alloc(0))
/** An int16 that is one of the broker's error codes; 0 is none. */
export const errorCode = field<Plain<number>>({ kind: 'int16', isErrorCode: true }, 0)

export function array<S extends Shape>(shape: S): Field<ArrayOf<StructOf<S>>>
export function array<T extends Sides>(element: Field<T>): Field<ArrayOf<T>>
export function array(of: Shape | Field<Sides>): Field<ArrayOf<Sides>> {
  const element: FieldType = of instanceof Field ? of.type : { kind: 'struct', shape: of as Shape }
  return field({ kind: 'array', element }, [])
}

export function struct<S extends Shape>(shape: S): Field<StructOf<S>> {
  return field({ kind: 'struct', shape }, {})
}
