import type { RecordData, RecordHeaderList } from './record-data.ts'
import { lengthWidth, varlongWidth, writeLength } from './varint.ts'

/** Up to here a loop over the characters is faster than a call into the runtime; both Node 20 and 24, about 16 to 24. */
const SHORT_TEXT = 16
const SHORT_BYTES = 16

interface Utf8Writer {
  utf8Write(text: string, position: number): number
}

/** What `write(text, position, 'utf8')` calls after looking at its arguments: 10 to 20 ns less on Node 20. */
const writeUtf8: (bytes: Buffer, position: number, text: string) => number =
  typeof (Buffer.prototype as unknown as Partial<Utf8Writer>).utf8Write === 'function'
    ? (bytes, position, text) => (bytes as unknown as Utf8Writer).utf8Write(text, position)
    : (bytes, position, text) => bytes.write(text, position, 'utf8')

/** Writes headers with their count. There must be room. @returns the position after them. */
export function writeHeaders(bytes: Buffer, position: number, headers: RecordHeaderList): number {
  position = writeLength(bytes, position, headers.length)
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!
    position = writeText(bytes, position, header[0])
    const value = header[1]
    if (value === null) bytes[position++] = 1
    else position = typeof value === 'string' ? writeText(bytes, position, value) : writeRaw(bytes, position, value)
  }
  return position
}

/** Writes bytes with their length. There must be room. @returns the position after them. */
export function writeRaw(bytes: Buffer, position: number, data: Uint8Array): number {
  const { length } = data
  position = writeLength(bytes, position, length)
  if (length > SHORT_BYTES) bytes.set(data, position)
  else for (let i = 0; i < length; i++) bytes[position + i] = data[i]!
  return position + length
}

/** {@link writeRaw} for text. It is not measured beforehand: its length is guessed as if it were ASCII, and put right. */
export function writeText(bytes: Buffer, position: number, data: string): number {
  const units = data.length
  const start = position + lengthWidth(units)
  if (units <= SHORT_TEXT) {
    let i = 0
    for (; i < units; i++) {
      const unit = data.charCodeAt(i)
      if (unit > 0x7f) break
      bytes[start + i] = unit
    }
    if (i === units) {
      bytes[position] = units << 1
      return start + units
    }
  }
  const length = writeUtf8(bytes, start, data)
  const rightStart = position + lengthWidth(length)
  if (rightStart !== start) bytes.copyWithin(rightStart, start, start + length)
  writeLength(bytes, position, length)
  return rightStart + length
}

/** The most that data takes in UTF-8, its length aside. */
export function maxSize(data: RecordData): number {
  if (data === null) return 0
  return typeof data === 'string' ? data.length * 3 : data.length
}

/** The most that headers take, their count aside. */
export function maxHeadersSize(headers: RecordHeaderList): number {
  let size = 0
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!
    size += 10 + header[0].length * 3 + maxSize(header[1])
  }
  return size
}

/** The least that headers take, their count aside. */
export function leastHeadersSize(headers: RecordHeaderList): number {
  let size = 0
  for (let i = 0; i < headers.length; i++) {
    const header = headers[i]!
    size += 2 + header[0].length + (header[1] === null ? 0 : header[1].length)
  }
  return size
}

/** The exact size of a record after its length. */
export function recordBodySize(
  timestampDelta: number,
  offsetDelta: number,
  key: RecordData,
  value: RecordData,
  headers: RecordHeaderList | null,
): number {
  return (
    1 +
    varlongWidth(timestampDelta) +
    lengthWidth(offsetDelta) +
    dataSize(key) +
    dataSize(value) +
    (headers === null ? 1 : headersSize(headers))
  )
}

function headersSize(headers: RecordHeaderList): number {
  let size = lengthWidth(headers.length)
  for (const header of headers) size += dataSize(header[0]) + dataSize(header[1])
  return size
}

function dataSize(data: RecordData): number {
  if (data === null) return 1
  const length = typeof data === 'string' ? Buffer.byteLength(data) : data.length
  return lengthWidth(length) + length
}
