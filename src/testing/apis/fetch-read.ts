import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, ResponseOf } from '../handlers.ts'
import { orRefusal, Refusal } from '../refusal.ts'
import type { Partition } from '../state/partition.ts'
import type { Topic } from '../state/topic.ts'
import { BY_TOPIC_ID_SINCE, type WantedPartition } from './fetch-session.ts'
import { type LeaderHints, ledPartition } from './leadership.ts'
import type { Services } from './services.ts'

type PartitionResponse = ResponseOf<'Fetch'>['responses'][number]['partitions'][number]

const HINTS_SINCE = 16
const NOTHING = Buffer.alloc(0)

/** What one fetch finds in a partition. */
export interface PartitionResult {
  readonly wanted: WantedPartition
  readonly answer: PartitionResponse
}

/** What there is for a fetch at the moment. */
export interface FetchResult {
  readonly partitions: readonly PartitionResult[]
  readonly sizeBytes: number
  /** Whether there is something that must not wait for more records. */
  readonly isUrgent: boolean
}

/** How a fetch reads. */
export interface FetchLimits {
  readonly maxBytes: number
  readonly committedOnly: boolean
}

/** Reads all partitions of a fetch, in their order, as far as its bytes go. */
export function readAll(
  services: Services,
  context: RequestContext,
  all: readonly WantedPartition[],
  { maxBytes, committedOnly }: FetchLimits,
  hints: LeaderHints,
): FetchResult {
  let sizeBytes = 0
  let isUrgent = false
  const partitions = all.map(wanted => {
    const topic = topicOf(services, wanted, context.version)
    // The first batch of the answer comes however large it is, so that a reader is never stuck (KIP-74).
    const room = { bytes: Math.min(wanted.maxBytes, Math.max(0, maxBytes - sizeBytes)), isFirst: sizeBytes === 0 }
    const answer = orRefusal(() => readOne(services, context, topic, wanted, room, committedOnly))
    if (answer instanceof Refusal) {
      isUrgent = true
      return { wanted, answer: refused(wanted.partition, answer, context, hints, topic?.partitions[wanted.partition]) }
    }
    sizeBytes += answer.records!.length
    if (answer.divergingEpoch !== undefined) isUrgent = true
    return { wanted, answer }
  })
  return { partitions, sizeBytes, isUrgent }
}

/** The partitions of a fetch that exist. */
export function partitionsOf(services: Services, all: readonly WantedPartition[], version: number): Partition[] {
  return all.flatMap(wanted => topicOf(services, wanted, version)?.partitions[wanted.partition] ?? [])
}

function topicOf({ state }: Services, { topic, topicId }: WantedPartition, version: number): Topic | undefined {
  return version >= BY_TOPIC_ID_SINCE ? state.topicById(topicId) : state.topic(topic)
}

function readOne(
  services: Services,
  context: RequestContext,
  topic: Topic | undefined,
  { partition: index, fetchOffset, currentLeaderEpoch, lastFetchedEpoch }: WantedPartition,
  room: { readonly bytes: number; readonly isFirst: boolean },
  committedOnly: boolean,
): PartitionResponse {
  if (topic === undefined && context.version >= BY_TOPIC_ID_SINCE) throw new Refusal('UNKNOWN_TOPIC_ID')
  const { log } = ledPartition(services, context, topic, index, currentLeaderEpoch)
  const answer = {
    partitionIndex: index,
    errorCode: errorCodes.NONE,
    highWatermark: log.endOffset,
    lastStableOffset: log.lastStableOffset,
    logStartOffset: log.startOffset,
    abortedTransactions: committedOnly ? [] : null,
    records: NOTHING,
  }
  if (fetchOffset < log.startOffset) throw new Refusal('OFFSET_OUT_OF_RANGE')
  if (lastFetchedEpoch >= 0) {
    const end = log.epochs.endOf(lastFetchedEpoch, log.endOffset)
    if (end.leaderEpoch < 0) throw new Refusal('OFFSET_OUT_OF_RANGE')
    if (end.leaderEpoch < lastFetchedEpoch || end.endOffset < fetchOffset) {
      return { ...answer, divergingEpoch: { epoch: end.leaderEpoch, endOffset: end.endOffset } }
    }
  }
  if (fetchOffset > log.endOffset) throw new Refusal('OFFSET_OUT_OF_RANGE')
  const end = committedOnly ? log.lastStableOffset : log.endOffset
  const records = log.read(fetchOffset, end, room.bytes, room.isFirst)
  if (!committedOnly || records.length === 0) return { ...answer, records }
  return { ...answer, records, abortedTransactions: log.producers.abortedBetween(fetchOffset, end) }
}

function refused(
  partitionIndex: number,
  { errorCode }: Refusal,
  { version }: RequestContext,
  hints: LeaderHints,
  partition: Partition | undefined,
): PartitionResponse {
  const isElsewhere = errorCode === errorCodes.NOT_LEADER_OR_FOLLOWER || errorCode === errorCodes.FENCED_LEADER_EPOCH
  const leader = isElsewhere && version >= HINTS_SINCE ? hints.of(partition) : undefined
  return {
    partitionIndex,
    errorCode,
    highWatermark: -1n,
    abortedTransactions: null,
    records: NOTHING,
    ...(leader && { currentLeader: leader }),
  }
}
