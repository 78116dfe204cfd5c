import { ProtocolError } from '../errors/client-errors.ts'
import { MIN_RECORD_BYTES } from './batch-header.ts'
import { cursor, readVarint } from './varint.ts'

/** Numbers in the index for each record: where its timestamp delta, its key length and its value length are. */
export const INDEX_STRIDE = 3

/**
 * Walks over the records between `position` and `end` once, checks all of their structure, and notes where their fields are.
 * After it nothing about a record can be wrong, so reading a field never throws, and any record is reached at once.
 *
 * @throws ProtocolError when `count` records do not fill the space exactly, or one of them is not sound.
 */
export function indexRecords(bytes: Uint8Array, position: number, end: number, count: number): Int32Array {
  // The count is the sender's word: nothing is allocated by it before the bytes could hold that many.
  if (count > (end - position) / MIN_RECORD_BYTES) {
    throw new ProtocolError(`it announces ${count} records in ${end - position} bytes`)
  }
  const index = new Int32Array(count * INDEX_STRIDE)
  for (let i = 0, at = 0; i < count; i++, at += INDEX_STRIDE) {
    if (position >= end) throw new ProtocolError(`it announces ${count} records and has ${i}`)

    // One-byte varints are read in place. A read past the record's end is harmless; the check at the end notices it.
    let length = bytes[position]!
    if (length < 0x80) {
      position++
      length = (length >>> 1) ^ -(length & 1)
    } else {
      length = readVarint(bytes, position, end, i)
      position = cursor.position
    }
    if (length < MIN_RECORD_BYTES - 1) throw badRecord(i, `has an impossible length of ${length} bytes`)
    if (length > end - position) throw badRecord(i, `has ${length} bytes, of which ${end - position} are there`)
    const recordEnd = position + length

    // Attributes: no bit of them means anything yet.
    position++
    index[at] = position
    const timestampStart = position
    while (bytes[position++]! >= 0x80);
    if (position - timestampStart > 10) throw badRecord(i, 'has a timestamp delta longer than 10 bytes')
    const offsetStart = position
    while (bytes[position++]! >= 0x80);
    if (position - offsetStart > 5) throw badRecord(i, 'has an offset delta longer than 5 bytes')

    index[at + 1] = position
    let keyLength = bytes[position]!
    if (keyLength < 0x80) {
      position++
      keyLength = (keyLength >>> 1) ^ -(keyLength & 1)
    } else {
      keyLength = readVarint(bytes, position, recordEnd, i)
      position = cursor.position
    }
    if (keyLength > 0) {
      if (keyLength > recordEnd - position) throw badRecord(i, `has a key of ${keyLength} bytes, more than are left`)
      position += keyLength
    }

    index[at + 2] = position
    let valueLength = bytes[position]!
    if (valueLength < 0x80) {
      position++
      valueLength = (valueLength >>> 1) ^ -(valueLength & 1)
    } else {
      valueLength = readVarint(bytes, position, recordEnd, i)
      position = cursor.position
    }
    if (valueLength > 0) {
      if (valueLength > recordEnd - position)
        throw badRecord(i, `has a value of ${valueLength} bytes, more than are left`)
      position += valueLength
    }

    if (bytes[position] === 0) position++
    else position = checkHeaders(bytes, position, recordEnd, i)
    if (position !== recordEnd) {
      throw badRecord(i, `has a length of ${length} bytes but fields of ${length + position - recordEnd}`)
    }
  }
  if (position !== end) throw new ProtocolError(`${end - position} bytes follow its ${count} records`)
  return index
}

function checkHeaders(bytes: Uint8Array, position: number, end: number, record: number): number {
  const count = readVarint(bytes, position, end, record)
  position = cursor.position
  if (count < 0) throw badRecord(record, `has a negative number of headers, ${count}`)
  for (let i = 0; i < count; i++) {
    const nameLength = readVarint(bytes, position, end, record)
    position = cursor.position
    if (nameLength < 0) throw badRecord(record, `has a header without a name`)
    if (nameLength > end - position)
      throw badRecord(record, `has a header name of ${nameLength} bytes, more than are left`)
    position += nameLength
    const valueLength = readVarint(bytes, position, end, record)
    position = cursor.position
    if (valueLength > end - position) {
      throw badRecord(record, `has a header value of ${valueLength} bytes, more than are left`)
    }
    if (valueLength > 0) position += valueLength
  }
  return position
}

function badRecord(index: number, problem: string): ProtocolError {
  return new ProtocolError(`its record ${index} ${problem}`)
}
