/** What a child process tells, as the last line that it prints. */
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

/** What is measured of one workload. */
export type LoadResult = Omit<Measured, 'version' | 'peakRssBytes' | 'startRssBytes'>

/** A client, or what a workload needs of it, is not to be had here. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
}

/** Runs a child process: its argument is a task, the last line that it prints the report. */
export async function reportOn<T>(measure: (task: T) => Promise<Measured>): Promise<void> {
  const text = JSON.stringify(await reported(measure))
  // Clients may leave timers and sockets behind.
  process.stdout.write(`${text}\n`, () => process.exit())
}

async function reported<T>(measure: (task: T) => Promise<Measured>): Promise<Report> {
  try {
    return await measure(JSON.parse(process.argv[2]!) as T)
  } catch (error) {
    if (error instanceof UnavailableError) return { unavailable: error.message }
    throw error
  }
}

/** The two latencies that are told of. Sorts the list. */
export function percentiles(latenciesMs: number[]): { readonly p50Ms: number; readonly p99Ms: number } {
  latenciesMs.sort((a, b) => a - b)
  const at = (share: number): number => latenciesMs[Math.floor(latenciesMs.length * share)]!
  return { p50Ms: at(0.5), p99Ms: at(0.99) }
}
