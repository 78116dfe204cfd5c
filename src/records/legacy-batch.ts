import { ProtocolError } from '../errors/client-errors.ts'
import * as at from './batch-header.ts'
import { codecById } from './compression/registry.ts'
import { badMessage, type LegacyMessage, readLegacyMessage } from './legacy-message.ts'
import { RecordBatch } from './record-batch.ts'
import { lengthWidth, varlongWidth, writeLength, writeVarlongDifference } from './varint.ts'

/** What of a message's record does not depend on its data: attributes, varints at their longest, no headers. */
const MAX_RECORD_OVERHEAD = 1 + 10 + 5 + 5 + 5 + 5 + 1
/** The largest number below 2^63, which the nearest to the largest timestamp is not. */
const MAX_TIMESTAMP = 2 ** 63 - 1024
const MAX_OFFSET_DELTA = 2n ** 31n - 1n

/** What decompression may still give. */
export interface DecompressionBudget {
  leftBytes: number
}

/** Messages that make one batch. */
interface MessageSet {
  /** What the messages are in. */
  readonly bytes: Buffer
  readonly messages: readonly LegacyMessage[]
  /** What is added to the messages' own offsets. */
  readonly shift: bigint
  /** At least that of the last message. */
  readonly lastOffset: bigint
  readonly attributes: number
  /** With log-append time that of all of them. */
  readonly maxTimestamp: number
}

/**
 * The messages of magic 0 or 1 at `start` as a batch: either one that has others compressed in it, or as many as follow one
 * another uncompressed. They are put into the layout of magic 2, so that all that reads batches reads them; what is compressed is
 * decompressed right away for that, since not even the first offset is told without.
 *
 * @param budget for all batches that are kept together; what decompression gives is taken off it.
 * @returns undefined when not even one message is all there.
 * @throws ProtocolError for messages that are damaged, or decompress to more than the limit.
 */
export function readLegacyBatch(
  bytes: Buffer,
  start: number,
  checkCrcs: boolean,
  budget: DecompressionBudget,
): RecordBatch | undefined {
  const first = readLegacyMessage(bytes, start, checkCrcs)
  if (first === undefined) return undefined
  if ((first.attributes & at.CODEC_MASK) === 0) {
    const messages = followers(bytes, first, checkCrcs)
    return toBatch(plainSet(bytes, messages), messages.at(-1)!.end - start)
  }
  return toBatch(unpacked(bytes, first, checkCrcs, budget), first.end - start)
}

/** The message, and those after it that can be in one batch with it. */
function followers(bytes: Buffer, first: LegacyMessage, checkCrcs: boolean): LegacyMessage[] {
  const messages = [first]
  const isAppendTime = (first.attributes & at.LOG_APPEND_TIME_BIT) !== 0
  for (let last = first; last.end < bytes.length - at.MAGIC && bytes[last.end + at.MAGIC] === first.magic; ) {
    let next: LegacyMessage | undefined
    try {
      next = readLegacyMessage(bytes, last.end, checkCrcs)
    } catch (error) {
      // Those before it are sound; it is met again as the first of the next batch.
      if (error instanceof ProtocolError) break
      throw error
    }
    if (next === undefined || next.attributes !== first.attributes) break
    if (next.offset <= last.offset || next.offset - first.offset > MAX_OFFSET_DELTA) break
    if (isAppendTime && next.timestamp !== first.timestamp) break
    messages.push(next)
    last = next
  }
  return messages
}

function plainSet(bytes: Buffer, messages: readonly LegacyMessage[]): MessageSet {
  const { attributes, timestamp } = messages[0]!
  const isAppendTime = (attributes & at.LOG_APPEND_TIME_BIT) !== 0
  return {
    bytes,
    messages,
    shift: 0n,
    lastOffset: messages.at(-1)!.offset,
    attributes,
    maxTimestamp: isAppendTime ? timestamp : largestTimestamp(messages),
  }
}

