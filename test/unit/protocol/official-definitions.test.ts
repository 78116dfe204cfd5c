import { describe, expect, it } from 'vitest'
import { type ApiFacts, api } from '../../../src/protocol/api.ts'
import {
  array,
  bool,
  bytes,
  errorCode,
  int16,
  int32,
  int64,
  records,
  type Shape,
  string,
  struct,
  uuid,
} from '../../../src/protocol/schema.ts'
import { clientApis, compareApi, type Definition, parseDefinition } from '../../support/official-definitions.ts'

const official = parseDefinition(`
// A licence.
{
  "apiKey": 7, "type": "request", "name": "ThingRequest", "listeners": ["broker"],
  // What changed in which version.
  "validVersions": "1-6", "flexibleVersions": "3+", "latestVersionUnstable": true,
  "fields": [
    { "name": "Gone", "type": "int8", "versions": "0" },
    { "name": "Name", "type": "string", "versions": "0+", "nullableVersions": "2+", "default": "null" },
    { "name": "TimeoutMs", "type": "int32", "versions": "0-5", "default": "0x7fffffff", "ignorable": true },
    { "name": "ErrorCode", "type": "int16", "versions": "0+" },
    { "name": "Start", "type": "int64", "versions": "0+", "default": -1 },
    { "name": "Force", "type": "bool", "versions": "4+", "default": "true", "taggedVersions": "4+", "tag": 1 },
    { "name": "Ids", "type": "[]int32", "versions": "0+" },
    { "name": "Data", "type": "bytes", "versions": "0+" },
    { "name": "Batches", "type": "records", "versions": "0+", "nullableVersions": "0+" },
    { "name": "Topics", "type": "[]Topic", "versions": "2+", "fields": [
      { "name": "TopicId", "type": "uuid", "versions": "0+" },
      { "name": "Leader", "type": "Node", "versions": "4+", "nullableVersions": "4+", "default": "null" }
    ]},
    { "name": "Node", "type": "Node", "versions": "0+" }
  ],
  "commonStructs": [ { "name": "Node", "versions": "0+", "fields": [
    { "name": "Id", "type": "int16", "versions": "0+" },
    { "name": "Rack", "type": "string", "versions": "5+", "ignorable": true }
  ]}]
}`)
const response: Definition = {
  apiKey: 7,
  type: 'response',
  name: 'ThingResponse',
  validVersions: '1-6',
  flexibleVersions: '3+',
  fields: [],
}

const node = { id: int16, rack: string.since(5).ignorable() }
const leader = struct(node).since(4).nullable(4).default(null)
const right = {
  name: string.nullable(2).default(null),
  timeoutMs: int32.until(5).default(0x7fffffff).ignorable(),
  errorCode,
  start: int64.default(-1n),
  force: bool.since(4).default(true).tag(1),
  ids: array(int32),
  data: bytes,
  batches: records.nullable(),
  topics: array({ topicId: uuid, leader }).since(2),
  node: struct(node),
}
const facts: ApiFacts = { versions: [1, 6], stable: 5, flexible: 3, route: 'any' }

/** What is said of the right declaration with these fields in place of its own. */
function differences(fields: Shape, changed: Partial<ApiFacts> = {}, definition: Partial<Definition> = {}): string[] {
  const thing = api(7, 'Thing', { ...facts, ...changed }, { ...right, ...fields }, {})
  return compareApi(thing, { ...official, ...definition }, { ...response, ...definition, fields: [] })
}

function without(name: keyof typeof right): Shape {
  const { [name]: _, ...rest } = right
  return rest
}

