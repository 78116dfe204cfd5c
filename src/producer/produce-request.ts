import type { Metadata } from '../cluster/metadata.ts'
import type { LeaderHint } from '../cluster/snapshot.ts'
import { errorCodes } from '../errors/broker-codes.ts'
import { brokerError } from '../errors/broker-error.ts'
import { ProtocolError } from '../errors/client-errors.ts'
import type { Response } from '../protocol/api.ts'
import type { Produce } from '../protocol/messages/produce.ts'
import { ZERO_UUID } from '../protocol/schema.ts'
import type { Batch } from './batch.ts'
import { mayBeWritten } from './verdict.ts'

/** The last version that names topics; later ones know them by their ids only (KIP-516). */
const LAST_VERSION_WITH_NAMES = 12

/** A batch whose bytes are made, on its way. */
export interface Parcel {
  readonly batch: Batch
  readonly bytes: Buffer
}

/** Takes what became of each batch of a request. */
export interface Verdicts {
  /** `baseOffset` is -1n where the broker told nothing; `logAppendTime` -1 where the messages keep their own times. */
  onWritten(batch: Batch, baseOffset: bigint, logAppendTime: number): void
  /**
   * @param undecided Whether the broker may have it all the same.
   * @param own What the broker says of single messages, by their number in the batch (KIP-467).
   */
  onFailed(batch: Batch, error: unknown, undecided?: boolean, own?: ReadonlyMap<number, unknown>): void
}

interface TopicParcels {
  readonly name: string
  readonly topicId: string
  readonly partitionData: { index: number; records: Buffer }[]
}

/** The topics of a produce request, and the highest version that can name them all. */
export function produceBody(
  parcels: readonly Parcel[],
  metadata: Metadata,
): { topicData: readonly TopicParcels[]; maxVersion: number } {
  const topicData: TopicParcels[] = []
  // Made for the second topic: most requests have but one.
  let byName: Map<string, TopicParcels> | undefined
  let topic: TopicParcels | undefined
  let maxVersion = Infinity
  for (const { batch, bytes } of parcels) {
    const { topic: name, partition } = batch.queue
    const data = { index: partition, records: bytes }
    if (topic !== undefined && topic.name !== name) {
      byName ??= new Map([[topic.name, topic]])
      topic = byName.get(name)
    }
    if (topic !== undefined) {
      topic.partitionData.push(data)
      continue
    }
    const topicId = metadata.topic(name)?.topicId ?? ZERO_UUID
    if (topicId === ZERO_UUID) maxVersion = LAST_VERSION_WITH_NAMES
    topic = { name, topicId, partitionData: [data] }
    topicData.push(topic)
    byName?.set(name, topic)
  }
  return { topicData, maxVersion }
}

type Answer = Response<typeof Produce>
type PartitionAnswer = Answer['responses'][number]['partitionResponses'][number]

/** Brings each batch of a request its own outcome, wherever the answer has it. */
export function readAnswer(
  { responses, nodeEndpoints }: Answer,
  parcels: readonly Parcel[],
  asked: readonly TopicParcels[],
  label: string,
  metadata: Metadata,
  verdicts: Verdicts,
): void {
  const hints: LeaderHint[] = []
  for (const { topicId, name, partitionResponses } of responses) {
    for (const { index: partition, errorCode, currentLeader } of partitionResponses) {
      if (errorCode === 0 || currentLeader.leaderId < 0) continue
      hints.push({ topic: nameOf(name, topicId, asked), partition, ...currentLeader })
    }
  }
  // Before those that failed are told, so that they go to the new leader at once (KIP-951).
  if (hints.length > 0) metadata.learnLeaders(hints, nodeEndpoints)
  const find = finder(responses, asked)
  for (const { batch } of parcels) {
    const { topic, partition, name } = batch.queue
    const result = find(topic, partition)
    if (result === undefined) {
      const problem = `${label} left ${name} out of its answer to a produce request`
      verdicts.onFailed(batch, new ProtocolError(problem), true)
    } else if (result.errorCode === 0 || result.errorCode === errorCodes.DUPLICATE_SEQUENCE_NUMBER) {
      verdicts.onWritten(batch, result.baseOffset < 0n ? -1n : result.baseOffset, Number(result.logAppendTimeMs))
    } else {
      const { errorCode, errorMessage } = result
      const error = brokerError(errorCode, `${name} on ${label}`, errorMessage)
      verdicts.onFailed(batch, error, mayBeWritten(error), recordErrors(result, name, label))
    }
  }
}

/** Looks up what an answer says of a partition. */
function finder(
  responses: Answer['responses'],
  asked: readonly TopicParcels[],
): (topic: string, partition: number) => PartitionAnswer | undefined {
  const [first] = responses
  if (responses.length === 1 && first!.partitionResponses.length === 1) {
    // So is most of what is sent alone.
    const [only] = first!.partitionResponses
    const name = nameOf(first!.name, first!.topicId, asked)
    return (topic, partition) => (topic === name && partition === only!.index ? only : undefined)
  }
  const names = new Map(asked.map(({ topicId, name }) => [topicId, name]))
  const results = new Map<string, Map<number, PartitionAnswer>>()
  for (const { name, topicId, partitionResponses } of responses) {
    const topic = name === '' ? (names.get(topicId) ?? '') : name
    const byPartition = results.get(topic) ?? new Map<number, PartitionAnswer>()
    for (const result of partitionResponses) byPartition.set(result.index, result)
    results.set(topic, byPartition)
  }
  return (topic, partition) => results.get(topic)?.get(partition)
}

/** The topic of an answer, by the id that was sent: the metadata may have another id for the name by now. */
function nameOf(name: string, topicId: string, asked: readonly TopicParcels[]): string {
  return name === '' ? (asked.find(topic => topic.topicId === topicId)?.name ?? '') : name
}

/** What the broker says of single records; undefined where it does not. Those beside them fail with the batch's error. */
function recordErrors(result: PartitionAnswer, name: string, label: string): ReadonlyMap<number, unknown> | undefined {
  const { errorCode, recordErrors: listed } = result
  if (listed.length === 0) return undefined
  return new Map(
    listed.map(({ batchIndex, batchIndexErrorMessage }) => [
      batchIndex,
      brokerError(errorCode, `message ${batchIndex} of a batch for ${name} on ${label}`, batchIndexErrorMessage),
    ]),
  )
}
