import { describe, expect, it } from 'vitest'
import type { Api } from '../../../src/protocol/api.ts'
import { apis } from '../../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse, encodeRequest, encodeResponse } from '../../../src/protocol/codec.ts'
import { responseBodyStart, writeRequestHeader } from '../../../src/protocol/header.ts'
import { Writer } from '../../../src/protocol/writer.ts'
import { decodeRecordBatches } from '../../../src/records/batch-decoder.ts'
import type { CodecName } from '../../../src/records/compression/codec.ts'
import { codecByName } from '../../../src/records/compression/registry.ts'
import type { RecordBatch } from '../../../src/records/record-batch.ts'
import { type BatchDescription, type Fixture, readFixtures } from '../../golden/fixture.ts'
import { fromKafkaJson, parseKafkaJson, withRecordSizes } from '../../golden/kafka-json.ts'

/*
 * Frames that real brokers and Java's clients sent, `npm run golden`, and what Kafka's own classes read in them. Decoding must
 * give that, and encoding what was decoded must give the frame again, to the byte.
 */

const recorded = readFixtures()
type Body = Readonly<Record<string, unknown>>
type PlainRecord = BatchDescription['records'][number]

/** The header as our writer makes it, of what Kafka read in the one recorded. */
function requestHeader(api: Api, { header, version }: Fixture): Buffer {
  const { requestApiKey, requestApiVersion, correlationId, clientId } = JSON.parse(header)
  expect([requestApiKey, requestApiVersion]).toEqual([api.key, version])
  const writer = new Writer()
  writeRequestHeader(writer, api, version, correlationId, clientId)
  return Buffer.concat(writer.finish())
}

function responseHeader(api: Api, { header, version, bytes }: Fixture): Buffer {
  expect(JSON.parse(header)).toEqual({ correlationId: bytes.readInt32BE(0) })
  return bytes.subarray(0, responseBodyStart(api, version, bytes))
}

/** The body without its header, and what we read in it. */
function decoded(api: Api, fixture: Fixture): { readonly bytes: Buffer; readonly body: Body } {
  const isRequest = fixture.direction === 'request'
  const header = isRequest ? requestHeader(api, fixture) : responseHeader(api, fixture)
  expect(fixture.bytes.subarray(0, header.length).toString('hex')).toBe(header.toString('hex'))
  const bytes = fixture.bytes.subarray(header.length)
  return { bytes, body: (isRequest ? decodeRequest : decodeResponse)(api, fixture.version, bytes) }
}

/** Does it for each fixture, and says for which it failed. */
function forEach(api: Api, fixtures: readonly Fixture[], expectation: (fixture: Fixture) => void): void {
  for (const fixture of fixtures) {
    try {
      expectation(fixture)
    } catch (cause) {
      const { direction, version, kafka, client } = fixture
      throw new Error(`${api.name} ${direction} v${version}, Kafka ${kafka}, client ${client}`, { cause })
    }
  }
}

describe('recorded frames are read as Kafka reads them, and written again to the byte:', () => {
  it.for(recorded)('$api.name', ({ api, fixtures }) => {
    forEach(api, fixtures, fixture => {
      const { direction, version } = fixture
      const { bytes, body } = decoded(api, fixture)
      const said = fromKafkaJson(api[direction], version, parseKafkaJson(fixture.body))
      expect(withRecordSizes(api[direction], body).body).toEqual(said)
      const again = (direction === 'request' ? encodeRequest : encodeResponse)(api, version, body)
      expect(again.toString('hex')).toBe(bytes.toString('hex'))
    })
  })

  it('cover every version of every API', () => {
    const missing: string[] = []
    let [frames, versions, all] = [0, 0, 0]
    for (const api of Object.values(apis) as Api[]) {
      const fixtures = recorded.find(each => each.api === api)?.fixtures ?? []
      frames += fixtures.length
      for (let version = api.versions.min; version <= api.versions.max; version++) {
        all++
        const seen = new Set(fixtures.filter(each => each.version === version).map(({ direction }) => direction))
        if (seen.size === 2) versions++
        else missing.push(`${api.name} v${version}`)
      }
    }
    console.log(
      `recorded: ${frames} frames of ${recorded.length} APIs, ${versions} of ${all} versions in both directions`,
    )
    expect(missing).toEqual([])
  })
})

/** Codecs that nothing on this machine provides; the package that would is optional. */
const absent = new Set(
  (['none', 'gzip', 'snappy', 'lz4', 'zstd'] satisfies CodecName[]).filter(name => {
    try {
      codecByName(name).compress(Buffer.from('a'), undefined)
      return false
    } catch {
      return true
    }
  }),
)

