import { Fifo } from '../util/fifo.ts'
import { isBefore, Sequences } from './sequences.ts'

/** What a queue needs to know of its batches. */
interface Queued {
  readonly isSettled: boolean
  /** The sequence of its first record; -1 where it has none. */
  readonly baseSequence: number
}

/** The batches of one partition on their way out. */
export class PartitionQueue<Batch extends Queued> {
  readonly topic: string
  readonly partition: number
  /** Those that are to be sent, for the first time or again, oldest first. */
  readonly batches = new Fifo<Batch>()
  /** The last of them where messages can still be added to it. */
  open: Batch | undefined
  /** Those that were sent and have no answer yet, in the order in which they were sent. */
  readonly inFlight: Batch[] = []
  /** A batch waits for its next try. */
  isBackingOff = false
  /** Why nothing has got through of late; undefined once something has. */
  lastError: unknown
  readonly sequences = new Sequences()
  /** Sizes of the last two batches, as they were written. */
  readonly lastSizes: [older: number, newer: number] = [0, 0]

  constructor(topic: string, partition: number) {
    this.topic = topic
    this.partition = partition
  }

  /** `topic-partition`, as errors name it. */
  get name(): string {
    return `${this.topic}-${this.partition}`
  }

  /** Whether all of its batches have their outcome. */
  get isIdle(): boolean {
    return this.head() === undefined && this.inFlight.length === 0
  }

  /** The batch to send next; drops those that have an outcome already, as their time ran out. */
  head(): Batch | undefined {
    for (;;) {
      const head = this.batches.peek()
      if (head === undefined || !head.isSettled) return head
      this.batches.shift()
      if (this.open === head) this.open = undefined
    }
  }

  /** No more messages are added to the open batch. */
  close(): void {
    this.open = undefined
  }

  /** Takes the batch that is to be sent next. Nothing is added to it any more. */
  take(): Batch {
    const batch = this.batches.shift()!
    if (this.open === batch) this.open = undefined
    this.inFlight.push(batch)
    return batch
  }

  /** A batch was answered, or will not be. */
  onAnswered(batch: Batch): void {
    const index = this.inFlight.indexOf(batch)
    if (index === 0) this.inFlight.shift()
    else if (index > 0) this.inFlight.splice(index, 1)
  }

  /**
   * Puts a batch back that is to be sent again, before all that come after it. Several of a partition can be in flight and fail in
   * any order, but only with sequences, which tell where each belongs.
   */
  putBack(batch: Batch): void {
    const earlier: Batch[] = []
    for (;;) {
      const head = this.batches.peek()
      if (head === undefined || head.baseSequence < 0 || !isBefore(head.baseSequence, batch.baseSequence)) break
      earlier.push(this.batches.shift()!)
    }
    this.batches.unshift(batch)
    for (let i = earlier.length - 1; i >= 0; i--) this.batches.unshift(earlier[i]!)
  }

  /** Whether a batch with earlier sequences has not been acknowledged yet. */
  hasEarlier(batch: Batch): boolean {
    const isEarlier = (other: Batch | undefined) =>
      other !== undefined &&
      other !== batch &&
      other.baseSequence >= 0 &&
      !other.isSettled &&
      isBefore(other.baseSequence, batch.baseSequence)
    return isEarlier(this.head()) || this.inFlight.some(isEarlier)
  }
}
