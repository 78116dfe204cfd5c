import crc32Module from 'crc-32'
import { ProtocolError } from '../errors/client-errors.ts'
import { bufferView } from '../util/buffer-view.ts'
import { LOG_OVERHEAD, MAGIC } from './batch-header.ts'
import { readInt64 } from './int64.ts'

/*
 * Messages as brokers before Kafka 0.11 stored them (magic 0 and 1), one by one: after offset and length a CRC-32 of what follows
 * it, magic, attributes, in magic 1 a timestamp (KIP-32), and key and value with an int32 of length each.
 */

const crc32 = crc32Module.buf

const CRC = 12
const ATTRIBUTES = 17
const TIMESTAMP = 18
/** What a message has at least after offset and length, by its magic. */
const MIN_BYTES = [14, 22] as const

/** A message of magic 0 or 1, and where in the bytes its fields are. */
export interface LegacyMessage {
  readonly offset: bigint
  readonly magic: number
  readonly attributes: number
  /** Milliseconds since 1970; -1 in magic 0. Beyond 2^53 the nearest number. */
  readonly timestamp: number
  readonly keyStart: number
  /** Negative for null. */
  readonly keyBytes: number
  readonly valueStart: number
  /** Negative for null. */
  readonly valueBytes: number
  /** Where the next message begins. */
  readonly end: number
}

/**
 * The message at `start`; undefined when it is not all there.
 *
 * @throws ProtocolError for one that cannot be, or whose CRC does not match.
 */
export function readLegacyMessage(bytes: Buffer, start: number, checkCrcs: boolean): LegacyMessage | undefined {
  const left = bytes.length - start
  if (left <= MAGIC) return undefined
  const offset = bytes.readBigInt64BE(start)
  const length = bytes.readInt32BE(start + 8)
  const magic = bytes[start + MAGIC]!
  if (magic > 1) throw badMessage(offset, `is of format v${magic} among older ones`)
  if (length < MIN_BYTES[magic]!) throw badMessage(offset, `has an impossible length of ${length} bytes`)
  if (length > left - LOG_OVERHEAD) return undefined
  const end = start + LOG_OVERHEAD + length
  if (checkCrcs) {
    const from = start + MAGIC
    const actual = crc32(bufferView(bytes.buffer, bytes.byteOffset + from, end - from)) >>> 0
    const expected = bytes.readUInt32BE(start + CRC)
    if (actual !== expected) {
      throw badMessage(offset, `has the CRC-32 ${hex(actual)} where ${hex(expected)} is expected: it is damaged`)
    }
  }
  const keyStart = start + (magic === 0 ? TIMESTAMP : TIMESTAMP + 8) + 4
  const keyBytes = bytes.readInt32BE(keyStart - 4)
  const valueStart = keyStart + Math.max(keyBytes, 0) + 4
  if (valueStart > end) throw badMessage(offset, `has a key of ${keyBytes} bytes, more than it has`)
  const valueBytes = bytes.readInt32BE(valueStart - 4)
  if (valueStart + Math.max(valueBytes, 0) !== end) {
    throw badMessage(offset, `has a value of ${valueBytes} bytes where ${end - valueStart} are left`)
  }
  return {
    offset,
    magic,
    attributes: bytes[start + ATTRIBUTES]!,
    timestamp: magic === 0 ? -1 : readInt64(bytes, start + TIMESTAMP),
    keyStart,
    keyBytes,
    valueStart,
    valueBytes,
    end,
  }
}

export function badMessage(offset: bigint, problem: string): ProtocolError {
  return new ProtocolError(`record batch at offset ${offset}: its message ${problem}`)
}

function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`
}
