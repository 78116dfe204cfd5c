import type { Request, Response } from './api.ts'
import type { Produce } from './messages/produce.ts'
import type { Reader } from './reader.ts'
import { ZERO_UUID } from './schema.ts'
import { readCompactArray, readCompactString, type Shortcut } from './shortcut.ts'

type Answer = Response<typeof Produce>
type TopicAnswer = Answer['responses'][number]
type PartitionAnswer = TopicAnswer['partitionResponses'][number]

/** Topics are named by their ids from here on (KIP-516). */
const FIRST_VERSION_WITH_IDS = 13

/** Requests without a transactional id, and answers in which no partition has more than an error code to say. */
export const produceShortcut: Shortcut<typeof Produce> = {
  writeRequest(writer, version, body) {
    if (!isPlain(body)) return false
    const { acks, timeoutMs, topicData } = body
    writer.uvarint(0)
    writer.int16(acks)
    writer.int32(timeoutMs)
    writer.uvarint(topicData.length + 1)
    for (const { name, topicId, partitionData } of topicData) {
      if (version >= FIRST_VERSION_WITH_IDS) writer.uuid(topicId!)
      else writer.string(name!, true)
      writer.uvarint(partitionData.length + 1)
      for (const { index, records } of partitionData) {
        writer.int32(index)
        writer.bytes(records!, true)
        writer.uvarint(0)
      }
      writer.uvarint(0)
    }
    writer.uvarint(0)
    return true
  },

  readResponse(reader, version) {
    const responses = readCompactArray(reader, () => readTopic(reader, version))
    if (responses === undefined) return undefined
    const throttleTimeMs = reader.int32()
    return reader.uvarint() === 0 ? { responses, throttleTimeMs, nodeEndpoints: [] } : undefined
  },
}

/** Whether it has no transactional id, and all else that it may have: what is left out has defaults. */
function isPlain({ transactionalId, acks, timeoutMs, topicData }: Request<typeof Produce>): boolean {
  if ((transactionalId ?? null) !== null || acks === undefined || timeoutMs === undefined) return false
  if (!Array.isArray(topicData)) return false
  for (const { name, topicId, partitionData } of topicData) {
    if (name === undefined || topicId === undefined || !Array.isArray(partitionData)) return false
    for (const { index, records } of partitionData) {
      if (index === undefined || !(records instanceof Uint8Array)) return false
    }
  }
  return true
}

function readTopic(reader: Reader, version: number): TopicAnswer | undefined {
  const hasId = version >= FIRST_VERSION_WITH_IDS
  const name = hasId ? '' : readCompactString(reader)
  if (name === undefined) return undefined
  const topicId = hasId ? reader.uuid() : ZERO_UUID
  const partitionResponses = readCompactArray(reader, () => readPartition(reader))
  if (partitionResponses === undefined || reader.uvarint() !== 0) return undefined
  return { name, topicId, partitionResponses }
}

/** One without errors of records, a message, or tags. */
function readPartition(reader: Reader): PartitionAnswer | undefined {
  const index = reader.int32()
  const errorCode = reader.int16()
  const baseOffset = reader.int64()
  const logAppendTimeMs = reader.int64()
  const logStartOffset = reader.int64()
  // No errors of records, no message, no tags.
  if (reader.uvarint() !== 1 || reader.uvarint() !== 0 || reader.uvarint() !== 0) return undefined
  return {
    index,
    errorCode,
    baseOffset,
    logAppendTimeMs,
    logStartOffset,
    recordErrors: [],
    errorMessage: null,
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
  }
}
