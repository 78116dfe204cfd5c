/*
 * How fast record batches are encoded and decoded, and how much memory each record costs on V8's heap.
 * Run with `npx tsx bench/records.ts [part of a shape's name]`; the numbers are medians, and only ratios carry over to
 * other machines.
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { decodeRecordBatches } from '../src/records/batch-decoder.ts'
import { BatchEncoder } from '../src/records/batch-encoder.ts'
import type { RecordData, RecordHeaderList } from '../src/records/record-data.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const ROUNDS = 15
const ROUND_MS = 60
/** Each batch is about as large as a fetch or produce request has for a partition. */
const BATCH_BYTES = 512 * 1024

interface Shape {
  readonly name: string
  readonly keys: readonly RecordData[]
  readonly values: readonly RecordData[]
  readonly headers: RecordHeaderList | null
}

function report(name: string, records: number, run: () => void): void {
  const until = performance.now() + 4 * ROUND_MS
  while (performance.now() < until) run()
  const rates: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    let runs = 0
    let elapsed = 0
    do {
      run()
      runs++
      elapsed = performance.now() - start
    } while (elapsed < ROUND_MS)
    rates.push((runs * records) / elapsed / 1000)
  }
  rates.sort((a, b) => a - b)
  const rate = rates[ROUNDS >> 1]!
  const heapBytes = allocated(run) / records
  const columns = [rate.toFixed(1).padStart(7), (1000 / rate).toFixed(0).padStart(6), heapBytes.toFixed(0).padStart(6)]
  console.log(`${name.padEnd(56)}${columns[0]} M/s ${columns[1]} ns ${columns[2]} B/record`)
}

/** The median of what single runs leave on the heap, of those that no collection came between. */
function allocated(run: () => void): number {
  collectGarbage()
  const grown: number[] = []
  for (let i = 0; i < 40; i++) {
    const before = process.memoryUsage().heapUsed
    run()
    const after = process.memoryUsage().heapUsed
    if (after >= before) grown.push(after - before)
  }
  grown.sort((a, b) => a - b)
  return grown[grown.length >> 1]!
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

console.log(`Node ${process.version}, batches of ${BATCH_BYTES / 1024} KiB\n`)
let sink: unknown
for (const shape of shapes) {
  if (!shape.name.includes(process.argv[2] ?? '')) continue
  const encoder = new BatchEncoder()
  const count = fill(shape, encoder)
  const batch = encoder.close()
  report(`encode ${shape.name}`, count, () => {
    sink = fill(shape, new BatchEncoder({ initialBytes: BATCH_BYTES }))
  })
  report('  … growing from 1 KiB, and close (CRC)', count, () => {
    const grown = new BatchEncoder()
    fill(shape, grown)
    sink = grown.close()
  })
  report('  … asking for the exact size before each append', count, () => {
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
    report(`decode ${shape.name}, lazy, CRC ${checkCrcs ? 'on' : 'off'}`, count, () => {
      for (const decoded of decodeRecordBatches(batch, options)) for (const record of decoded) sink = record
    })
    report('  … reading key and value', count, () => {
      for (const decoded of decodeRecordBatches(batch, options)) {
        for (const record of decoded) {
          sink = record.key
          sink = record.value
        }
      }
    })
  }
  report('  … reading offset and timestamp, CRC off', count, () => {
    for (const decoded of decodeRecordBatches(batch, { checkCrcs: false })) {
      for (const record of decoded) {
        sink = record.offset
        sink = record.timestamp
      }
    }
  })
  report('  … key and value by index, no record objects, CRC off', count, () => {
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
