import { describe, expect, it } from 'vitest'
import { ProtocolError, UnsupportedVersionError } from '../../../src/errors/client-errors.ts'
import { type ApiFacts, api } from '../../../src/protocol/api.ts'
import { decodeRequest, encodeRequest } from '../../../src/protocol/codec.ts'
import {
  array,
  bool,
  bytes,
  errorCode,
  float64,
  int8,
  int16,
  int32,
  int64,
  type Shape,
  string,
  struct,
  uint16,
  uuid,
  ZERO_UUID,
} from '../../../src/protocol/schema.ts'

/** An API of the test's own, which is flexible from version 2. */
function thing<S extends Shape>(request: S, facts: Partial<ApiFacts> = {}) {
  return api(999, 'Thing', { versions: [0, 5], flexible: 2, route: 'any', ...facts }, request, {})
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

function thrownBy(call: () => unknown): unknown {
  try {
    call()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

/** Encodes what the types forbid, as a caller in JavaScript can. */
function encodeAnything(shape: Shape, body: Record<string, unknown>, version = 0): Buffer {
  return encodeRequest(thing(shape), version, body)
}

describe('fields that are not given', () => {
  const Thing = thing({
    name: string.default('none'),
    epoch: int32.since(1).default(-1),
    ids: array(int32).since(1),
    node: struct({ id: int32.default(7), rack: string.nullable().default(null) }).since(1),
  })

  it('are sent as their defaults', () => {
    expect(hex(encodeRequest(Thing, 1, {}))).toBe(
      `0004${hex(Buffer.from('none'))}${'ffffffff'}${'00000000'}00000007ffff`,
    )
    expect(encodeRequest(Thing, 1, { name: undefined, epoch: undefined })).toEqual(encodeRequest(Thing, 1, {}))
  })

  it('are there when decoded, in versions that lack them too', () => {
    expect(decodeRequest(Thing, 0, Buffer.from('000161', 'hex'))).toEqual({
      name: 'a',
      epoch: -1,
      ids: [],
      node: { id: 7, rack: null },
    })
  })

  it('do not share a default that a caller could change', () => {
    const [first, second] = [0, 0].map(version => decodeRequest(Thing, version, Buffer.from('0000', 'hex')))
    first!.ids.push(1)
    first!.node.id = 1
    expect(second).toMatchObject({ ids: [], node: { id: 7 } })
  })
})

describe('fields that the version cannot carry', () => {
  const Thing = thing({
    topics: array({ name: string, epoch: int32.since(3).default(-1), rack: string.since(3).ignorable() }),
    until: string.until(1),
    ids: array(int32).since(3),
    leader: struct({ id: int32.default(-1) }).since(3),
    group: string.since(3).nullable(3).default(null),
  })
  const good = { topics: [] }

  it.each([
    [0, { topics: [{ name: 'a', epoch: 5 }] }, 'topics.epoch'],
    [2, { ...good, until: 'x' }, 'until'],
    [2, { ...good, ids: [1] }, 'ids'],
    [2, { ...good, leader: { id: 0 } }, 'leader'],
    [2, { ...good, group: '' }, 'group'],
  ])('are refused in version %i by name: %j', (version, body, field) => {
    const error = thrownBy(() => encodeRequest(Thing, version, body))
    expect(error).toBeInstanceOf(UnsupportedVersionError)
    expect(error).toMatchObject({ api: 'Thing', field, code: 'UNSUPPORTED_VERSION', retriable: false })
    expect((error as Error).message).toMatch(new RegExp(`Thing v${version}, .*cannot carry the field ${field}$`))
  })

  it('are let pass at their default', () => {
    const body = { topics: [{ name: 'a', epoch: -1 }], until: '', ids: [], leader: { id: -1 }, group: null }
    const plain = { topics: [{ name: 'a' }] }
    expect(encodeRequest(Thing, 2, body)).toEqual(encodeRequest(Thing, 2, plain))
    expect(encodeRequest(Thing, 2, { ...plain, leader: {} })).toEqual(encodeRequest(Thing, 2, plain))
  })

  it('are dropped in silence where they are ignorable', () => {
    expect(hex(encodeRequest(Thing, 0, { topics: [{ name: 'a', rack: 'b' }] }))).toBe('00000001' + '000161' + '0000')
  })
})

describe('versions', () => {
  it.each([-1, 6, 1.5, Number.NaN])('that are not declared are refused: %d', version => {
    const Thing = thing({ name: string })
    expect(() => encodeRequest(Thing, version, { name: '' })).toThrow(
      new UnsupportedVersionError('Thing', `Thing v${version} is not known; versions 0 to 5 are`),
    )
    expect(() => decodeRequest(Thing, version, Buffer.alloc(2))).toThrow(UnsupportedVersionError)
  })
})

describe('tagged fields', () => {
  const Thing = thing({
    name: string,
    second: int32.since(2).default(-1).tag(5),
    first: string.since(2).nullable(2).default(null).tag(0),
    node: struct({ id: int32.default(-1), port: int16.default(-1) })
      .since(2)
      .tag(200),
    ids: array(int8).since(2).tag(3),
  })

  it('are sent in the order of their tags, and only when they are not at their default', () => {
    expect(hex(encodeRequest(Thing, 2, { name: 'a', second: -1, first: null, node: { id: -1 }, ids: [] }))).toBe(
      '026100',
    )
    const all = { name: 'a', second: 1, first: 'b', node: { port: 9 }, ids: [7] }
    expect(hex(encodeRequest(Thing, 2, all))).toBe(
      '0261' +
        '04' + // four tags
        '00' +
        '02' +
        '0262' + // first
        '03' +
        '02' +
        '0207' + // ids
        '05' +
        '04' +
        '00000001' + // second
        'c801' +
        '07' +
        'ffffffff' +
        '0009' +
        '00', // node: tag 200 as a varint, and tags of its own
    )
    expect(decodeRequest(Thing, 2, encodeRequest(Thing, 2, all))).toEqual({ ...all, node: { id: -1, port: 9 } })
  })

  it('that nobody knows are skipped', () => {
    const frame = '0261' + '03' + '01' + '03' + 'aabbcc' + '05' + '04' + '00000002' + '7f' + '00'
    expect(decodeRequest(Thing, 2, Buffer.from(frame, 'hex'))).toMatchObject({ name: 'a', second: 2, first: null })
  })

  it('that are larger than a chunk arrive whole', () => {
    const first = 'x'.repeat(20_000)
    expect(decodeRequest(Thing, 2, encodeRequest(Thing, 2, { name: 'a', first, second: 3 }))).toMatchObject({
      first,
      second: 3,
    })
  })

  it.each([
    ['a size beyond the end', '026101' + '05' + '05' + '00000002', 'tag 5 of 5 bytes, with 4 left,'],
    [
      'a size that is too large for the field',
      '026101' + '05' + '05' + '0000000200',
      'tag 5 does not end where its size of 5 says',
    ],
    ['a size that is too small for the field', '026101' + '05' + '03' + '00000002', 'tag 5 does not end where'],
    ['the same tag twice', '026102' + '05' + '04' + '00000002' + '05' + '04' + '00000002', 'tag 5 after tag 5'],
    ['tags out of order', '026102' + '05' + '04' + '00000002' + '03' + '01' + '01', 'tag 3 after tag 5'],
  ])('are refused with %s', (_, frame, problem) => {
    const error = thrownBy(() => decodeRequest(Thing, 2, Buffer.from(frame, 'hex')))
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as Error).message).toContain(`Thing v2 request: ${problem}`)
  })
})

describe('null', () => {
  const Thing = thing({
    name: string.nullable(1),
    data: bytes.nullable(1),
    ids: array(int8).nullable(1),
    node: struct({ id: int8 }).nullable(1),
  })
  const nulls = { name: null, data: null, ids: null, node: null }
  const empty = { name: '', data: Buffer.alloc(0), ids: [], node: { id: 1 } }

  it('is not the same as empty', () => {
    expect(hex(encodeRequest(Thing, 1, nulls))).toBe('ffff' + 'ffffffff' + 'ffffffff' + 'ff')
    expect(hex(encodeRequest(Thing, 1, empty))).toBe('0000' + '00000000' + '00000000' + '01' + '01')
    expect(hex(encodeRequest(Thing, 2, nulls))).toBe('00' + '00' + '00' + 'ff' + '00')
    expect(hex(encodeRequest(Thing, 2, empty))).toBe('01' + '01' + '01' + '01' + '0100' + '00')
  })

  it.each([1, 2])('arrives as null in version %i', version => {
    for (const body of [nulls, empty]) {
      expect(decodeRequest(Thing, version, encodeRequest(Thing, version, body))).toEqual(body)
    }
  })

  it.each(Object.keys(nulls))('is refused where it is not allowed: %s', name => {
    const error = thrownBy(() => encodeRequest(Thing, 0, { ...empty, [name]: null }))
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as Error).message).toMatch(new RegExp(`^Thing v0: ${name}: null is not a`))
  })

  it.each([
    ['string', 0, 'ffff'],
    ['bytes', 0, '0000' + 'ffffffff'],
    ['array', 0, '0000' + '00000000' + 'ffffffff'],
  ])('is refused when it arrives where it is not allowed: %s', (type, version, frame) => {
    expect(() => decodeRequest(Thing, version, Buffer.from(frame, 'hex'))).toThrow(
      `Thing v0 request: a null ${type}, which cannot be null,`,
    )
  })

  it('is refused as an element', () => {
    const names = { names: array(string) }
    expect(() => encodeAnything(names, { names: ['a', null] })).toThrow('Thing v0: names: null is not a valid string')
    expect(() => encodeAnything({ nodes: array({ id: int8 }) }, { nodes: [null] })).toThrow(
      'Thing v0: nodes: null is not an object',
    )
  })
})

