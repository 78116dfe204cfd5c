import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

const ROUNDS = 40
const ROUND_MS = 25

/** What is measured; where it returns a promise, that is waited for. */
export type Run = () => unknown

/**
 * How often `run` can be done in a second of processor time: the best of several rounds. What else a machine is busy with counts
 * little in that, and what V8's own threads do, such as collecting garbage, counts in full.
 */
export async function rate(run: Run): Promise<number> {
  await repeat(run, 8 * ROUND_MS)
  let best = 0
  for (let round = 0; round < ROUNDS; round++) best = Math.max(best, await repeat(run, ROUND_MS))
  return best
}

async function repeat(run: Run, durationMs: number): Promise<number> {
  const start = performance.now()
  const before = process.cpuUsage()
  let runs = 0
  do {
    const result = run()
    if (result instanceof Promise) await result
    runs++
  } while (performance.now() - start < durationMs)
  const { user, system } = process.cpuUsage(before)
  return (runs / (user + system)) * 1e6
}

/** Bytes that one `run` allocates: objects on V8's heap, and the memory of Buffers beside it. */
export interface Allocated {
  readonly heapBytes: number
  readonly bufferBytes: number
}

/** The medians of single runs, of those that no collection came between. */
export async function allocated(run: Run): Promise<Allocated> {
  const heap: number[] = []
  const buffers: number[] = []
  for (let i = 0; i < 40; i++) {
    if (i % 8 === 0) collectGarbage()
    const before = process.memoryUsage()
    const result = run()
    if (result instanceof Promise) await result
    const after = process.memoryUsage()
    if (after.heapUsed < before.heapUsed || after.arrayBuffers < before.arrayBuffers) continue
    heap.push(after.heapUsed - before.heapUsed)
    buffers.push(after.arrayBuffers - before.arrayBuffers)
  }
  return { heapBytes: median(heap), bufferBytes: median(buffers) }
}

/** The time that one `run` keeps the event loop from other work, in µs. */
export async function loopTime(run: Run): Promise<number> {
  await repeat(run, ROUND_MS)
  let best = Infinity
  for (let round = 0; round < 5; round++) {
    // Counted from a fresh turn, as what is active is only told turn by turn.
    await new Promise(resolve => setTimeout(resolve, 1))
    const before = performance.eventLoopUtilization()
    let runs = 0
    for (const start = performance.now(); performance.now() - start < ROUND_MS; runs++) {
      await run()
      await new Promise(resolve => setImmediate(resolve))
    }
    best = Math.min(best, (performance.eventLoopUtilization(before).active / runs) * 1000)
  }
  return best
}

function median(numbers: number[]): number {
  numbers.sort((a, b) => a - b)
  return numbers[numbers.length >> 1] ?? Number.NaN
}

/** Prints a line of a table: a name, and numbers with so many digits after the point. */
export function row(name: string, ...columns: readonly (string | readonly [value: number, digits: number])[]): void {
  const shown = columns.map(column => (typeof column === 'string' ? column : column[0].toFixed(column[1])))
  console.log(`${name.padEnd(52)}${shown.map(column => column.padStart(13)).join('')}`)
}
