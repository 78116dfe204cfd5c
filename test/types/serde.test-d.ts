// Checked by `tsc` alone: nothing here is run.
import { expectTypeOf } from 'vitest'
import { bytes } from '../../src/serde/bytes.ts'
import { json } from '../../src/serde/json.ts'
import { double, int32, int64 } from '../../src/serde/numbers.ts'
import type { Deserializer, Serde, Serializer } from '../../src/serde/serde.ts'
import { string } from '../../src/serde/string.ts'

interface Order {
  readonly id: number
}

declare function write<T>(serializer: Serializer<T>): T
declare function read<T>(deserializer: Deserializer<T>): T

expectTypeOf([write(json<Order>()), read(json<Order>())]).toEqualTypeOf<Order[]>()
expectTypeOf(read(json())).toEqualTypeOf<unknown>()
expectTypeOf([write(string()), read(string())]).toEqualTypeOf<string[]>()
expectTypeOf([write(int32()), read(int32()), write(double()), read(double())]).toEqualTypeOf<number[]>()
expectTypeOf([write(int64()), read(int64())]).toEqualTypeOf<bigint[]>()
expectTypeOf(write(bytes())).toEqualTypeOf<Uint8Array>()
expectTypeOf(read(bytes())).toEqualTypeOf<Buffer>()
expectTypeOf(bytes()).toExtend<Serde<Buffer>>()

// @ts-expect-error a serializer takes what it was made for
int64().serialize(1, { topic: 't', isKey: true })
