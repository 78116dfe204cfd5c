import type { TimestampType } from './batch-header.ts'
import type { CodecName } from './compression/codec.ts'

/** What the header of a record batch tells. */
export interface RecordBatchInfo {
  /** The offset of the first record, or of the first that was there before compaction. */
  readonly baseOffset: bigint
  /** The offset of the last record, or of the last that was there before compaction. */
  readonly lastOffset: bigint
  /** Where to go on reading after this batch, whatever records it still has. */
  readonly nextOffset: bigint
  /** The number of records in it; 0 where compaction took all of them. Offsets may have gaps. */
  readonly count: number
  /** The size of the batch as it came: header and compressed records. */
  readonly sizeBytes: number
  /** The version of the message format: 2, or 0 and 1 for messages that were written before Kafka 0.11. */
  readonly magic: number
  readonly codec: CodecName
  readonly timestampType: TimestampType
  /** The largest timestamp of its records; with `log-append` that of all of them. Beyond 2^53 the nearest number. */
  readonly maxTimestamp: number
  /** When the broker may drop the tombstones and markers in it (KIP-534); undefined where it has not said. */
  readonly deleteHorizonMs: number | undefined
  readonly isTransactional: boolean
  /** Whether it holds transaction markers and the like, which are not for users. */
  readonly isControl: boolean
  /** -1n without idempotence. */
  readonly producerId: bigint
  /** -1 without idempotence. */
  readonly producerEpoch: number
  /** The sequence of the first record; -1 without idempotence. */
  readonly baseSequence: number
  /** The epoch of the leader that appended it; -1 where that is not known. */
  readonly partitionLeaderEpoch: number
}
