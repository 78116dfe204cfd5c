import type { Response } from './api.ts'
import type { Fetch } from './messages/fetch.ts'
import type { Reader } from './reader.ts'
import { ZERO_UUID } from './schema.ts'
import { readCompactArray, readCompactString, type Shortcut } from './shortcut.ts'

type TopicAnswer = Response<typeof Fetch>['responses'][number]
type PartitionAnswer = TopicAnswer['partitions'][number]

/** Topics are named by their ids from here on (KIP-516). */
const FIRST_VERSION_WITH_IDS = 13

/** Answers with nothing but records: no aborted transactions, and no word of other leaders or logs. */
export const fetchShortcut: Shortcut<typeof Fetch> = {
  readResponse(reader, version) {
    const throttleTimeMs = reader.int32()
    const errorCode = reader.int16()
    const sessionId = reader.int32()
    const responses = readCompactArray(reader, () => readTopic(reader, version))
    if (responses === undefined || reader.uvarint() !== 0) return undefined
    return { throttleTimeMs, errorCode, sessionId, responses, nodeEndpoints: [] }
  },
}

function readTopic(reader: Reader, version: number): TopicAnswer | undefined {
  const hasId = version >= FIRST_VERSION_WITH_IDS
  const topic = hasId ? '' : readCompactString(reader)
  if (topic === undefined) return undefined
  const topicId = hasId ? reader.uuid() : ZERO_UUID
  const partitions = readCompactArray(reader, () => readPartition(reader))
  if (partitions === undefined || reader.uvarint() !== 0) return undefined
  return { topic, topicId, partitions }
}

function readPartition(reader: Reader): PartitionAnswer | undefined {
  const partitionIndex = reader.int32()
  const errorCode = reader.int16()
  const highWatermark = reader.int64()
  const lastStableOffset = reader.int64()
  const logStartOffset = reader.int64()
  // The length of an array, and one: none is null.
  const aborted = reader.uvarint()
  if (aborted > 1) return undefined
  const preferredReadReplica = reader.int32()
  const size = reader.uvarint() - 1
  const records = size < 0 ? null : reader.view(size)
  if (reader.uvarint() !== 0) return undefined
  return {
    partitionIndex,
    errorCode,
    highWatermark,
    lastStableOffset,
    logStartOffset,
    divergingEpoch: { epoch: -1, endOffset: -1n },
    currentLeader: { leaderId: -1, leaderEpoch: -1 },
    snapshotId: { endOffset: -1n, epoch: -1 },
    abortedTransactions: aborted === 0 ? null : [],
    preferredReadReplica,
    records,
  }
}
