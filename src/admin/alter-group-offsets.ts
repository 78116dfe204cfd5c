import { errorCodes } from '../errors/broker-codes.ts'
import type { KafkaError } from '../errors/kafka-error.ts'
import { OffsetCommit } from '../protocol/messages/offset-commit.ts'
import { OffsetDelete } from '../protocol/messages/offset-delete.ts'
import { int, required, text } from '../util/options.ts'
import { type AdminContext, failureOf, type ItemResult, inCall, outcome } from './call.ts'
import { type AdminCallOptions, bigint, items, name, partitionName, topicPartition } from './check.ts'
import { LAST_WITH_NAMES } from './group-offsets.ts'
import { partitionList, topicPartitions } from './group-partitions.ts'
import type { GroupOutcome } from './groups.ts'
import { atCoordinators, byTopic, partitionIndex } from './locate.ts'
import { scatter } from './scatter.ts'

/** How far a group is to have read a partition. */
export interface NewGroupOffset {
  readonly topic: string
  readonly partition: number
  /** The offset of the next message to read. */
  readonly offset: bigint
  /** The leader epoch of the message before it, for finding out about truncated logs (KIP-320). By default not known. */
  readonly leaderEpoch?: number | undefined
  /** Anything, to be kept along with it. */
  readonly metadata?: string | undefined
}

/** A group whose offsets are to be changed. */
export interface GroupOffsetsAlteration {
  readonly groupId: string
  readonly offsets: readonly NewGroupOffset[]
}

/** A group that is to forget offsets. */
export interface GroupOffsetsDeletion {
  readonly groupId: string
  readonly partitions: readonly { readonly topic: string; readonly partition: number }[]
}

/** What became of a group's offsets: of each partition, or why nothing was done at all. */
export interface AlteredGroupOffsets extends GroupOutcome {
  /** In the order in which they were given. */
  readonly partitions?: readonly PartitionOutcome[]
}

/** What became of a partition. */
export interface PartitionOutcome {
  readonly topic: string
  readonly partition: number
  readonly error?: KafkaError
}

const newOffset = {
  ...topicPartition,
  offset: bigint(0n),
  leaderEpoch: int(undefined, { min: 0, max: 2 ** 31 - 1 }),
  metadata: text(undefined, { empty: true }),
}
const alteration = { groupId: name, offsets: required(partitionList<NewGroupOffset>(newOffset)) }
const deletion = { groupId: name, partitions: required(topicPartitions) }

export function alterGroupOffsets(
  context: AdminContext,
  given: readonly GroupOffsetsAlteration[],
  options: AdminCallOptions,
): Promise<AlteredGroupOffsets[]> {
  return inCall(context, {}, options, async call => {
    const groups = items(given, 'groups', alteration, ({ groupId }) => groupId)
    const outcomes = await scatter(call, groups, {
      locate: atCoordinators(call, 'group', ({ groupId }) => groupId),
      // There is no request for many groups.
      ask: (broker, theirs) =>
        Promise.all(
          theirs.map(async ({ groupId, offsets }) => {
            const topics = byTopic(offsets, ({ partition, offset, leaderEpoch = -1, metadata = '' }) => ({
              partitionIndex: partition,
              committedOffset: offset,
              committedLeaderEpoch: leaderEpoch,
              committedMetadata: metadata,
            }))
            const answer = await call.request(broker, OffsetCommit, { groupId, topics, memberId: '' }, LAST_WITH_NAMES)
            const what = `of group "${groupId}" on ${broker.label}`
            return partitionOutcomes(offsets, partitionIndex(answer.topics), what)
          }),
        ),
    })
    return groups.map(({ groupId }, i) => outcome({ groupId }, outcomes[i]!))
  })
}

export function deleteGroupOffsets(
  context: AdminContext,
  given: readonly GroupOffsetsDeletion[],
  options: AdminCallOptions,
): Promise<AlteredGroupOffsets[]> {
  return inCall(context, {}, options, async call => {
    const groups = items(given, 'groups', deletion, ({ groupId }) => groupId)
    const outcomes = await scatter(call, groups, {
      locate: atCoordinators(call, 'group', ({ groupId }) => groupId),
      ask: (broker, theirs) =>
        Promise.all(
          theirs.map(async ({ groupId, partitions }) => {
            const topics = byTopic(partitions, ({ partition }) => ({ partitionIndex: partition }))
            const answer = await call.request(broker, OffsetDelete, { groupId, topics })
            const what = `of group "${groupId}" on ${broker.label}`
            const error = failureOf(`deleting the offsets ${what}`, answer)
            return error ?? partitionOutcomes(partitions, partitionIndex(answer.topics), what)
          }),
        ),
    })
    return groups.map(({ groupId }, i) => outcome({ groupId }, outcomes[i]!))
  })
}

/** Codes that are about a partition. All others are about the group, and the same for all of its partitions. */
const OF_PARTITIONS: ReadonlySet<number> = new Set([
  errorCodes.UNKNOWN_TOPIC_OR_PARTITION,
  errorCodes.TOPIC_AUTHORIZATION_FAILED,
  errorCodes.INVALID_TOPIC_EXCEPTION,
  errorCodes.OFFSET_METADATA_TOO_LARGE,
  errorCodes.GROUP_SUBSCRIBED_TO_TOPIC,
  errorCodes.UNKNOWN_SERVER_ERROR,
])

/** What became of each partition, or of the group where an error is about that. */
function partitionOutcomes(
  partitions: readonly { readonly topic: string; readonly partition: number }[],
  find: (partition: { readonly topic: string; readonly partition: number }) => ItemResult | undefined,
  what: string,
): { readonly partitions: readonly PartitionOutcome[] } | KafkaError {
  const outcomes = partitions.map(({ topic, partition }) => {
    const error = failureOf(`${partitionName({ topic, partition })} ${what}`, find({ topic, partition }))
    return error === undefined ? { topic, partition } : { topic, partition, error }
  })
  const ofGroup = outcomes.find(({ error }) => error !== undefined && !OF_PARTITIONS.has(error.brokerCode))
  return ofGroup?.error ?? { partitions: outcomes }
}
