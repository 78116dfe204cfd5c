import { median, table } from '../table.ts'
import { type Contestant, nameOf, peers } from './contestants.ts'
import type { Measured } from './task.ts'
import type { Workload } from './workloads.ts'

/** The results of one contestant, one a round. */
export interface Entry {
  readonly contestant: Contestant
  readonly results: Measured[]
}

interface Row {
  readonly name: string
  readonly client: string
  readonly cpuMicros: number
  readonly perSecond: number
  readonly rssMiB: number
  readonly grownMiB: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const MIB = 1 << 20
/** What samsa may grow by: its buffer, and 100 MiB. */
const ALLOWED_MIB = 64 + 100

/** A table of medians. What is said of samsa in relation to others is in relation to the best of those for Node. */
export function showWorkload(workload: Workload, entries: readonly Entry[]): string {
  const rows = entries.filter(({ results }) => results.length > 0).map(summary)
  const isPeer = ({ client }: Row): boolean => peers.some(peer => peer.client === client)
  const leastCpu = Math.min(...rows.filter(isPeer).map(({ cpuMicros }) => cpuMicros))
  const mostPerSecond = Math.max(...rows.filter(isPeer).map(({ perSecond }) => perSecond))
  const ratio = (row: Row, value: number, best: number): string =>
    row.client === 'samsa' && Number.isFinite(best) ? (value / best).toFixed(2) : ''
  const columns: [title: string, cell: (row: Row) => string][] = [
    ['CPU µs/message', row => row.cpuMicros.toFixed(row.cpuMicros < 10 ? 3 : 1)],
    ['messages/s', row => Math.round(row.perSecond).toLocaleString('en')],
    ['peak RSS MiB', row => row.rssMiB.toFixed(0)],
  ]
  if (workload.load === 'memory') {
    columns.push([`more than at its start (allowed: ${ALLOWED_MIB})`, row => row.grownMiB.toFixed(0)])
  } else {
    columns.push(['CPU ÷ least of peers', row => ratio(row, row.cpuMicros, leastCpu)])
    columns.push(['rate ÷ highest of peers', row => ratio(row, row.perSecond, mostPerSecond)])
  }
  if (workload.load === 'latency') {
    columns.splice(2, 0, ['p50 ms', row => row.p50Ms.toFixed(2)], ['p99 ms', row => row.p99Ms.toFixed(2)])
  }
  const head = [`${workload.id}: ${workload.title}`, ...columns.map(([title]) => title)]
  return table(
    head,
    rows.map(row => [row.name, ...columns.map(([, cell]) => cell(row))]),
  )
}

function summary({ contestant, results }: Entry): Row {
  const of = (value: (result: Measured) => number): number => median(results.map(value))
  const { version } = results[0]!
  return {
    name: version === '' ? nameOf(contestant) : nameOf(contestant).replace(contestant.client, `$& ${version}`),
    client: contestant.client,
    cpuMicros: of(({ cpuSeconds, messages }) => (cpuSeconds * 1e6) / messages),
    perSecond: of(({ messages, seconds }) => messages / seconds),
    rssMiB: of(({ peakRssBytes }) => peakRssBytes / MIB),
    grownMiB: of(({ peakRssBytes, startRssBytes }) => (peakRssBytes - startRssBytes) / MIB),
    p50Ms: of(({ p50Ms = Number.NaN }) => p50Ms),
    p99Ms: of(({ p99Ms = Number.NaN }) => p99Ms),
  }
}
