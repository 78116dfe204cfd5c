/*
 * How fast records of more kinds are encoded and decoded than in codec.ts, and in more ways.
 * Run with `npx tsx bench/records.ts [part of a shape's name]`; only ratios carry over to other machines.
 */
import { decodeRecordBatches } from '../src/records/batch-decoder.ts'
import { BatchEncoder } from '../src/records/batch-encoder.ts'
import type { RecordData, RecordHeaderList } from '../src/records/record-data.ts'
import { allocated, rate, row } from './measure.ts'

/** Each batch is about as large as a fetch or produce request has for a partition. */
const BATCH_BYTES = 512 * 1024

interface Shape {
  readonly name: string
  readonly keys: readonly RecordData[]
  readonly values: readonly RecordData[]
  readonly headers: RecordHeaderList | null
}

async function report(name: string, records: number, run: () => void): Promise<void> {
  const perSecond = (await rate(run)) * records
  const { heapBytes } = await allocated(run)
  row(name, [perSecond / 1e6, 1], [1e9 / perSecond, 0], [heapBytes / records, 0])
}

function variants(make: (i: number) => RecordData): RecordData[] {
  return Array.from({ length: 64 }, (_, i) => make(i))
}

const text = (length: number) => (i: number) => `${i}:`.padEnd(length, 'abcdefghijklmnopqrstuvwxyz')
const bytes = (length: number) => (i: number) => Buffer.from(text(length)(i))

const shapes: Shape[] = [
  { name: '100 B value', keys: variants(() => null), values: variants(bytes(100)), headers: null },
  { name: '100 B value, 8 B text key', keys: variants(text(8)), values: variants(bytes(100)), headers: null },
  { name: '100 B text value, 8 B text key', keys: variants(text(8)), values: variants(text(100)), headers: null },
  {
    name: '100 B value, key, 2 headers',
    keys: variants(bytes(8)),
    values: variants(bytes(100)),
    headers: [
      ['trace-id', '4bf92f3577b34da6'],
      ['type', 'order'],
    ],
  },
  { name: '1 KiB value, 8 B text key', keys: variants(text(8)), values: variants(bytes(1024)), headers: null },
  {
    name: '1 KiB non-ASCII text value, 8 B text key',
    keys: variants(text(8)),
    values: variants(i => `${i}:é`.repeat(1024)),
    headers: null,
  },
]

function fill(shape: Shape, encoder: BatchEncoder): number {
  const { keys, values, headers } = shape
  let i = 0
  while (encoder.tryAppend(BATCH_BYTES, 1_700_000_000_000 + (i >> 4), keys[i & 63]!, values[i & 63]!, headers)) i++
  return i
}

console.log(`Node ${process.version}, batches of ${BATCH_BYTES / 1024} KiB`)
row('', 'M records/s', 'ns/record', 'heap B/rec')
let sink: unknown
for (const shape of shapes) {
  if (!shape.name.includes(process.argv[2] ?? '')) continue
  const encoder = new BatchEncoder()
  const count = fill(shape, encoder)
  const batch = encoder.close()
  await report(`encode ${shape.name}`, count, () => {
    sink = fill(shape, new BatchEncoder({ initialBytes: BATCH_BYTES }))
  })
  await report('  … growing from 1 KiB, and close (CRC)', count, () => {
    const grown = new BatchEncoder()
    fill(shape, grown)
    sink = grown.close()
  })
  await report('  … asking for the exact size before each append', count, () => {
    const measured = new BatchEncoder({ initialBytes: BATCH_BYTES })
    for (let i = 0; i < count; i++) {
      const key = shape.keys[i & 63]!
      const value = shape.values[i & 63]!
      if (measured.sizeWith(1_700_000_000_000, key, value, shape.headers) > BATCH_BYTES) return
      measured.append(1_700_000_000_000, key, value, shape.headers)
    }
    sink = measured
  })
  for (const checkCrcs of [false, true]) {
    const options = { checkCrcs }
    await report(`decode ${shape.name}, lazy, CRC ${checkCrcs ? 'on' : 'off'}`, count, () => {
      for (const decoded of decodeRecordBatches(batch, options)) for (const record of decoded) sink = record
    })
    await report('  … reading key and value', count, () => {
      for (const decoded of decodeRecordBatches(batch, options)) {
        for (const record of decoded) {
          sink = record.key
          sink = record.value
        }
      }
    })
  }
  await report('  … reading offset and timestamp, CRC off', count, () => {
    for (const decoded of decodeRecordBatches(batch, { checkCrcs: false })) {
      for (const record of decoded) {
        sink = record.offset
        sink = record.timestamp
      }
    }
  })
  await report('  … key and value by index, no record objects, CRC off', count, () => {
    for (const decoded of decodeRecordBatches(batch, { checkCrcs: false })) {
      for (let i = 0; i < decoded.count; i++) {
        sink = decoded.keyAt(i)
        sink = decoded.valueAt(i)
      }
    }
  })
  console.log()
}
if (sink === undefined) throw new Error('nothing was measured')