/** The messages that are compressed in the value of another. */
function unpacked(src: Buffer, wrapper: LegacyMessage, checkCrcs: boolean, budget: DecompressionBudget): MessageSet {
  const { offset, magic, attributes, valueStart, valueBytes } = wrapper
  const codec = codecById(attributes & at.CODEC_MASK)
  if (codec === undefined) {
    throw badMessage(offset, `has compression codec ${attributes & at.CODEC_MASK}, which does not exist`)
  }
  if (valueBytes < 0) throw badMessage(offset, 'is compressed and has no value')
  try {
    const bytes = codec.decompress(src.subarray(valueStart, valueStart + valueBytes), budget.leftBytes, magic)
    budget.leftBytes -= bytes.length
    const messages = innerMessages(bytes, magic, checkCrcs)
    const last = messages.at(-1)!.offset
    const isAppendTime = (attributes & at.LOG_APPEND_TIME_BIT) !== 0
    return {
      bytes,
      messages,
      // In magic 1 offsets count from 0 and the outer message has the last one, so that brokers need not compress anew.
      shift: magic === 0 ? 0n : offset - last,
      lastOffset: magic === 0 && last > offset ? last : offset,
      attributes,
      maxTimestamp: isAppendTime ? wrapper.timestamp : largestTimestamp(messages),
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error
    throw new ProtocolError(`record batch at offset ${offset}: ${error.message}`, { cause: error })
  }
}

function innerMessages(bytes: Buffer, magic: number, checkCrcs: boolean): LegacyMessage[] {
  const messages: LegacyMessage[] = []
  for (let position = 0; position < bytes.length; ) {
    const message = readLegacyMessage(bytes, position, checkCrcs)
    if (message === undefined) throw new ProtocolError('the last message compressed in it is cut off')
    if (message.magic !== magic) throw new ProtocolError(`a message of format v${message.magic} is compressed in it`)
    if ((message.attributes & at.CODEC_MASK) !== 0) throw new ProtocolError('it is compressed twice')
    const before = messages.at(-1)
    if (before !== undefined && message.offset <= before.offset) {
      throw new ProtocolError(`offset ${message.offset} comes after ${before.offset} in it`)
    }
    messages.push(message)
    position = message.end
  }
  if (messages.length === 0) throw new ProtocolError('no message is compressed in it')
  return messages
}

function largestTimestamp(messages: readonly LegacyMessage[]): number {
  return messages.reduce((largest, { timestamp }) => Math.max(largest, timestamp), -1)
}

function toBatch({ bytes: src, messages, shift, ...set }: MessageSet, sizeBytes: number): RecordBatch {
  const { offset: firstOffset, magic } = messages[0]!
  const baseOffset = BigInt.asIntN(64, firstOffset + shift)
  const lastDelta = set.lastOffset - baseOffset
  if (lastDelta > MAX_OFFSET_DELTA || lastDelta < 0n) {
    throw new ProtocolError(`record batch at offset ${set.lastOffset}: its offsets begin at ${baseOffset}`)
  }
  const room = messages.reduce((sum, message) => sum + maxRecordBytes(message), at.RECORDS)
  const dst = Buffer.allocUnsafe(room)
  let to = at.RECORDS
  for (const message of messages) to = writeRecord(src, message, Number(message.offset - firstOffset), dst, to)

  dst.fill(0xff, 0, at.RECORDS)
  dst.writeBigInt64BE(baseOffset, at.BASE_OFFSET)
  dst.writeInt32BE(to - at.LOG_OVERHEAD, at.BATCH_LENGTH)
  dst.writeInt8(magic, at.MAGIC)
  dst.writeInt16BE(set.attributes & (at.CODEC_MASK | (magic === 0 ? 0 : at.LOG_APPEND_TIME_BIT)), at.ATTRIBUTES)
  dst.writeInt32BE(Number(lastDelta), at.LAST_OFFSET_DELTA)
  dst.writeBigInt64BE(0n, at.BASE_TIMESTAMP)
  dst.writeBigInt64BE(BigInt(bounded(set.maxTimestamp)), at.MAX_TIMESTAMP)
  dst.writeInt32BE(messages.length, at.RECORD_COUNT)
  return new RecordBatch(dst, 0, sizeBytes, dst.length, true)
}

function bounded(timestamp: number): number {
  return Math.max(Math.min(timestamp, MAX_TIMESTAMP), -MAX_TIMESTAMP)
}

function maxRecordBytes({ keyBytes, valueBytes }: LegacyMessage): number {
  return MAX_RECORD_OVERHEAD + Math.max(keyBytes, 0) + Math.max(valueBytes, 0)
}

function writeRecord(src: Buffer, message: LegacyMessage, offsetDelta: number, dst: Buffer, to: number): number {
  const timestamp = bounded(message.timestamp)
  const size =
    1 +
    varlongWidth(timestamp) +
    lengthWidth(offsetDelta) +
    dataWidth(message.keyBytes) +
    dataWidth(message.valueBytes) +
    1
  to = writeLength(dst, to, size)
  dst[to++] = 0
  to = writeVarlongDifference(dst, to, timestamp, 0)
  to = writeLength(dst, to, offsetDelta)
  to = writeData(src, message.keyStart, message.keyBytes, dst, to)
  to = writeData(src, message.valueStart, message.valueBytes, dst, to)
  dst[to++] = 0
  return to
}

function dataWidth(length: number): number {
  return length < 0 ? 1 : lengthWidth(length) + length
}

function writeData(src: Buffer, start: number, length: number, dst: Buffer, to: number): number {
  if (length < 0) {
    dst[to] = 1
    return to + 1
  }
  to = writeLength(dst, to, length)
  return to + src.copy(dst, to, start, start + length)
}
