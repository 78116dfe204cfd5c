import { type ChildProcess, fork } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Inputs } from './inputs.ts'
import type { Done, Finding, Work } from './worker.ts'

const CHUNK = 5000
/** For a chunk that takes a fraction of a second: whatever else the machine does, then something hangs. */
const STALLED_MS = 60_000
const START_MS = 120_000
const HEAP_MIB = 512
/** Resident memory of a worker with all of its seeds and code: what goes beyond has been taken by an input. */
const MAX_RSS_BYTES = 1024 << 20

export interface CampaignOptions {
  readonly runs: number
  readonly seconds: number
  readonly seed: number
  /** Only targets whose names have this in them. */
  readonly only: string
}

export interface Outcome {
  readonly inputs: number
  readonly crashes: number
  readonly hangs: number
}

/** Tries inputs until there have been enough, or the time is up, and prints how it goes. */
export async function campaign({ runs, seconds, seed, only }: CampaignOptions): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'samsa-fuzz-'))
  const trace = join(folder, 'at')
  const start = performance.now()
  const elapsed = () => (performance.now() - start) / 1000
  const totals = { crashes: 0, hangs: 0, taken: 0, peakRssBytes: 0 }
  const report = (finding: Finding) => {
    if (finding.kind === 'hang') totals.hangs++
    else totals.crashes++
    printFinding(finding, seed)
  }
  let next = 0
  let saidAt = 0
  let worker = await Worker.start(seed, only)
  try {
    while (next < runs && elapsed() < seconds) {
      let to = Math.min(next + CHUNK, runs)
      let done = await worker.work({ from: next, to })
      if (done === undefined) {
        // It hangs or is gone. Once more, with the number of each input written down before it is tried.
        worker = await Worker.start(seed, only)
        done = await worker.work({ from: next, to, trace })
      }
      if (done === undefined) {
        const last = Number(readFileSync(trace, 'utf8'))
        report(fatal(last, worker.wasStalled, seed, only))
        worker = await Worker.start(seed, only)
        // What was found before it is lost with the process.
        done = await worker.work({ from: next, to: last })
        if (done === undefined)
          throw new Error(`inputs ${next} to ${last} end the process without any of them doing it`)
        to = last + 1
      }
      for (const finding of done.findings) report(finding)
      totals.taken += done.taken
      totals.peakRssBytes = Math.max(totals.peakRssBytes, done.peakRssBytes)
      next = to
      if (elapsed() - saidAt < 5 && next < runs) continue
      saidAt = elapsed()
      const taken = ((100 * totals.taken) / next).toFixed(0)
      const { ms, target } = done.slowest
      const progress = `${next} inputs, ${elapsed().toFixed(0)} s, ${taken} % of them taken as good`
      console.log(`${progress}, the slowest of late ${ms.toFixed(1)} ms for ${target}`)
    }
  } finally {
    worker.end()
    rmSync(folder, { recursive: true, force: true })
  }
  console.log(`seed ${seed}, ${elapsed().toFixed(1)} s, peak memory ${(totals.peakRssBytes / 2 ** 20).toFixed(0)} MiB`)
  if (totals.peakRssBytes > MAX_RSS_BYTES) {
    console.log(`memory: more than ${MAX_RSS_BYTES} bytes were resident`)
    totals.crashes++
  }
  return { inputs: next, crashes: totals.crashes, hangs: totals.hangs }
}

function fatal(index: number, stalled: boolean, seed: number, only: string): Finding {
  const { target, bytes } = new Inputs(seed, only).at(index)
  const problem = stalled ? 'it did not end' : 'the process ended'
  return { index, kind: stalled ? 'hang' : 'crash', target: target.name, hex: bytes.toString('hex'), problem }
}

function printFinding({ kind, index, target, hex, problem }: Finding, seed: number): void {
  console.log(`${kind}: ${target}, seed ${seed}, input ${index}\n  ${problem.replaceAll('\n', '\n  ')}`)
  console.log(`  again: npm run fuzz -- --target '${target}' --hex ${hex}`)
}

/** A process that tries inputs, and may be lost over one. */
class Worker {
  wasStalled = false
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  static async start(seed: number, only: string): Promise<Worker> {
    const child = fork(new URL('./worker.ts', import.meta.url), [String(seed), only], {
      execArgv: [...process.execArgv, `--max-old-space-size=${HEAP_MIB}`],
    })
    const worker = new Worker(child)
    if ((await worker.#answer(START_MS)) === undefined) throw new Error('the worker did not start')
    return worker
  }

  /** Undefined where the process is lost. */
  async work(work: Work): Promise<Done | undefined> {
    this.#child.send(work)
    return (await this.#answer(STALLED_MS)) as Done | undefined
  }

  end(): void {
    this.#child.kill('SIGKILL')
  }

  #answer(withinMs: number): Promise<unknown> {
    const child = this.#child
    return new Promise(resolve => {
      const finish = (answer: unknown) => {
        clearTimeout(timer)
        child.off('message', finish).off('exit', lost)
        resolve(answer)
      }
      const lost = () => finish(undefined)
      const timer = setTimeout(() => {
        this.wasStalled = true
        this.end()
      }, withinMs)
      child.on('message', finish).on('exit', lost)
    })
  }
}
