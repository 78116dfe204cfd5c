import { ProtocolError } from '../errors/client-errors.ts'

/*
 * Record fields are zigzag varints: 7 bits a byte, the lowest first, the sign in bit 0. A varint holds an int32 in at most
 * 5 bytes, a varlong an int64 in at most 10. The hot loops have one-byte values inline and call in here for the rest.
 */

/** Where the varint that {@link readVarint} read last ended. One object for all, as JavaScript cannot return two numbers. */
export const cursor = { position: 0 }

/**
 * Reads a varint at `position` and leaves the position after it in {@link cursor}. Bits beyond 32 are dropped, as in Java.
 *
 * @param record the index of the record that it belongs to, for the error.
 * @throws ProtocolError when it does not end before `end` or within 5 bytes.
 */
export function readVarint(bytes: Uint8Array, position: number, end: number, record = 0): number {
  let raw = 0
  for (let shift = 0; shift <= 28; shift += 7) {
    if (position >= end) throw new ProtocolError(`its record ${record} has a varint that runs past the end`)
    const byte = bytes[position++]!
    raw |= (byte & 0x7f) << shift
    if (byte < 0x80) {
      cursor.position = position
      return (raw >>> 1) ^ -(raw & 1)
    }
  }
  throw new ProtocolError(`its record ${record} has a varint longer than 5 bytes`)
}

/** Reads a varlong whose bounds have been checked. Exact up to 2^53, the nearest double beyond. */
export function readVarlong(bytes: Uint8Array, position: number): number {
  let byte = bytes[position++]!
  const negative = (byte & 1) === 1
  let low = (byte & 0x7f) >>> 1
  for (let shift = 6; byte >= 0x80 && shift < 27; shift += 7) {
    byte = bytes[position++]!
    low |= (byte & 0x7f) << shift
  }
  let magnitude = low
  if (byte >= 0x80) {
    let middle = 0
    for (let shift = 0; byte >= 0x80 && shift < 28; shift += 7) {
      byte = bytes[position++]!
      middle |= (byte & 0x7f) << shift
    }
    let high = 0
    if (byte >= 0x80) {
      byte = bytes[position++]!
      high = byte & 0x7f
      if (byte >= 0x80) high |= (bytes[position]! & 1) << 7
    }
    magnitude += middle * 2 ** 27 + high * 2 ** 55
  }
  return negative ? -magnitude - 1 : magnitude
}

/** The bytes that a non-negative int32 takes as a varint. */
export function lengthWidth(length: number): number {
  if (length < 0x40) return 1
  if (length < 0x2000) return 2
  if (length < 0x100000) return 3
  return length < 0x8000000 ? 4 : 5
}

/** Writes a non-negative int32 as a varint; returns the position after it. */
export function writeLength(bytes: Uint8Array, position: number, length: number): number {
  return writeUnsigned(bytes, position, (length << 1) >>> 0)
}

/** Writes a uint32, seven bits a byte; returns the position after it. It is kept short, to be inlined wherever it is called. */
export function writeUnsigned(bytes: Uint8Array, position: number, value: number): number {
  while (value >= 0x80) {
    bytes[position++] = value | 0x80
    value >>>= 7
  }
  bytes[position] = value
  return position + 1
}

/** The bytes that an integer of at most 54 bits takes as a varlong. */
export function varlongWidth(value: number): number {
  let magnitude = value < 0 ? -value - 1 : value
  let width = 1
  for (magnitude = Math.floor(magnitude / 64); magnitude > 0; magnitude = Math.floor(magnitude / 128)) width++
  return width
}

/**
 * Writes `minuend - subtrahend`, both safe integers, as a varlong; returns the position after it. It takes the difference
 * itself because that may need a bit more than a double holds.
 */
export function writeVarlongDifference(
  bytes: Uint8Array,
  position: number,
  minuend: number,
  subtrahend: number,
): number {
  const value = minuend - subtrahend
  let magnitude = value < 0 ? -value - 1 : value
  let low = magnitude % 64
  magnitude = Math.floor(magnitude / 64)
  if (!Number.isSafeInteger(value)) {
    const exact = BigInt(minuend) - BigInt(subtrahend)
    const exactMagnitude = exact < 0n ? -exact - 1n : exact
    low = Number(exactMagnitude & 63n)
    magnitude = Number(exactMagnitude >> 6n)
  }
  let byte = (low << 1) | (value < 0 ? 1 : 0)
  while (magnitude > 0) {
    bytes[position++] = byte | 0x80
    byte = magnitude % 128
    magnitude = Math.floor(magnitude / 128)
  }
  bytes[position++] = byte
  return position
}