describe('the comparison with official definitions', () => {
  it('finds nothing in a declaration that is right', () => {
    expect(differences({})).toEqual([])
  })

  it.each<[string, Shape, string]>([
    ['type', { ids: array(int64) }, 'ids: type: declared []int64, Kafka has []int32'],
    [
      'an error code that is a mere number',
      { errorCode: int16 },
      'errorCode: type: declared int16, Kafka has errorCode',
    ],
    ['records that are mere bytes', { batches: bytes.nullable() }, 'batches: type: declared bytes, Kafka has records'],
    ['first version', { ids: array(int32).since(2) }, 'ids: versions: declared 2 to 6, Kafka has 1 to 6'],
    ['last version', { data: bytes.until(3) }, 'data: versions: declared 1 to 3, Kafka has 1 to 6'],
    [
      'a field that should be nullable',
      { name: string.default('') },
      'name: nullable versions: declared none, Kafka has 2 to 6',
    ],
    ['a nullable array', { ids: array(int32).nullable(3) }, 'ids: nullable versions: declared 3 to 6, Kafka has none'],
    ['a default', { start: int64.default(0n) }, 'start: default: declared 0n, Kafka has -1n'],
    [
      'a hexadecimal default',
      { timeoutMs: int32.until(5).ignorable() },
      'timeoutMs: default: declared 0, Kafka has 2147483647',
    ],
    ['a null default', { name: string.nullable(2) }, 'name: default: declared "", Kafka has null'],
    ['an implicit default', { errorCode: errorCode.default(1) }, 'errorCode: default: declared 1, Kafka has 0'],
    ['an empty default', { ids: array(int32).default([1]) }, 'ids: default: declared [1], Kafka has "nothing"'],
    ['a tag', { force: bool.since(4).default(true).tag(2) }, 'force: tag: declared 2, Kafka has 1'],
    [
      'a missing tag',
      { force: bool.since(4).default(true) },
      'force: tagged versions: declared none, Kafka has 4 to 6',
    ],
    ['ignorable', { start: int64.default(-1n).ignorable() }, 'start: ignorable: declared true, Kafka has false'],
    ['an unknown field', { more: int32 }, 'more: Kafka has no such field'],
    [
      'a nested field',
      { topics: array({ topicId: string, leader }).since(2) },
      'topics.topicId: type: declared string, Kafka has uuid',
    ],
    [
      'a field of a shared struct',
      { node: struct({ id: int16, rack: string.since(5) }) },
      'node.rack: ignorable: declared false, Kafka has true',
    ],
    [
      'the versions of a nested field within its parent',
      { topics: array({ topicId: uuid, leader: struct(node).since(3).nullable(4).default(null) }).since(2) },
      'topics.leader: versions: declared 3 to 6, Kafka has 4 to 6',
    ],
  ])('sees %s', (_, fields, line) => {
    expect(differences(fields)).toContain(`Thing request: ${line}`)
  })

  it('sees a missing field', () => {
    const thing = api(7, 'Thing', facts, without('data'), {})
    expect(compareApi(thing, official, response)).toEqual(['Thing request: data: is missing'])
  })

  it('sees another order', () => {
    const { ids, ...rest } = right
    const lines = compareApi(api(7, 'Thing', facts, { ...rest, ids }, {}), official, response)
    expect(lines).toEqual([
      expect.stringMatching(/^Thing request: order: declared name, .*, node, ids, Kafka has name, /),
    ])
  })

  it('sees another key, other versions and another name', () => {
    expect(compareApi(api(8, 'Thing', facts, right, {}), official, response)).toEqual([
      'Thing request: key: declared 8, Kafka has 7',
      'Thing response: key: declared 8, Kafka has 7',
    ])
    expect(differences({}, { versions: [1, 7], stable: 5 })).toContain(
      'Thing request: versions: declared 1 to 7, Kafka has 1 to 6',
    )
    expect(differences({}, { flexible: 4 })).toContain('Thing response: flexible since: declared 4, Kafka has 3')
    expect(differences({}, { stable: 6 })).toEqual(['Thing: stable: declared 6, Kafka has 5'])
    expect(compareApi(api(7, 'Other', facts, right, {}), official, response)).toContain('Other: Kafka calls it Thing')
  })

  it('knows messages that are never flexible', () => {
    expect(
      differences({ force: bool.since(4).default(true).tag(1) }, { flexible: Infinity }, { flexibleVersions: 'none' }),
    ).toEqual([])
    expect(differences({}, {}, { flexibleVersions: 'none' })).toContain(
      'Thing request: flexible since: declared 3, Kafka has Infinity',
    )
  })

  it('says so where a definition needs what the schema language cannot say', () => {
    const fields = official.fields!.map(field =>
      field.name === 'Data' ? { ...field, flexibleVersions: 'none' } : field,
    )
    expect(compareApi(api(7, 'Thing', facts, right, {}), { ...official, fields }, response)).toEqual([
      'Thing request: data: flexible versions of its own (none), which no schema can say',
    ])
  })

  it('does not guess at versions that it cannot read', () => {
    expect(() => differences({}, {}, { validVersions: '1..6' })).toThrow('"1..6" is not a range of versions')
  })
})

it('tells which APIs are for clients', () => {
  const request = (name: string, listeners: string[], validVersions = '0-1'): Definition => ({
    type: 'request',
    name: `${name}Request`,
    listeners,
    validVersions,
  })
  const all = [
    request('Thing', ['controller', 'broker']),
    request('Vote', ['controller']),
    request('Old', ['broker'], 'none'),
    request('Fetch', ['broker']),
    response,
  ]
  expect(clientApis(all)).toEqual(['Fetch', 'Thing'])
})
