import type { Entry } from '../compare.ts'
import { type Column, cpu, latencies, peakRss, rate, ratios, show, summaries } from '../report.ts'
import { peers, type Sending } from './contestants.ts'
import type { SendWorkload } from './workloads.ts'

/** What samsa may grow by: its buffer, and 100 MiB. */
const ALLOWED_MIB = 64 + 100

const grown: Column = [`more than at its start (allowed: ${ALLOWED_MIB})`, row => row.grownMiB.toFixed(0)]

export function showWorkload(workload: SendWorkload, entries: readonly Entry<Sending>[]): string {
  const rows = summaries(entries)
  const columns = { throughput: [], latency: latencies, memory: [] }[workload.load]
  const last = workload.load === 'memory' ? [grown] : ratios(rows, peers)
  return show(workload, rows, [cpu, rate, ...columns, peakRss, ...last])
}
