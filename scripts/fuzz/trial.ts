import { getHeapStatistics } from 'node:v8'
import { ProtocolError } from '../../src/errors/client-errors.ts'
import type { Input } from './inputs.ts'

/** An input takes microseconds; what takes this long has lost its way. */
const HANG_MS = 1000
/** Far above what decompression may give (1 MiB) and zlib's pieces (4 MiB), far below what hostile lengths ask for. */
const OUTSIZED_BYTES = 32 << 20

export type Verdict = 'taken' | 'refused' | 'crash' | 'hang' | 'memory'

export interface Trial {
  readonly verdict: Verdict
  readonly ms: number
  /** What was wrong. */
  readonly problem: string
}

/** Gives an input to its target. Where it takes long it is given again: on a busy machine anything can take long once. */
export function tryInput(input: Input): Trial {
  const first = tryOnce(input)
  return first.verdict === 'hang' ? tryOnce(input) : first
}

function tryOnce({ target, bytes }: Input): Trial {
  const before = memory()
  const start = performance.now()
  let verdict: Verdict = 'taken'
  let problem = ''
  try {
    target.read(bytes)
  } catch (error) {
    verdict = error instanceof ProtocolError ? 'refused' : 'crash'
    if (verdict === 'crash') problem = error instanceof Error ? (error.stack ?? error.message) : String(error)
  }
  const ms = performance.now() - start
  const used = memory() - before
  if (verdict === 'crash') return { verdict, ms, problem }
  if (ms > HANG_MS) return { verdict: 'hang', ms, problem: `it took ${ms.toFixed(0)} ms` }
  if (used > OUTSIZED_BYTES) return { verdict: 'memory', ms, problem: `${used} bytes for ${bytes.length}` }
  return { verdict, ms, problem }
}

function memory(): number {
  const { used_heap_size, external_memory } = getHeapStatistics()
  return used_heap_size + external_memory
}
