import type { Measured } from './child-report.ts'
import type { Entry } from './compare.ts'
import { type Contestant, nameOf, type Workload } from './contest.ts'
import { median, table } from './table.ts'

/** Medians of what one contestant did. */
export interface Row {
  readonly name: string
  readonly client: string
  readonly cpuMicros: number
  /** Of one processor. */
  readonly cpuPercent: number
  readonly perSecond: number
  readonly rssMiB: number
  readonly grownMiB: number
  readonly p50Ms: number
  readonly p99Ms: number
}

export type Column = readonly [title: string, cell: (row: Row) => string]

const MIB = 1 << 20

export const cpu: Column = ['CPU µs/message', row => row.cpuMicros.toFixed(row.cpuMicros < 10 ? 3 : 1)]
export const cpuShare: Column = ['CPU %', row => row.cpuPercent.toFixed(2)]
export const rate: Column = ['messages/s', row => Math.round(row.perSecond).toLocaleString('en')]
export const peakRss: Column = ['peak RSS MiB', row => row.rssMiB.toFixed(0)]
export const latencies: readonly Column[] = [
  ['p50 ms', row => row.p50Ms.toFixed(2)],
  ['p99 ms', row => row.p99Ms.toFixed(2)],
]

/** What is said of samsa in relation to others is in relation to the best of those for Node. */
export function ratios(rows: readonly Row[], peers: readonly Contestant[]): Column[] {
  const others = rows.filter(({ client }) => peers.some(peer => peer.client === client))
  if (others.length === 0) return []
  const leastCpu = Math.min(...others.map(({ cpuMicros }) => cpuMicros))
  const mostPerSecond = Math.max(...others.map(({ perSecond }) => perSecond))
  const ratio = (row: Row, value: number, best: number): string =>
    row.client === 'samsa' && Number.isFinite(best) ? (value / best).toFixed(2) : ''
  return [
    ['CPU ÷ least of peers', row => ratio(row, row.cpuMicros, leastCpu)],
    ['rate ÷ highest of peers', row => ratio(row, row.perSecond, mostPerSecond)],
  ]
}

export function summaries<C extends Contestant>(entries: readonly Entry<C>[]): Row[] {
  return entries.filter(({ results }) => results.length > 0).map(summary)
}

export function show({ id, title }: Workload, rows: readonly Row[], columns: readonly Column[]): string {
  const head = [`${id}: ${title}`, ...columns.map(([column]) => column)]
  return table(
    head,
    rows.map(row => [row.name, ...columns.map(([, cell]) => cell(row))]),
  )
}

function summary<C extends Contestant>({ contestant, results }: Entry<C>): Row {
  const of = (value: (result: Measured) => number): number => median(results.map(value))
  const { version } = results[0]!
  return {
    name: version === '' ? nameOf(contestant) : nameOf(contestant).replace(contestant.client, `$& ${version}`),
    client: contestant.client,
    cpuMicros: of(({ cpuSeconds, messages }) => (cpuSeconds * 1e6) / messages),
    cpuPercent: of(({ cpuSeconds, seconds }) => (cpuSeconds / seconds) * 100),
    perSecond: of(({ messages, seconds }) => messages / seconds),
    rssMiB: of(({ peakRssBytes }) => peakRssBytes / MIB),
    grownMiB: of(({ peakRssBytes, startRssBytes }) => (peakRssBytes - startRssBytes) / MIB),
    p50Ms: of(({ p50Ms = Number.NaN }) => p50Ms),
    p99Ms: of(({ p99Ms = Number.NaN }) => p99Ms),
  }
}
