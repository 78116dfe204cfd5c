import { ConfigurationError } from '../errors/client-errors.ts'
import { BatchEncoder, type CloseBatchOptions } from './batch-encoder.ts'
import { RECORDS } from './batch-header.ts'
import type { RecordData } from './record-data.ts'

/** What a record takes beside key and value, mostly, and some room for records larger than those that were looked at. */
const OVERHEAD_BYTES = 20
const SAMPLES = 64
/** Those that were looked at may be the only large ones. */
const MAX_EXPECTED_BYTES = 4 << 20

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
  const encoder = new BatchEncoder({ deleteHorizonMs: options.deleteHorizonMs, initialBytes: expectedBytes(records) })
  const base = options.baseOffset ?? 0n
  let delta = 0
  const skipTo = (offset: bigint): void => {
    const skipped = Number(offset - base) - delta
    if (skipped < 0) {
      const problem = `must be at least ${base + BigInt(delta)} here, not ${offset}`
      throw new ConfigurationError([{ option: 'offset', problem }])
    }
    encoder.skipOffsets(skipped)
    delta += skipped
  }
  for (const { offset, timestamp = -1, key = null, value = null, headers } of records) {
    if (offset !== undefined) skipTo(offset)
    encoder.append(timestamp, key, value, headers ? Array.from(headers) : null)
    delta++
  }
  if (options.lastOffset !== undefined) skipTo(options.lastOffset + 1n)
  return encoder.close(options)
}

/** About what the batch will take, so that its memory need not grow. To look at every record would take a tenth more time. */
function expectedBytes(records: Iterable<RecordInit>): number {
  if (!Array.isArray(records)) return 1024
  const { length } = records as readonly RecordInit[]
  const step = Math.ceil(length / SAMPLES)
  let size = 0
  let seen = 0
  for (let i = 0; i < length; i += step) {
    const { key, value } = (records as readonly RecordInit[])[i]!
    size += OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
    seen++
  }
  return Math.min(RECORDS + (size / Math.max(seen, 1)) * length, MAX_EXPECTED_BYTES) | 0
}
