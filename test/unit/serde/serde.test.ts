import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { deserialized, serialized } from '../../../src/serde/apply.ts'
import { bytes } from '../../../src/serde/bytes.ts'
import { json } from '../../../src/serde/json.ts'
import { double, int32, int64 } from '../../../src/serde/numbers.ts'
import type { Deserializer, Serde, Serializer } from '../../../src/serde/serde.ts'
import { string } from '../../../src/serde/string.ts'

const value = { topic: 'orders', isKey: false }
const key = { topic: 'orders', isKey: true }

const hex = (data: Uint8Array | string | null) => (data === null ? null : Buffer.from(data as string).toString('hex'))

// What the serializers of Kafka 4.3's Java client give.
describe.each<[string, Serde<unknown>, [unknown, string][]]>([
  [
    'int32',
    int32() as Serde<unknown>,
    [
      [0, '00000000'],
      [1, '00000001'],
      [-1, 'ffffffff'],
      [42, '0000002a'],
      [1_000_000, '000f4240'],
      [-2_147_483_648, '80000000'],
      [2_147_483_647, '7fffffff'],
    ],
  ],
  [
    'int64',
    int64() as Serde<unknown>,
    [
      [0n, '0000000000000000'],
      [1n, '0000000000000001'],
      [-1n, 'ffffffffffffffff'],
      [1_234_567_890_123n, '0000011f71fb04cb'],
      [-9_223_372_036_854_775_808n, '8000000000000000'],
      [9_223_372_036_854_775_807n, '7fffffffffffffff'],
    ],
  ],
  [
    'double',
    double() as Serde<unknown>,
    [
      [0, '0000000000000000'],
      [-0, '8000000000000000'],
      [1.5, '3ff8000000000000'],
      [-2.25, 'c002000000000000'],
      [0.1, '3fb999999999999a'],
      [5e-324, '0000000000000001'],
      [Number.MAX_VALUE, '7fefffffffffffff'],
      [Infinity, '7ff0000000000000'],
      [Number.NaN, '7ff8000000000000'],
    ],
  ],
  [
    'string',
    string() as Serde<unknown>,
    [
      ['', ''],
      ['a', '61'],
      ['ключ 🗝', 'd0bad0bbd18ed18720f09f979d'],
    ],
  ],
])('%s', (_, serde, vectors) => {
  it.each(vectors)('writes %s as Java does, and reads it again', (data, expected) => {
    expect(hex(serde.serialize(data, value))).toBe(expected)
    expect(serde.deserialize(Buffer.from(expected, 'hex'), value)).toBe(data)
  })
})

describe('json', () => {
  it('brings back whatever JSON can carry', () => {
    fc.assert(
      fc.property(fc.jsonValue(), data => {
        const text = json().serialize(data, value)
        expect(json().deserialize(Buffer.from(text as string), value)).toEqual(JSON.parse(JSON.stringify(data)))
      }),
    )
  })

  const circle: { self?: object } = {}
  circle.self = circle
  it.each<[unknown, string]>([
    [circle, 'cannot be written as JSON: Converting circular structure to JSON'],
    [{ id: 1n }, 'cannot be written as JSON: Do not know how to serialize a BigInt'],
    [() => {}, 'cannot be written as JSON: there is none for function'],
    [Symbol('s'), 'cannot be written as JSON: there is none for symbol'],
  ])('does not write %o', (data, text) => {
    const write = () => json().serialize(data, value)
    expect(write).toThrow(`the value of a message in topic "orders" ${text}`)
    expect(write).toThrow(expect.objectContaining({ code: 'SERIALIZATION', topic: 'orders', isKey: false }))
  })

  it.each(['', '{', 'nope'])('does not read %o', text => {
    const read = () => json().deserialize(Buffer.from(text), key)
    expect(read).toThrow('the key of a message in topic "orders" is not JSON: ')
    expect(read).toThrow(expect.objectContaining({ code: 'SERIALIZATION', cause: expect.any(SyntaxError) }))
  })
})

describe('bytes', () => {
  it('are given through as they are', () => {
    const data = Buffer.from('data')
    expect(bytes().serialize(data, value)).toBe(data)
    expect(bytes().deserialize(data, value)).toBe(data)
  })
})

