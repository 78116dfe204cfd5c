import type { Entry } from '../compare.ts'
import type { Contestant } from '../contest.ts'
import { type Column, cpu, cpuShare, latencies, peakRss, type Row, rate, ratios, show, summaries } from '../report.ts'
import { peers } from './contestants.ts'
import type { Load } from './task.ts'
import type { ReadWorkload } from './workloads.ts'

const columns: Readonly<Record<Load, (rows: readonly Row[]) => readonly Column[]>> = {
  throughput: rows => [cpu, rate, peakRss, ...ratios(rows, peers)],
  latency: () => [...latencies, cpu, peakRss],
  idle: () => [cpuShare, peakRss],
}

export function showWorkload(workload: ReadWorkload, entries: readonly Entry<Contestant>[]): string {
  const rows = summaries(entries)
  return show(workload, rows, columns[workload.load](rows))
}
