import { ProtocolError } from '../../errors/client-errors.ts'
import { decodeRecordBatches } from '../../records/batch-decoder.ts'
import * as at from '../../records/batch-header.ts'
import type { RecordBatch } from '../../records/record-batch.ts'
import { type RecordError, Refusal } from '../refusal.ts'

/** What a topic asks of the batches that are produced to it. */
export interface BatchRules {
  /** The topic's `max.message.bytes`. */
  readonly maxBytes: number
  /** Whether records need keys. */
  readonly isCompacted: boolean
  /** How far the timestamps of records may be before the broker's time, and after it. Infinity where it sets them itself. */
  readonly maxBeforeMs: number
  readonly maxAfterMs: number
}

const ZSTD_SINCE = 7

/**
 * The one batch of a produce request for a partition, sound and as the topic wants it; after Kafka's LogValidator.
 *
 * @param version of the produce request.
 * @throws {@link Refusal}
 */
export function checkBatch(records: Buffer | null, version: number, rules: BatchRules, nowMs: number): RecordBatch {
  const batch = onlyBatch(records, version)
  if (batch.sizeBytes > rules.maxBytes) {
    const problem = `The record batch size is ${batch.sizeBytes} bytes which exceeds the maximum configured value of ${rules.maxBytes}.`
    throw new Refusal('MESSAGE_TOO_LARGE', problem)
  }
  if (batch.codec === 'zstd' && version < ZSTD_SINCE) {
    const problem = `Produce requests with version ${version} are not allowed to use ZStandard compression`
    throw new Refusal('UNSUPPORTED_COMPRESSION_TYPE', problem)
  }
  if (batch.isControl) throw invalid('Clients are not allowed to write control records')
  if (batch.producerId >= 0n && batch.baseSequence < 0) {
    throw invalid(`Invalid sequence number ${batch.baseSequence} in record batch with producerId ${batch.producerId}`)
  }
  if (batch.isTransactional && batch.producerId < 0n) throw invalid('A transactional batch has no producer id')
  checkRecords(batch, rules, nowMs)
  return batch
}

function onlyBatch(records: Buffer | null, version: number): RecordBatch {
  const problem = `Produce requests with version ${version} must`
  if (records === null || records.length <= at.MAGIC) {
    throw invalid(`${problem} have exactly one record batch per partition`)
  }
  if (records[at.MAGIC] !== 2) throw invalid(`${problem} only contain record batches with magic version 2`)
  const [batch] = sound('CORRUPT_MESSAGE', () => Array.from(decodeRecordBatches(records)).slice(0, 1))
  if (batch?.sizeBytes !== records.length) throw invalid(`${problem} have exactly one record batch per partition`)
  return batch
}

function checkRecords(batch: RecordBatch, rules: BatchRules, nowMs: number): void {
  const lastDelta = Number(batch.lastOffset - batch.baseOffset)
  if (batch.count !== lastDelta + 1) {
    throw invalid(`The batch has ${batch.count} records, and its last offset delta is ${lastDelta}`)
  }
  sound('INVALID_RECORD', () => batch.load())
  if (batch.offsetAt(batch.count - 1) !== batch.lastOffset) {
    throw invalid('The offset deltas of the records do not count up from 0')
  }
  if (rules.isCompacted) {
    refuseRecords('INVALID_RECORD', batch, index =>
      batch.keyAt(index) === null ? 'Compacted topic cannot accept message without key' : undefined,
    )
  }
  // The largest timestamp stands in the header, so mostly there is no need to look at each.
  if (rules.maxBeforeMs === Infinity && batch.maxTimestamp <= nowMs + rules.maxAfterMs) return
  refuseRecords('INVALID_TIMESTAMP', batch, index => {
    const timestamp = batch.timestampAt(index)
    const isOff = timestamp >= 0 && (timestamp < nowMs - rules.maxBeforeMs || timestamp > nowMs + rules.maxAfterMs)
    return isOff ? `Timestamp ${timestamp} of message with offset ${index} is out of range` : undefined
  })
}

function refuseRecords(
  error: 'INVALID_RECORD' | 'INVALID_TIMESTAMP',
  batch: RecordBatch,
  check: (index: number) => string | undefined,
): void {
  const errors: RecordError[] = []
  for (let batchIndex = 0; batchIndex < batch.count; batchIndex++) {
    const batchIndexErrorMessage = check(batchIndex)
    if (batchIndexErrorMessage !== undefined) errors.push({ batchIndex, batchIndexErrorMessage })
  }
  if (errors.length > 0) throw new Refusal(error, 'One or more records have been rejected', errors)
}

function sound<T>(error: 'CORRUPT_MESSAGE' | 'INVALID_RECORD', read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof ProtocolError) throw new Refusal(error, cause.message)
    throw cause
  }
}

function invalid(problem: string): Refusal {
  return new Refusal('INVALID_RECORD', problem)
}
