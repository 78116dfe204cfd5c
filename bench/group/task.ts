import type { Source } from '../clients/source.ts'

/** What a child process does that has a second member join an idle group. */
export interface JoinTask extends Source {
  readonly topic: string
  readonly partitions: number
  readonly rounds: number
  /** The first member learns of the second with a heartbeat. */
  readonly heartbeatIntervalMs: number
}