describe('values', () => {
  it.each([
    ['int8', int8, [-128, 127], [128, -129, 1.5, '1', null, Number.NaN, 1n, true]],
    ['int16', int16, [-32768, 32767], [32768, -32769, 0.5, '1', 1n]],
    ['int16', errorCode, [-1, 0], [70_000]],
    ['uint16', uint16, [0, 65535], [-1, 65536, 1n]],
    ['int32', int32, [-2147483648, 2147483647], [2147483648, -2147483649, 1n, Number.POSITIVE_INFINITY]],
    ['int64', int64, [-(2n ** 63n), 2n ** 63n - 1n], [2n ** 63n, -(2n ** 63n) - 1n, 1, '1']],
    ['float64', float64, [Number.MIN_VALUE, Number.NaN, -0, Number.NEGATIVE_INFINITY], [1n, '1']],
    ['bool', bool, [true, false], [1, 'true', null]],
    ['string', string, ['', 'żółw 🐢'], [1, null, Buffer.from('a')]],
    ['bytes', bytes, [Buffer.from('a')], ['a', [1], null]],
    ['uuid', uuid, [ZERO_UUID, 'AAECAwQFBgcICQoLDA0ODw'], ['', 'AAECAwQFBgcICQoLDA0ODw==', `${'A'.repeat(21)}!`, 5]],
  ])('of %s are carried whole or refused with the name of their field', (type, field, good, bad) => {
    for (const value of good) {
      const body = decodeRequest(thing({ value: field }), 0, encodeAnything({ value: field }, { value }))
      expect(body).toEqual({ value })
    }
    for (const value of bad) {
      const error = thrownBy(() => encodeAnything({ node: struct({ value: field }) }, { node: { value } }))
      expect(error).toBeInstanceOf(ProtocolError)
      expect((error as Error).message).toMatch(new RegExp(`^Thing v0: node.value: .* is not a valid ${type}$`))
    }
  })

  it('that are not of their kind at all are refused', () => {
    expect(() => encodeAnything({ ids: array(int8) }, { ids: 'no' })).toThrow('Thing v0: ids: no is not an array')
    expect(() => encodeAnything({ node: struct({ id: int8 }) }, { node: 5 })).toThrow(
      'Thing v0: node: 5 is not an object',
    )
  })

  it.each([0, 2])('that are strings of more than 32767 bytes are refused, both ways, in version %i', version => {
    const longest = 'ż'.repeat(16_383)
    const Thing = thing({ name: string })
    expect(decodeRequest(Thing, version, encodeRequest(Thing, version, { name: longest })).name).toBe(longest)
    expect(() => encodeRequest(Thing, version, { name: `${longest}żż` })).toThrow(
      `Thing v${version}: name: a string of 32770 bytes is longer than Kafka's limit of 32767`,
    )
    const frame = Buffer.concat([Buffer.from('818002', 'hex'), Buffer.alloc(32_768, 'a'), Buffer.alloc(1)])
    expect(() => decodeRequest(Thing, 2, frame)).toThrow('Thing v2 request: a string of 32768 bytes')
  })

  it('that are large bytes are not copied on their way', () => {
    const data = Buffer.alloc(100_000, 'a')
    const Thing = thing({ before: int8, data: bytes, after: int8 })
    const frame = encodeRequest(Thing, 0, { before: 1, data, after: 2 })
    expect(hex(frame.subarray(0, 5))).toBe('01' + '000186a0')
    const decoded = decodeRequest(Thing, 0, frame)
    expect(decoded).toMatchObject({ before: 1, after: 2 })
    expect(decoded.data.equals(data)).toBe(true)
    expect(decoded.data.buffer).toBe(frame.buffer)
  })

  it('are true for every byte but 0, as Java has it', () => {
    expect(decodeRequest(thing({ on: bool }), 0, Buffer.from([2]))).toEqual({ on: true })
  })
})

