import type { Source } from '../clients/source.ts'

/** Everything that is there, as fast as it goes; one message after another while they are sent; or nothing at all. */
export type Load = 'throughput' | 'latency' | 'idle'

/** What one child process does with one client. */
export interface Task extends Source {
  /** Which adapter. */
  readonly client: string
  /** One of the ways in which the adapter reads. */
  readonly mode: string
  readonly topic: string
  readonly partitions: number
  readonly load: Load
  readonly compression: 'none' | 'lz4' | 'zstd'
  /** The length of each value. */
  readonly valueBytes: number
  /** How many messages are read, and how many of them before the measuring begins. */
  readonly messages: number
  readonly warmUpMessages: number
  /** With an idle load. */
  readonly warmUpMs: number
  /** At most so long is measured; where nothing is read just so long. */
  readonly measureMs: number
}
