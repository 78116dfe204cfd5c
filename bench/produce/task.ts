import type { Compression, Source } from '../clients/source.ts'

/** How messages are sent: as many as possible, by loops that each wait for one, or many through a narrow pipe. */
export type Load = 'throughput' | 'latency' | 'memory'

/** What one child process does with one client. */
export interface Task extends Source {
  /** Which adapter. */
  readonly client: string
  /** One of the ways in which the adapter sends. */
  readonly mode: string
  readonly idempotent: boolean
  readonly topic: string
  readonly partitions: number
  /** A file of values of `valueBytes` each. */
  readonly valuesFile: string
  readonly valueBytes: number
  readonly compression: Compression
  readonly load: Load
  /** How many wait for one message each, with a load of latency. */
  readonly loops: number
  readonly maxMessages: number
  /** At least so long is sent before the measuring begins. */
  readonly warmUpMs: number
  /** About so long is measured. */
  readonly measureMs: number
}
