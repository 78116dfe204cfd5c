/*
 * How fast record batches are encoded, decoded and compressed, next to other clients' and every provider of a codec:
 * `npm run bench:codec [-- records | codecs | crc | async]`. Only ratios carry over to other machines.
 */
import { gunzipSync, gzipSync } from 'node:zlib'
import { decodeRecordBatches } from '../src/records/batch-decoder.ts'
import { BatchEncoder } from '../src/records/batch-encoder.ts'
import type { BlockProvider } from '../src/records/compression/codec.ts'
import { nativeLz4, ownLz4 } from '../src/records/compression/lz4.ts'
import { codecByName } from '../src/records/compression/registry.ts'
import { nativeSnappy, ownSnappy } from '../src/records/compression/snappy.ts'
import { napiZstd, type ZstdProvider, zlibZstd } from '../src/records/compression/zstd.ts'
import { crc32c, nativeCrc32c, plainCrc32c } from '../src/records/crc32c.ts'
import { encodeRecordBatch } from '../src/records/encode-record-batch.ts'
import { encodeBare } from './bare-encoder.ts'
import { allocated, loopTime, type Run, rate, row } from './measure.ts'
import { loadPeers, type PlainRecord } from './peers.ts'

/** About what a produce or fetch request has for a partition. */
const BATCH_BYTES = 512 << 10
const START = 1_700_000_000_000

/** Where results go, so that nothing is found to be of no use and left out. */
let sink: unknown

/** Text as in records, which zstd makes about four times smaller; the same in every run. */
function sample(size: number): Buffer {
  let state = 1
  const next = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) & 0x7fffffff
    return (state >>> 8) % below
  }
  const kinds = ['order', 'payment', 'shipment', 'return']
  let made = ''
  while (made.length < size) {
    const time = new Date(START + made.length).toISOString()
    made += JSON.stringify({ id: next(1e9), type: kinds[next(4)], user: `user-${next(5000)}`, time, cents: next(1e6) })
  }
  return Buffer.from(made.slice(0, size))
}

function plainRecords(valueBytes: number): PlainRecord[] {
  const count = Math.floor(BATCH_BYTES / (valueBytes + 16))
  const text = sample(valueBytes * 64)
  return Array.from({ length: count }, (_, i) => ({
    key: Buffer.from(`key-${1000 + (i % 1000)}`),
    value: text.subarray((i % 64) * valueBytes, ((i % 64) + 1) * valueBytes),
    timestamp: START + (i >> 4),
  }))
}

async function reportRecords(name: string, count: number, run: Run): Promise<void> {
  const perSecond = (await rate(run)) * count
  const { heapBytes, bufferBytes } = await allocated(run)
  const bytes = [heapBytes / count, bufferBytes / count] as const
  row(name, [perSecond / 1e6, 2], [1e9 / perSecond, 0], [bytes[0], 0], [bytes[1], 0])
}

async function records(): Promise<void> {
  const peers = await loadPeers()
  for (const valueBytes of [100, 1024]) {
    const inputs = plainRecords(valueBytes)
    const count = inputs.length
    const batch = encodeRecordBatch(inputs)
    console.log(`\n${count} records a batch, values of ${valueBytes} B, keys of 8 B`)
    row('', 'M records/s', 'ns/record', 'heap B/rec', 'buffer B/rec')

    const memory = Buffer.allocUnsafe(BATCH_BYTES + (64 << 10))
    await reportRecords('encode: a bare loop, without the CRC, the same memory', count, () => {
      sink = encodeBare(inputs, memory, false)
    })
    await reportRecords('encode: a bare loop', count, () => {
      const bytes = Buffer.allocUnsafe(batch.length)
      sink = bytes.subarray(0, encodeBare(inputs, bytes, true))
    })
    await reportRecords('encode: samsa, BatchEncoder of the right size', count, () => {
      const encoder = new BatchEncoder({ initialBytes: BATCH_BYTES + (64 << 10) })
      for (const { key, value, timestamp } of inputs) encoder.append(timestamp, key, value, null)
      sink = encoder.close()
    })
    await reportRecords('encode: samsa, BatchEncoder that grows from 1 KiB', count, () => {
      const encoder = new BatchEncoder()
      for (const { key, value, timestamp } of inputs) encoder.append(timestamp, key, value, null)
      sink = encoder.close()
    })
    await reportRecords('encode: samsa, encodeRecordBatch', count, () => {
      sink = encodeRecordBatch(inputs)
    })
    for (const peer of peers) await reportRecords(`encode: ${peer.name}`, count, () => peer.encode(inputs))

    for (const checkCrcs of [true, false]) {
      const how = checkCrcs ? '' : ', without the CRC'
      const options = { checkCrcs }
      await reportRecords(`decode: samsa${how}`, count, () => {
        for (const decoded of decodeRecordBatches(batch, options)) for (const record of decoded) sink = record
      })
      await reportRecords(`decode: samsa, reading key and value${how}`, count, () => {
        for (const decoded of decodeRecordBatches(batch, options)) {
          for (const record of decoded) {
            sink = record.key
            sink = record.value
          }
        }
      })
    }
    for (const peer of peers) await reportRecords(`decode: ${peer.name}`, count, () => peer.decode(batch))
  }
}

