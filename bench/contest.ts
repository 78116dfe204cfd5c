/** One way in which one client does something. */
export interface Contestant {
  readonly client: string
  /** As the client's adapter calls it. */
  readonly mode: string
  /** What is said beside the name. */
  readonly note?: string
  /** Ids of workloads. */
  readonly workloads: readonly string[]
}

export interface Workload {
  /** Several may have the same one. */
  readonly id: string
  readonly title: string
}

/** What a command compares. */
export interface Contest<C extends Contestant, W extends Workload> {
  /** The command, and what it does. */
  readonly command: string
  readonly does: string
  /** samsa, and what it cannot be faster than. */
  readonly own: readonly C[]
  /** Other clients for Node. */
  readonly peers: readonly C[]
  /** Clients for other languages. */
  readonly yardsticks: readonly C[]
  readonly workloads: readonly W[]
  /** Ids of the workloads that must be asked for. */
  readonly extra: readonly string[]
}

export function nameOf({ client, mode, note }: Contestant): string {
  return `${client} ${mode}`.trim() + (note === undefined ? '' : `, ${note}`)
}
