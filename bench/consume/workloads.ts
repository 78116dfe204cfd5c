import type { Compression } from '../clients/source.ts'
import type { Workload } from '../contest.ts'
import type { Load } from './task.ts'

export interface ReadWorkload extends Workload {
  readonly load: Load
  readonly valueBytes: number
  readonly compression: Compression
  /** How many are read, and how many of them before the measuring begins. */
  readonly messages: number
  readonly warmUpMessages: number
}

/** All are of a topic of so many partitions. */
export const PARTITIONS = 6

const small = { load: 'throughput', valueBytes: 100, messages: 6_000_000, warmUpMessages: 1_000_000 } as const
const large = { load: 'throughput', valueBytes: 1024, messages: 1_200_000, warmUpMessages: 200_000 } as const
const rest = { valueBytes: 100, compression: 'none' } as const

export const workloads: readonly ReadWorkload[] = [
  { ...small, id: 'C1', title: '5,000,000 of 100 B', compression: 'none' },
  { ...large, id: 'C2', title: '1,000,000 of 1 KiB', compression: 'none' },
  { ...small, id: 'C3', title: '5,000,000 of 100 B, lz4', compression: 'lz4' },
  { ...small, id: 'C3', title: '5,000,000 of 100 B, zstd', compression: 'zstd' },
  { ...large, id: 'C3', title: '1,000,000 of 1 KiB, lz4', compression: 'lz4' },
  { ...large, id: 'C3', title: '1,000,000 of 1 KiB, zstd', compression: 'zstd' },
  {
    ...rest,
    id: 'C4',
    title: 'a message of 100 B now and then, from before it is sent until it is read',
    load: 'latency',
    messages: 6_000,
    warmUpMessages: 4_000,
  },
  { ...rest, id: 'idle', title: 'connected, nothing to read', load: 'idle', messages: 0, warmUpMessages: 0 },
]
