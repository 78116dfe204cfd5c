import crc32 from 'crc-32'
import { apis } from '../../src/protocol/apis.ts'
import { decodeRequest, decodeResponse } from '../../src/protocol/codec.ts'
import { responseBodyStart } from '../../src/protocol/header.ts'
import { decodeRecordBatches } from '../../src/records/batch-decoder.ts'
import type { CodecName } from '../../src/records/compression/codec.ts'
import { codecByName } from '../../src/records/compression/registry.ts'
import { crc32c } from '../../src/records/crc32c.ts'
import { encodeRecordBatch, type RecordInit } from '../../src/records/encode-record-batch.ts'
import { readFixtures } from '../../test/golden/fixture.ts'
import { withRecordSizes } from '../../test/golden/kafka-json.ts'
import { Random } from '../../test/unit/protocol/random.ts'
import { Amplified, type Target } from './target.ts'

/** What a batch may become: so little that a hostile size is told from an honest one. */
export const MAX_DECOMPRESSED_BYTES = 1 << 20
const CODECS: readonly CodecName[] = ['none', 'gzip', 'snappy', 'lz4', 'zstd']

/** Batches of both formats, and the data of each codec for itself. Codecs that nothing provides here are left out. */
export function recordTargets(): Target[] {
  const usable = CODECS.filter(codec => {
    try {
      return codecByName(codec).compress(Buffer.from('a'), undefined).length > 0
    } catch {
      return false
    }
  })
  const recorded = recordedBatches()
  return usable.flatMap(codec => [
    batchTarget(codec, recorded.get(codec) ?? []),
    ...(codec === 'zstd' ? [] : [legacyTarget(codec, 0), legacyTarget(codec, 1)]),
    ...(codec === 'none' ? [] : [codecTarget(codec, recorded.get(codec) ?? []), insideTarget(codec)]),
    ...(codec === 'none' || codec === 'zstd' ? [] : [legacyInsideTarget(codec, 0), legacyInsideTarget(codec, 1)]),
  ])
}

/** The batches of what `npm run golden` recorded, by codec. */
function recordedBatches(): Map<CodecName, Buffer[]> {
  const found = new Map<CodecName, Buffer[]>()
  const add = (shape: Parameters<typeof withRecordSizes>[0], body: Parameters<typeof withRecordSizes>[1]) => {
    for (const records of withRecordSizes(shape, body).records) {
      let start = 0
      for (const { codec, sizeBytes } of decodeRecordBatches(records)) {
        found.set(codec, [...(found.get(codec) ?? []), records.subarray(start, start + sizeBytes)])
        start += sizeBytes
      }
    }
  }
  for (const { api, fixtures } of readFixtures()) {
    for (const { direction, version, bytes } of fixtures) {
      if (api.key === apis.Fetch.key && direction === 'response') {
        const body = decodeResponse(apis.Fetch, version, bytes.subarray(responseBodyStart(api, version, bytes)))
        add(apis.Fetch.response, body)
      } else if (api.key === apis.Produce.key && direction === 'request') {
        const start = 10 + bytes.readInt16BE(8) + (version >= api.flexible ? 1 : 0)
        add(apis.Produce.request, decodeRequest(apis.Produce, version, bytes.subarray(start)))
      }
    }
  }
  return found
}

const samples: readonly RecordInit[] = [
  { timestamp: 1_700_000_000_000, key: 'key', value: 'value', headers: [['a', '1'] as const, ['b', null] as const] },
  { timestamp: 1_700_000_000_001, key: null, value: 'repeated '.repeat(40) },
  { timestamp: 1_699_999_999_999, key: '', value: null },
]

function batchTarget(codec: CodecName, recorded: readonly Buffer[]): Target {
  const made = [samples, samples.slice(0, 1), Array.from({ length: 40 }, () => samples[0]!)].map(records =>
    encodeRecordBatch(records, { codec, baseOffset: 5n }),
  )
  const seeds = [...made, ...recorded, Buffer.concat([made[0]!, made[1]!])]
  return { name: `batch, ${codec}`, seeds: () => seeds, read: readBatches, reseal: resealBatches }
}

function readBatches(bytes: Buffer): void {
  const options = { maxDecompressedBytes: MAX_DECOMPRESSED_BYTES }
  for (const batch of decodeRecordBatches(bytes, options)) {
    let size = 0
    for (const { offset, timestamp, key, value, headers } of batch) {
      size += (key?.length ?? 0) + (value?.length ?? 0)
      for (const [, content] of headers) size += content?.length ?? 0
      if (typeof offset !== 'bigint' || typeof timestamp !== 'number') throw new Error('a record without offset')
    }
    batch.indexOf(batch.lastOffset)
    if (size > Math.max(bytes.length, MAX_DECOMPRESSED_BYTES)) throw new Amplified(`${size} of ${bytes.length} bytes`)
  }
}

