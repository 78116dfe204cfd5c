/**
 * The header of a record batch in message format v2 (magic 2, KIP-98): 61 bytes, big-endian. Positions are from the start of
 * the batch. The CRC covers everything from {@link ATTRIBUTES} on, so a broker may set the base offset and the partition
 * leader epoch without computing it anew.
 */

/** int64: the offset of the first record, or of the first one there was before compaction. */
export const BASE_OFFSET = 0
/** int32: the bytes of the batch that follow this field. */
export const BATCH_LENGTH = 8
/** int32 */
export const PARTITION_LEADER_EPOCH = 12
/** int8; in the older formats, too, the version is found here. */
export const MAGIC = 16
/** int32: CRC-32C of all that follows. */
export const CRC = 17
/** int16: bits, see below. */
export const ATTRIBUTES = 21
/** int32 */
export const LAST_OFFSET_DELTA = 23
/** int64: what the records' timestamp deltas count from. */
export const BASE_TIMESTAMP = 27
/** int64 */
export const MAX_TIMESTAMP = 35
/** int64 */
export const PRODUCER_ID = 43
/** int16 */
export const PRODUCER_EPOCH = 51
/** int32 */
export const BASE_SEQUENCE = 53
/** int32 */
export const RECORD_COUNT = 57
/** Where the records begin; compression, if any, begins here too. */
export const RECORDS = 61

/** The bytes before those that {@link BATCH_LENGTH} counts. */
export const LOG_OVERHEAD = 12

/** Attribute bits 0 to 2: the compression codec. */
export const CODEC_MASK = 0x07
/** Attribute bit 3: timestamps are the broker's, all equal to the batch's largest (KIP-32). */
export const LOG_APPEND_TIME_BIT = 0x08
/** Attribute bit 4 (KIP-98). */
export const TRANSACTIONAL_BIT = 0x10
/** Attribute bit 5: holds markers for clients, not users' records (KIP-98). */
export const CONTROL_BIT = 0x20
/** Attribute bit 6: the base timestamp is when tombstones and markers in here may go (KIP-534). */
export const DELETE_HORIZON_BIT = 0x40

/** The least a record takes: its length, attributes, two deltas, key length, value length and header count, a byte each. */
export const MIN_RECORD_BYTES = 7

/** Whether timestamps were set by who produced the record, or by the broker when it was appended. */
export type TimestampType = 'create' | 'log-append'

/** Sequences, producer ids and epochs of batches that are not idempotent, and leader epochs that are not known. */
export const NONE = -1
