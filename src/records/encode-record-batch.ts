import { ConfigurationError } from '../errors/client-errors.ts'
import { BatchEncoder, type CloseBatchOptions } from './batch-encoder.ts'
import type { RecordData, RecordHeaderList } from './record-data.ts'

/** A record for {@link encodeRecordBatch}. */
export interface RecordInit {
  /** Default null. */
  readonly key?: RecordData
  /** Default null, a tombstone. */
  readonly value?: RecordData
  /** In order; a name may occur more than once. Default: none. */
  readonly headers?: Iterable<readonly [name: string, value: RecordData]> | null
  /** Milliseconds since 1970. Default -1: none. */
  readonly timestamp?: number
  /** Default: the one after the record before. It must be larger than that one; what lies between is left out. */
  readonly offset?: bigint
}

/** Options of {@link encodeRecordBatch}. */
export interface EncodeRecordBatchOptions extends CloseBatchOptions {
  /** The offset that the batch ends with, where that is beyond its last record. */
  readonly lastOffset?: bigint
  /** When the broker may drop tombstones (KIP-534); sets attribute bit 6. Default: none. */
  readonly deleteHorizonMs?: number
}

/**
 * A record batch of format v2 with those records, as a produce request or a log holds it. Meant for tools and tests: all that
 * a batch can be, control batches and offsets with gaps included, can be made with it.
 *
 * @throws ConfigurationError for a codec, a level, an offset or a timestamp that cannot be.
 */
export function encodeRecordBatch(records: Iterable<RecordInit>, options: EncodeRecordBatchOptions = {}): Buffer {
  const encoder = new BatchEncoder({ deleteHorizonMs: options.deleteHorizonMs })
  let next = options.baseOffset ?? 0n
  const skipTo = (offset: bigint): void => {
    if (offset < next) {
      throw new ConfigurationError([{ option: 'offset', problem: `must be at least ${next} here, not ${offset}` }])
    }
    encoder.skipOffsets(Number(offset - next))
    next = offset
  }
  for (const record of records) {
    if (record.offset !== undefined) skipTo(record.offset)
    const headers: RecordHeaderList | null = record.headers ? Array.from(record.headers) : null
    encoder.append(record.timestamp ?? -1, record.key ?? null, record.value ?? null, headers)
    next++
  }
  if (options.lastOffset !== undefined) skipTo(options.lastOffset + 1n)
  return encoder.close(options)
}
