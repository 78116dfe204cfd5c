import type { Compression } from '../clients/source.ts'
import type { Workload } from '../contest.ts'
import type { Load } from './task.ts'

export interface SendWorkload extends Workload {
  readonly load: Load
  readonly valueBytes: number
  readonly compression: Compression
  readonly loops: number
  /** The most that are measured; slower clients send what they can in the time. */
  readonly maxMessages: number
}

/** All are without keys, with acks -1, for a topic of so many partitions. */
export const PARTITIONS = 6

const many = { load: 'throughput', loops: 0, compression: 'none' } as const
const each = { load: 'latency', valueBytes: 100, compression: 'none', maxMessages: 0 } as const

export const workloads: readonly SendWorkload[] = [
  { ...many, id: 'P1', title: '100 B, as fast as it goes', valueBytes: 100, maxMessages: 2_000_000 },
  { ...many, id: 'P2', title: '1 KiB, as fast as it goes', valueBytes: 1024, maxMessages: 500_000 },
  {
    ...many,
    id: 'P3',
    title: 'JSON of 200 B, lz4, as fast as it goes',
    compression: 'lz4',
    valueBytes: 200,
    maxMessages: 1_000_000,
  },
  {
    ...many,
    id: 'P3',
    title: 'JSON of 200 B, zstd, as fast as it goes',
    compression: 'zstd',
    valueBytes: 200,
    maxMessages: 1_000_000,
  },
  { ...each, id: 'P4', title: '100 B, 100 loops that each wait for one message', loops: 100 },
  { ...each, id: 'P5', title: '100 B, one message at a time', loops: 1 },
  {
    ...many,
    id: 'memory',
    title: '5,000,000 messages of 100 B, to a broker that takes 20 MB/s',
    load: 'memory',
    valueBytes: 100,
    maxMessages: 5_000_000,
  },
]
