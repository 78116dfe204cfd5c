import type { TopicPartition } from '../../consumer/message.ts'
import type { OffsetToCommit } from './commit.ts'
import type { CommittedOffset } from './committed.ts'

/** How far one partition was processed. It is written to for each message, so nothing is allocated for that. */
export class Progress implements TopicPartition {
  readonly topic: string
  readonly partition: number
  leaderEpoch = -1
  metadata = ''
  /** Counts the marks, to tell which of them a commit was made of. */
  marks = 0
  /** The mark that the coordinator has. */
  committedMark = 0
  /** The offset to read next as a number, which costs nothing; beyond 2^53 it is not exact, and the bigint counts. */
  #next = -1
  #exact: bigint | undefined

  constructor({ topic, partition }: TopicPartition) {
    this.topic = topic
    this.partition = partition
  }

  /** The offset to read next; -1n before anything is known of that. */
  get offset(): bigint {
    return this.#exact ?? BigInt(this.#next)
  }

  /** Everything up to this offset, which is exact, is processed. Does nothing when that was said before. */
  markUpTo(offset: number, leaderEpoch: number, metadata: string): void {
    if (offset < this.#next) return
    this.#next = offset + 1
    this.#exact = undefined
    this.leaderEpoch = leaderEpoch
    this.metadata = metadata
    this.marks++
  }

  /** Everything before the offset is processed. Does nothing when that was said before. */
  mark(offset: bigint, leaderEpoch: number, metadata: string): void {
    if (offset > this.offset) this.reset(offset, leaderEpoch, metadata)
  }

  /** Says so anew, be it further back. */
  reset(offset: bigint, leaderEpoch: number, metadata: string): void {
    this.#next = Number(offset)
    this.#exact = Number.isSafeInteger(this.#next) ? undefined : offset
    this.leaderEpoch = leaderEpoch
    this.metadata = metadata
    this.marks++
  }
}

/** What is to be committed, and the mark that it was. */
export interface DirtyOffset extends OffsetToCommit {
  readonly progress: Progress
  readonly mark: number
}

/** How far partitions were processed, and how much of that is committed. */
export class OffsetLedger {
  readonly #entries = new Map<string, Progress>()

  /** Keeps account of a partition from now on, beginning with what is committed of it. */
  open(partition: TopicPartition, committed: CommittedOffset | undefined): void {
    const progress = new Progress(partition)
    if (committed !== undefined) {
      progress.reset(committed.offset, committed.leaderEpoch, committed.metadata)
      progress.committedMark = progress.marks
    }
    this.#entries.set(nameOf(partition), progress)
  }

  /** Undefined for partitions that are not kept. */
  progress(partition: TopicPartition): Progress | undefined {
    return this.#entries.get(nameOf(partition))
  }

  /** What is to be committed: of all partitions, or of some. */
  dirty(among?: readonly TopicPartition[]): DirtyOffset[] {
    const all = among === undefined ? this.#entries.values() : among.flatMap(each => this.progress(each) ?? [])
    const found: DirtyOffset[] = []
    for (const progress of all) {
      const { topic, partition, offset, leaderEpoch, metadata, marks: mark } = progress
      if (mark !== progress.committedMark)
        found.push({ topic, partition, offset, leaderEpoch, metadata, progress, mark })
    }
    return found
  }

  /** The coordinator has it; what was marked since is still to be committed. */
  onCommitted({ progress, mark }: DirtyOffset): void {
    progress.committedMark = mark
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