/** The CRC-32C of each batch v2, for as long as the lengths lead to the next one. */
function resealBatches(bytes: Buffer): void {
  for (let start = 0; start + 61 <= bytes.length; ) {
    const length = bytes.readInt32BE(start + 8)
    if (bytes[start + 16] !== 2 || length < 49 || length > bytes.length - start - 12) return
    bytes.writeInt32BE(crc32c(bytes.subarray(start + 21, start + 12 + length)), start + 17)
    start += 12 + length
  }
}

function legacyTarget(codec: CodecName, magic: 0 | 1): Target {
  const plain = samples.map((_, i) => legacyMessage(magic, 0, BigInt(codec === 'none' || magic === 0 ? i + 5 : i), i))
  const inner = Buffer.concat(plain)
  const compressed = Buffer.from(codecByName(codec).compress(inner, undefined))
  const seed = codec === 'none' ? inner : legacyMessage(magic, codecByName(codec).id, 7n, null, compressed)
  return {
    name: `messages v${magic}, ${codec}`,
    seeds: () => [seed, Buffer.concat([seed, seed])],
    read: readBatches,
    reseal: resealMessages,
  }
}

/** Damage that came before the compression: what a batch holds is not what its header says. */
function insideTarget(codec: CodecName): Target {
  const seed = encodeRecordBatch(samples, { baseOffset: 5n })
  const header = Buffer.from(seed.subarray(0, 61))
  header.writeInt16BE(codecByName(codec).id, 21)
  return {
    name: `records in a batch, ${codec}`,
    seeds: () => [seed.subarray(61)],
    read(bytes) {
      const batch = Buffer.concat([header, codecByName(codec).compress(bytes, undefined)])
      batch.writeInt32BE(batch.length - 12, 8)
      resealBatches(batch)
      readBatches(batch)
    },
  }
}

/** The same for messages in a message. */
function legacyInsideTarget(codec: CodecName, magic: 0 | 1): Target {
  const { id, compress } = codecByName(codec)
  const wrapped = (inner: Buffer) => legacyMessage(magic, id, 7n, null, Buffer.from(compress(inner, undefined)))
  const plain = Buffer.concat(samples.map((_, i) => legacyMessage(magic, 0, BigInt(i), i)))
  return {
    name: `messages in a message v${magic}, ${codec}`,
    seeds: () => [plain],
    read: bytes => readBatches(wrapped(bytes)),
    reseal: resealMessages,
  }
}

function legacyMessage(magic: 0 | 1, attributes: number, offset: bigint, key: number | null, value?: Buffer): Buffer {
  const content = value ?? Buffer.from(`value ${key} `.repeat(5))
  const parts: Buffer[] = [Buffer.from([magic, attributes])]
  if (magic === 1) parts.push(Buffer.from('0000018bcfe56800', 'hex'))
  for (const part of [key === null ? null : Buffer.from(`key ${key}`), content]) {
    const length = Buffer.alloc(4)
    length.writeInt32BE(part?.length ?? -1)
    parts.push(length, part ?? Buffer.alloc(0))
  }
  const body = Buffer.concat(parts)
  const head = Buffer.alloc(16)
  head.writeBigInt64BE(offset, 0)
  head.writeInt32BE(body.length + 4, 8)
  head.writeInt32BE(crc32.buf(body), 12)
  return Buffer.concat([head, body])
}

function resealMessages(bytes: Buffer): void {
  for (let start = 0; start + 26 <= bytes.length; ) {
    const length = bytes.readInt32BE(start + 8)
    if (length < 14 || length > bytes.length - start - 12) return
    bytes.writeInt32BE(crc32.buf(bytes.subarray(start + 16, start + 12 + length)), start + 12)
    start += 12 + length
  }
}

function codecTarget(name: CodecName, recorded: readonly Buffer[]): Target {
  const codec = codecByName(name)
  const random = new Random(1)
  const noise = Buffer.from(Array.from({ length: 300 }, () => random.below(256)))
  const texts = [Buffer.from('a'), Buffer.from('so it goes '.repeat(30)), noise, Buffer.alloc(100_000, 'ab')]
  // Compressed memory may be used again by the next call.
  const made = texts.map(text => Buffer.from(codec.compress(text, undefined)))
  // What other clients write is a block without xerial's frame of 20 bytes.
  const raw = name === 'snappy' ? made.slice(0, 3).map(framed => framed.subarray(20)) : []
  const seeds = [
    ...made,
    ...raw,
    Buffer.concat([made[0]!, made[1]!]),
    ...recorded.slice(0, 10).map(batch => batch.subarray(61)),
  ]
  return {
    name: `codec ${name}`,
    seeds: () => seeds,
    read(bytes) {
      const { length } = codec.decompress(bytes, MAX_DECOMPRESSED_BYTES)
      if (length > MAX_DECOMPRESSED_BYTES) throw new Amplified(`${length} of ${bytes.length} bytes`)
    },
  }
}
