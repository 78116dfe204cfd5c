import { PartitionLog } from '../log/partition-log.ts'

/** Who leads when nobody does. */
export const NO_LEADER = -1

/** One partition: its log, and who has it. Replicas that run have all of the log at once. */
export class Partition {
  readonly topic: string
  readonly index: number
  /** Brokers; the first is the preferred leader. */
  readonly replicas: readonly number[]
  readonly log = new PartitionLog()
  /** The replicas in sync. When the last of them stops it stays here: nobody else may lead. */
  isr: readonly number[]
  #leader: number = NO_LEADER
  #leaderEpoch = -1
  readonly #listeners = new Set<() => void>()

  constructor(topic: string, index: number, replicas: readonly number[]) {
    this.topic = topic
    this.index = index
    this.replicas = replicas
    this.isr = replicas
  }

  /** -1 while nobody leads. */
  get leader(): number {
    return this.#leader
  }

  get leaderEpoch(): number {
    return this.#leaderEpoch
  }

  /** Another leader begins, or the same one anew; or there is none any more. */
  lead(broker: number): void {
    this.#leader = broker
    this.#leaderEpoch++
    if (broker !== NO_LEADER) this.log.epochs.assign(this.#leaderEpoch, this.log.endOffset)
    this.changed()
  }

  /** Calls `listener` whenever there is something new in the log, or somebody else leads. The returned function ends it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  changed(): void {
    for (const listener of [...this.#listeners]) listener()
  }
}