async function megabytes(size: number, run: Run): Promise<readonly [number, number]> {
  return [((await rate(run)) * size) / 1e6, 0]
}

async function blocks(
  codec: string,
  provider: BlockProvider | undefined,
  missing: string,
  data: Buffer,
  level = 0,
): Promise<void> {
  const name = `${codec}: ${provider?.name ?? missing}${level === 0 ? '' : `, level ${level}`}`
  if (provider === undefined) return row(name, 'cannot be loaded')
  const size = data.length
  const room = Buffer.alloc(size + (size >> 2) + 64)
  const block = Buffer.from(room.subarray(0, provider.compress(data, 0, size, room, 0, level)))
  const output = Buffer.alloc(size)
  row(
    name,
    [size / block.length, 2],
    await megabytes(size, () => provider.compress(data, 0, size, room, 0, level)),
    await megabytes(size, () => provider.decompress(block, 0, block.length, output, 0, size)),
  )
}

async function frames(provider: ZstdProvider | undefined, missing: string, data: Buffer, level: number): Promise<void> {
  const name = `zstd: ${provider?.name ?? missing}, level ${level}`
  if (provider === undefined) return row(name, 'cannot be loaded')
  const frame = Buffer.from(provider.compress(data, level))
  const output = Buffer.alloc(data.length)
  row(
    name,
    [data.length / frame.length, 2],
    await megabytes(data.length, () => provider.compress(data, level)),
    await megabytes(data.length, () => provider.decompress(frame, output, 0)),
  )
}

async function codecs(): Promise<void> {
  for (const size of [1 << 10, 64 << 10]) {
    const data = sample(size)
    console.log(`\nBlocks of ${size >> 10} KiB, single-threaded`)
    row('', 'ratio', 'compress MB/s', 'decompress')
    await blocks('snappy', nativeSnappy(), 'snappy', data)
    await blocks('snappy', ownSnappy, '', data)
    await blocks('lz4', nativeLz4(), 'lz4', data)
    await blocks('lz4', ownLz4, '', data)
    await blocks('lz4', nativeLz4(), 'lz4', data, 9)
    await blocks('lz4', ownLz4, '', data, 9)
    for (const level of [1, 3]) {
      await frames(napiZstd(), 'zstd-napi', data, level)
      await frames(zlibZstd(), 'node:zlib', data, level)
    }
    for (const level of [1, 6]) {
      const member = gzipSync(data, { level })
      const compressing = await megabytes(size, () => gzipSync(data, { level }))
      const decompressing = await megabytes(size, () => gunzipSync(member))
      row(`gzip: node:zlib, level ${level}`, [size / member.length, 2], compressing, decompressing)
    }
    for (const name of ['snappy', 'lz4', 'zstd', 'gzip'] as const) {
      const codec = codecByName(name)
      const compressed = Buffer.from(codec.compress(data, undefined))
      const compressing = await megabytes(size, () => codec.compress(data, undefined))
      const decompressing = await megabytes(size, () => codec.decompress(compressed, 1 << 28))
      row(`${name} with its framing, as batches use it`, [size / compressed.length, 2], compressing, decompressing)
    }
  }
}

async function crc(): Promise<void> {
  console.log('\nCRC-32C, MB/s')
  const sizes = [100, 256, 1 << 10, 64 << 10]
  row('', ...sizes.map(size => `${size} B`))
  const ways = [
    ['crc-32', plainCrc32c],
    ['@node-rs/crc32', nativeCrc32c()],
    ['chosen', crc32c],
  ] as const
  for (const [name, compute] of ways) {
    if (compute === undefined) {
      row(name, 'cannot be loaded')
      continue
    }
    const columns: (readonly [number, number])[] = []
    for (const size of sizes) {
      const input = sample(size + 21).subarray(21)
      // Many at a time, as reading the clock takes longer than one.
      const run = (): void => {
        for (let i = 0; i < 100; i++) sink = compute(input, 0)
      }
      columns.push(await megabytes(size * 100, run))
    }
    row(name, ...columns)
  }
}

async function async(): Promise<void> {
  console.log('\nTime that compressing takes of the event loop, µs: in place, and off it')
  const sizes = [4 << 10, 16 << 10, 64 << 10, 128 << 10, 512 << 10]
  row('', ...sizes.map(size => `${size >> 10} KiB`))
  for (const name of ['gzip', 'zstd'] as const) {
    const codec = codecByName(name)
    const { compressAsync } = codec
    const inPlace: (readonly [number, number])[] = []
    const aside: (readonly [number, number])[] = []
    for (const size of sizes) {
      const data = sample(size)
      inPlace.push([await loopTime(() => codec.compress(data, undefined)), 0])
      if (compressAsync !== undefined) aside.push([await loopTime(() => compressAsync(data, undefined)), 0])
    }
    row(`${name} in place`, ...inPlace)
    row(`${name} off the loop`, ...(compressAsync === undefined ? ['not on this Node'] : aside))
  }
}

const parts = { records, codecs, crc, async }
const wanted = process.argv[2]
console.log(`Node ${process.version}`)
for (const [name, run] of Object.entries(parts)) if (wanted === undefined || wanted === name) await run()
if (sink === undefined && wanted !== 'codecs' && wanted !== 'async') throw new Error('nothing was measured')
