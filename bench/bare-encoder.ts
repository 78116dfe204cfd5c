import { crc32c } from '../src/records/crc32c.ts'
import type { PlainRecord } from './peers.ts'

/**
 * Writes records as a batch has them, with nothing that a client needs beside: no limits, no room to make, no text, no headers,
 * no gaps. What an encoder can be compared with.
 *
 * @returns where the batch ends.
 */
export function encodeBare(records: readonly PlainRecord[], bytes: Buffer, withCrc: boolean): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const baseTimestamp = records[0]!.timestamp
  let position = 61
  for (let i = 0; i < records.length; i++) {
    const { key, value, timestamp } = records[i]!
    const delta = timestamp - baseTimestamp
    const body = 2 + width(delta) + width(i) + width(key.length) + key.length + width(value.length) + value.length
    position = write(view, position, body)
    view.setUint8(position++, 0)
    position = write(view, position, delta)
    position = write(view, position, i)
    position = write(view, position, key.length)
    bytes.set(key, position)
    position = write(view, position + key.length, value.length)
    bytes.set(value, position)
    position += value.length
    view.setUint8(position++, 0)
  }
  view.setInt32(8, position - 12)
  view.setInt8(16, 2)
  view.setInt32(23, records.length - 1)
  view.setBigInt64(27, BigInt(baseTimestamp))
  view.setInt32(57, records.length)
  if (withCrc) view.setInt32(17, crc32c(bytes.subarray(21, position)))
  return position
}

function width(value: number): number {
  return value < 0x40 ? 1 : value < 0x2000 ? 2 : 3
}

function write(view: DataView, position: number, value: number): number {
  let raw = value << 1
  while (raw >= 0x80) {
    view.setUint8(position++, (raw & 0x7f) | 0x80)
    raw >>>= 7
  }
  view.setUint8(position, raw)
  return position + 1
}
