import { ProtocolError } from '../errors/client-errors.ts'
import type { RecordInit } from './encode-record-batch.ts'
import type { RecordFields } from './record.ts'

/** What control records mark, at their ids. */
const TYPES = [
  'abort',
  'commit',
  'leader-change',
  'snapshot-header',
  'snapshot-footer',
  'kraft-version',
  'kraft-voters',
] as const

/** A record of a control batch: the end of a transaction, or something of the broker's own. */
export type ControlMarker =
  | {
      readonly type: 'abort' | 'commit'
      readonly offset: bigint
      /** The epoch of the transaction coordinator that ended the transaction. */
      readonly coordinatorEpoch: number
    }
  | {
      /** `unknown` for those that this version has never heard of. */
      readonly type: Exclude<(typeof TYPES)[number], 'abort' | 'commit'> | 'unknown'
      readonly offset: bigint
    }

/**
 * What the records of a control batch say (KIP-98), in order. Whose transaction it is tell the batch's producer id and epoch.
 *
 * @throws ProtocolError when the batch or a marker in it is damaged.
 */
export function controlMarkers(batch: RecordFields): ControlMarker[] {
  return Array.from({ length: batch.count }, (_, index) => controlMarker(batch, index))
}

function controlMarker(batch: RecordFields, index: number): ControlMarker {
  // The key is a version and the type, int16 each. Later versions may have more after that.
  const key = batch.keyAt(index)
  const offset = batch.offsetAt(index)
  if (key === null || key.length < 4 || key.readInt16BE(0) < 0) throw badMarker(offset, 'key')
  const type = TYPES[key.readInt16BE(2)] ?? 'unknown'
  if (type !== 'abort' && type !== 'commit') return { type, offset }
  // An EndTxnMarker: a version, and the coordinator's epoch as int32.
  const value = batch.valueAt(index)
  if (value === null || value.length < 6 || value.readInt16BE(0) < 0) throw badMarker(offset, 'value')
  return { type, offset, coordinatorEpoch: value.readInt32BE(2) }
}

/** The record that ends a transaction, for a batch with `control` and `transactional`. */
export function endTransactionRecord(
  type: 'abort' | 'commit',
  coordinatorEpoch: number,
  timestamp: number,
): RecordInit {
  const key = Buffer.alloc(4)
  key.writeInt16BE(TYPES.indexOf(type), 2)
  const value = Buffer.alloc(6)
  value.writeInt32BE(coordinatorEpoch, 2)
  return { key, value, timestamp }
}

function badMarker(offset: bigint, part: string): ProtocolError {
  return new ProtocolError(`the control record at offset ${offset} has a damaged ${part}`)
}
