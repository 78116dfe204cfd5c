import type { TopicPartition } from '../../consumer/message.ts'
import type { OffsetToCommit } from './commit.ts'
import type { CommittedOffset } from './committed.ts'

interface Entry extends TopicPartition {
  /** How far it was processed; undefined before anything is known of that. */
  marked: CommittedOffset | undefined
  /** What of that is with the coordinator. */
  committed: CommittedOffset | undefined
}

/** How far partitions were processed, and how much of that is committed. */
export class OffsetLedger {
  readonly #entries = new Map<string, Entry>()

  /** Keeps account of a partition from now on, beginning with what is committed of it. */
  open({ topic, partition }: TopicPartition, committed: CommittedOffset | undefined): void {
    this.#entries.set(nameOf({ topic, partition }), { topic, partition, marked: committed, committed })
  }

  has(partition: TopicPartition): boolean {
    return this.#entries.has(nameOf(partition))
  }

  /** How far it was processed; undefined where that is not known. */
  marked(partition: TopicPartition): CommittedOffset | undefined {
    return this.#entries.get(nameOf(partition))?.marked
  }

  /** Everything before the offset is processed. Does nothing when that was said before, or the partition is not kept any more. */
  mark(partition: TopicPartition, marked: CommittedOffset): void {
    const entry = this.#entries.get(nameOf(partition))
    if (entry !== undefined && (entry.marked === undefined || marked.offset > entry.marked.offset))
      entry.marked = marked
  }

  /** Says so anew, be it further back. */
  reset(partition: TopicPartition, marked: CommittedOffset): void {
    const entry = this.#entries.get(nameOf(partition))
    if (entry !== undefined) entry.marked = marked
  }

  /** What is to be committed: of all partitions, or of some. */
  dirty(among?: readonly TopicPartition[]): OffsetToCommit[] {
    const names = among === undefined ? undefined : new Set(among.map(nameOf))
    const found: OffsetToCommit[] = []
    for (const [name, { topic, partition, marked, committed }] of this.#entries) {
      if (marked === undefined || marked === committed || names?.has(name) === false) continue
      found.push({ topic, partition, ...marked })
    }
    return found
  }

  /** The coordinator has it. */
  onCommitted(offset: OffsetToCommit): void {
    const entry = this.#entries.get(nameOf(offset))
    if (entry === undefined) return
    // What was marked since is still to be committed.
    const isAll = entry.marked?.offset === offset.offset && entry.marked.metadata === offset.metadata
    entry.committed = isAll ? entry.marked : offset
  }

  /** Of partitions that are not ours any more nothing is kept. */
  close(partitions: readonly TopicPartition[]): void {
    for (const partition of partitions) this.#entries.delete(nameOf(partition))
  }

  clear(): void {
    this.#entries.clear()
  }
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`
}