describe('a value of another kind', () => {
  it.each<[string, Serializer<never>, unknown, string]>([
    ['string', string(), 5, 'must be a string, not 5'],
    ['bytes', bytes(), 'text', 'must be a Uint8Array, not "text"'],
    ['int32', int32(), 2 ** 31, 'must be a whole number from -2147483648 to 2147483647, not 2147483648'],
    ['int32', int32(), -(2 ** 31) - 1, 'must be a whole number from -2147483648 to 2147483647, not -2147483649'],
    ['int32', int32(), 1.5, 'must be a whole number from -2147483648 to 2147483647, not 1.5'],
    ['int32', int32(), Number.NaN, 'must be a whole number from -2147483648 to 2147483647, not NaN'],
    ['int32', int32(), '1', 'must be a whole number from -2147483648 to 2147483647, not "1"'],
    ['int64', int64(), 1, 'must be a bigint from -9223372036854775808n to 9223372036854775807n, not 1'],
    [
      'int64',
      int64(),
      2n ** 63n,
      'must be a bigint from -9223372036854775808n to 9223372036854775807n, not 9223372036854775808n',
    ],
    ['double', double(), 1n, 'must be a number, not 1n'],
  ])('is not written by %s', (_, serde, data, text) => {
    const write = () => serde.serialize(data as never, key)
    expect(write).toThrow(`the key of a message in topic "orders" ${text}`)
    expect(write).toThrow(expect.objectContaining({ code: 'SERIALIZATION', retriable: false, isKey: true }))
  })
})

it.each<[string, Deserializer<unknown>, number, string]>([
  ['int32', int32(), 3, 'is not an int32: it has 3 bytes instead of 4'],
  ['int32', int32(), 0, 'is not an int32: it has 0 bytes instead of 4'],
  ['int64', int64(), 4, 'is not an int64: it has 4 bytes instead of 8'],
  ['double', double(), 9, 'is not a double: it has 9 bytes instead of 8'],
])('%s does not read what has another length', (_, serde, length, text) => {
  expect(() => serde.deserialize(Buffer.alloc(length), value)).toThrow(
    `the value of a message in topic "orders" ${text}`,
  )
})

describe('a serializer', () => {
  const broken = {
    serialize: (): never => {
      throw new Error('no schema')
    },
    deserialize: (): never => {
      throw new Error('no schema')
    },
  }

  it('never sees null or undefined, which are sent and read as null', () => {
    expect([null, undefined].map(data => serialized(broken, data, value))).toEqual([null, null])
    expect(deserialized(broken, null, value)).toBeNull()
  })

  it('sees what it is for', () => {
    const seen: unknown[] = []
    const spy = {
      serialize: (data: string, context: object) => {
        seen.push([data, context])
        return null
      },
      deserialize: (data: Buffer, context: object) => seen.push([String(data), context]),
    }
    serialized(spy, 'v', value)
    deserialized(spy, Buffer.from('k'), key)
    expect(seen).toEqual([
      ['v', value],
      ['k', key],
    ])
  })

  it('that throws is named with its reason', () => {
    const write = () => serialized(broken, 'v', value)
    const read = () => deserialized(broken, Buffer.from('k'), key)
    expect(write).toThrow('the value of a message in topic "orders" could not be serialized: no schema')
    expect(read).toThrow('the key of a message in topic "orders" could not be deserialized: no schema')
    for (const call of [write, read]) {
      expect(call).toThrow(expect.objectContaining({ code: 'SERIALIZATION', cause: new Error('no schema') }))
    }
  })

  it('of samsa has said itself what is wrong', () => {
    expect(() => serialized(int32(), 1.5, value)).toThrow(
      /^the value of a message in topic "orders" must be a whole number/,
    )
    expect(() => deserialized(int32(), Buffer.alloc(1), key)).toThrow(
      /^the key of a message in topic "orders" is not an/,
    )
  })

  it.each<[unknown, string]>([
    [5, '5'],
    [undefined, 'undefined'],
    [{}, 'an object'],
  ])('that answers %o is refused', (answer, shown) => {
    expect(() => serialized({ serialize: () => answer as string }, 'v', value)).toThrow(
      `the value of a message in topic "orders" was serialized to ${shown} instead of bytes, a string or null`,
    )
  })

  it('that answers a promise is refused, and its rejection troubles nobody', async () => {
    const unhandled: unknown[] = []
    const listen = (reason: unknown) => unhandled.push(reason)
    process.on('unhandledRejection', listen)
    onTestFinished(() => void process.off('unhandledRejection', listen))
    const asynchronous = { serialize: async () => broken.serialize() }
    expect(() => serialized(asynchronous as never, 'v', value)).toThrow('was serialized to a promise')
    // Rejections are reported between turns of the event loop.
    await new Promise(setImmediate)
    expect(unhandled).toEqual([])
  })
})
