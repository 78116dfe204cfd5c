import type { KafkaRecord } from '../../records/record.ts'
import type { RecordBatch } from '../../records/record-batch.ts'
import type { Partition } from '../state/partition.ts'
import { decode, type PartitionLog } from './partition-log.ts'

/** The log of a partition as it is now, for tests to look at. */
export interface LogView {
  /** The first offset that can be read. */
  readonly startOffset: bigint
  /** The offset of the next message: the high watermark. */
  readonly endOffset: bigint
  /** Up to here readers of what is committed can read. */
  readonly lastStableOffset: bigint
  /** The id of the broker that leads the partition; -1 while none does. */
  readonly leader: number
  readonly leaderEpoch: number
  /** All batches as they came, control batches included. */
  readonly batches: readonly RecordBatch[]
  /**
   * What a reader of the whole log gets.
   *
   * @param isolationLevel `read_committed` leaves out messages of transactions that were aborted, or have not ended.
   */
  messages(isolationLevel?: 'read_uncommitted' | 'read_committed'): KafkaRecord[]
}

export function viewOf({ log, leader, leaderEpoch }: Partition): LogView {
  const { startOffset, endOffset, lastStableOffset } = log
  const batches = log.batches.map(decode)
  const aborted = log.producers.abortedBetween(startOffset, endOffset)
  return {
    startOffset,
    endOffset,
    lastStableOffset,
    leader,
    leaderEpoch,
    batches,
    messages(isolationLevel = 'read_uncommitted') {
      const committedOnly = isolationLevel === 'read_committed'
      const isSeen = (batch: RecordBatch): boolean =>
        !batch.isControl && !(committedOnly && (batch.baseOffset >= lastStableOffset || isAborted(batch, aborted)))
      return batches
        .filter(isSeen)
        .flatMap(batch => [...batch])
        .filter(({ offset }) => offset >= startOffset)
    },
  }
}

function isAborted(batch: RecordBatch, aborted: ReturnType<PartitionLog['producers']['abortedBetween']>): boolean {
  const { isTransactional, producerId, baseOffset } = batch
  return (
    isTransactional &&
    aborted.some(
      other => other.producerId === producerId && baseOffset >= other.firstOffset && baseOffset < other.lastOffset,
    )
  )
}
