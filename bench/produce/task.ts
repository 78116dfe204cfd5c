export type Compression = 'none' | 'lz4' | 'zstd'

/** How messages are sent: as many as possible, by loops that each wait for one, or many through a narrow pipe. */
export type Load = 'throughput' | 'latency' | 'memory'

/** What one child process does with one client. */
export interface Task {
  /** Which adapter. */
  readonly client: string
  /** One of the ways in which the adapter sends. */
  readonly mode: string
  readonly idempotent: boolean
  /** Where the client is: the folder that its package is installed in, or the file to import. */
  readonly from: string
  readonly brokers: readonly string[]
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

/** What the child process tells, as the last line that it prints. */
export type Report = Measured | Unavailable

export interface Measured {
  /** The client's. */
  readonly version: string
  /** Those of the measured part; all with those of the warm-up. */
  readonly messages: number
  readonly allMessages: number
  readonly seconds: number
  /** Of all threads, in the measured part. */
  readonly cpuSeconds: number
  /** Of the process, in all its life. */
  readonly peakRssBytes: number
  /** Before the client connected. */
  readonly startRssBytes: number
  readonly p50Ms?: number
  readonly p99Ms?: number
}

export interface Unavailable {
  readonly unavailable: string
}