const base64 = (bytes: Buffer | null): string | null => bytes?.toString('base64') ?? null

function describeRecords(batch: RecordBatch): Omit<PlainRecord, 'controlType'>[] {
  return Array.from(batch, ({ offset, timestamp, key, value, headers }) => ({
    offset: Number(offset),
    timestamp,
    key: base64(key),
    value: base64(value),
    headers: Array.from(headers, ([name, content]) => [name, base64(content)] as const),
  }))
}

/** A batch as we read it, in the form in which Kafka's reading of it was written down. */
function describeBatch(batch: RecordBatch): object {
  return {
    baseOffset: Number(batch.baseOffset),
    lastOffset: Number(batch.lastOffset),
    magic: 2,
    compression: batch.codec,
    timestampType: batch.timestampType === 'create' ? 'CreateTime' : 'LogAppendTime',
    maxTimestamp: batch.maxTimestamp,
    partitionLeaderEpoch: batch.partitionLeaderEpoch,
    producerId: Number(batch.producerId),
    producerEpoch: batch.producerEpoch,
    baseSequence: batch.baseSequence,
    transactional: batch.isTransactional,
    control: batch.isControl,
    records: describeRecords(batch),
  }
}

/** Kafka's description; what a control record means is in its key, which is compared with the rest. */
function withoutControlTypes(batch: BatchDescription): object {
  return { ...batch, records: batch.records.map(({ controlType: _, ...record }) => record) }
}

describe('recorded record batches are read as Kafka reads them:', () => {
  const withRecords = recorded.filter(({ fixtures }) => fixtures.some(({ records }) => records !== undefined))

  it.for(withRecords)('$api.name', ({ api, fixtures }) => {
    const seen = new Map<string, number>()
    const recordFixtures = fixtures.filter(({ records }) => records !== undefined)
    forEach(api, recordFixtures, fixture => {
      const said = JSON.parse(fixture.records!) as BatchDescription[][]
      const { records } = withRecordSizes(api[fixture.direction], decoded(api, fixture).body)
      const batches = records.map(bytes => [...decodeRecordBatches(bytes)])
      expect(batches.map(each => each.map(({ codec }) => codec))).toEqual(
        said.map(each => each.map(({ compression }) => compression)),
      )
      for (const [i, batch] of batches.flat().entries()) {
        if (absent.has(batch.codec)) continue
        seen.set(batch.codec, (seen.get(batch.codec) ?? 0) + 1)
        expect(describeBatch(batch)).toEqual(withoutControlTypes(said.flat()[i]!))
      }
    })
    console.log(
      `recorded: batches in ${api.name}: ${[...seen].map(([codec, count]) => `${count} ${codec}`).join(', ')}`,
    )
  })
})

/** What `Clients.produce` of `scripts/golden/Clients.java` sends, whatever the codec. */
const known = [
  { key: 'key-0', value: 'value-0', headers: [['a', '1'] as const, ['a', null] as const, ['', ''] as const] },
  { key: null, value: 'v'.repeat(200) },
  { key: '', value: null },
  { key: 'key-3', value: '' },
  { key: 'ключ', value: 'значение' },
].map(({ key, value, headers = [] }, i) => ({
  timestamp: 1_700_000_000_000 + i * 1000,
  key: key === null ? null : Buffer.from(key).toString('base64'),
  value: value === null ? null : Buffer.from(value).toString('base64'),
  headers: headers.map(([name, content]) => [name, content === null ? null : Buffer.from(content).toString('base64')]),
}))

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)("Java's messages, compressed with %s,", codec => {
  it.for([
    ['sent', 'producer', apis.Produce],
    ['fetched', 'consumer', apis.Fetch],
  ] as const)('are those that were written, as %s', ([, client, api], ctx) => {
    if (absent.has(codec)) ctx.skip(`${codec} needs a package that is not there`)
    const { fixtures } = recorded.find(each => each.api.key === api.key)!
    const of = fixtures.filter(each => each.client === `${client}-${codec}` && each.records !== undefined)
    // Two releases of Kafka at least.
    expect(new Set(of.map(({ kafka }) => kafka)).size).toBeGreaterThan(1)
    for (const fixture of of) {
      const { records } = withRecordSizes(api[fixture.direction], decoded(api, fixture).body)
      const batches = records.flatMap(bytes => [...decodeRecordBatches(bytes)])
      expect(new Set(batches.map(each => each.codec))).toContain(codec)
      const messages = batches.flatMap(describeRecords).map(({ offset: _, ...message }) => message)
      expect(messages.slice(0, known.length)).toEqual(known)
    }
  })
})