describe('bytes that are not the message', () => {
  const Thing = thing({ name: string, ids: array(int32), empty: array({ later: int32.since(2) }) })

  it.each([
    ['ends early', 0, '0005' + '6162', '5 bytes wanted, 2 left at byte 2 of 4'],
    ['goes on', 0, '0000' + '00000000' + '00000000' + 'ff', '1 bytes too many at byte 10 of 11'],
    ['has a negative length', 0, 'fffe', 'a length of -2'],
    ['has a negative count', 0, '0000' + 'fffffffe', 'a length of -2'],
    ['has more elements than bytes', 0, '0000' + '7fffffff' + '0000', 'an array of 2147483647, with 2 bytes left,'],
    [
      'has a count of elements that are made of nothing',
      0,
      '0000' + '00000000' + '7fffffff',
      'an array of 2147483647, with 0 bytes left,',
    ],
    ['has a varint without an end', 2, 'ffffffffff01', 'a varint is longer than 32 bits'],
    ['has a varint of 33 bits', 2, 'ffffffff1f', 'a varint is longer than 32 bits'],
    ['has a compact length that is beyond any frame', 2, 'ffffffff0f', 'a string of 4294967294 bytes'],
  ])('are refused when the message %s', (_, version, frame, problem) => {
    const error = thrownBy(() => decodeRequest(Thing, version, Buffer.from(frame, 'hex')))
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as Error).message).toContain(`Thing v${version} request: ${problem}`)
  })
})
