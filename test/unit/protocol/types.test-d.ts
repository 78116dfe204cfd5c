// Checked by `tsc` alone: nothing here is run.
import { expectTypeOf } from 'vitest'
import { type Api, api, type EncodableResponse, type Request, type Response } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeRequest } from '../../../src/protocol/codec.ts'
import { array, bytes, errorCode, int16, int32, int64, string, struct, uuid } from '../../../src/protocol/schema.ts'

const Thing = api(
  999,
  'Thing',
  { versions: [0, 5], flexible: 2, route: 'any' },
  {
    name: string,
    group: string.nullable(),
    offset: int64,
    data: bytes,
    since: int32.since(2),
    until: int32.until(3),
    defaulted: int16.default(-1),
    tagged: uuid.since(2).tag(0),
    topics: array({ name: string, ids: array(int32).nullable(), node: struct({ id: int32, epoch: int32.since(2) }) }),
  },
  { errorCode, lag: int64.since(3).nullable(3).default(null) },
)

/** An intersection of objects as the one object that it is. */
type Flat<T> = { [K in keyof T]: T[K] }

// What is decoded always has every key.
expectTypeOf<Response<typeof Thing>>().toEqualTypeOf<{ errorCode: number; lag: bigint | null }>()
expectTypeOf(decodeResponse(Thing, 0, Buffer.alloc(0))).toEqualTypeOf<{ errorCode: number; lag: bigint | null }>()
expectTypeOf(decodeRequest(Thing, 0, Buffer.alloc(0))).toEqualTypeOf<{
  name: string
  group: string | null
  offset: bigint
  data: Buffer
  since: number
  until: number
  defaulted: number
  tagged: string
  topics: { name: string; ids: number[] | null; node: { id: number; epoch: number } }[]
}>()
expectTypeOf<Flat<EncodableResponse<typeof Thing>>>().toEqualTypeOf<{
  readonly errorCode: number
  readonly lag?: bigint | null | undefined
}>()

// A caller may leave out exactly what some legal encoding lacks.
const least = { name: 'a', group: null, offset: 1n, data: new Uint8Array(1), topics: [] }
encodeRequest(Thing, 0, least)
encodeRequest(Thing, 0, { ...least, since: undefined, until: 1, defaulted: 2, tagged: 'x' })
encodeRequest(Thing, 0, { ...least, topics: [{ name: 'a', ids: [1], node: { id: 1 } }] as const })

// @ts-expect-error a required field is missing
encodeRequest(Thing, 0, { name: 'a', group: null, offset: 1n, topics: [] })
// @ts-expect-error a nullable field is not an optional one
encodeRequest(Thing, 0, { name: 'a', offset: 1n, data: new Uint8Array(1), topics: [] })
// @ts-expect-error an int64 is a bigint
encodeRequest(Thing, 0, { ...least, offset: 1 })
// @ts-expect-error an int32 is a number
encodeRequest(Thing, 0, { ...least, since: 1n })
// @ts-expect-error not nullable
encodeRequest(Thing, 0, { ...least, name: null })
// @ts-expect-error no such field
encodeRequest(Thing, 0, { ...least, nmae: 'a' })
// @ts-expect-error a required field is missing inside
encodeRequest(Thing, 0, { ...least, topics: [{ name: 'a', ids: null }] })
// @ts-expect-error bytes are not text
encodeRequest(Thing, 0, { ...least, data: 'text' })
// @ts-expect-error a default is of the type of its field
int64.default(1)
// @ts-expect-error a default may be null only where the field may
string.default(null)

// The APIs of Kafka keep their types, and every one of them is an Api.
const all: Readonly<Record<string, Api>> = apis
void all
type MetadataRequest = Request<typeof apis.Metadata>
expectTypeOf<Flat<NonNullable<MetadataRequest['topics']>[number]>>().toEqualTypeOf<{
  readonly name: string | null
  readonly topicId?: string | undefined
}>()
expectTypeOf<
  Response<typeof apis.Fetch>['responses'][number]['partitions'][number]['records']
>().toEqualTypeOf<Buffer | null>()
