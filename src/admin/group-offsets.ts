import type { KafkaError } from '../errors/kafka-error.ts'
import type { Broker } from '../network/broker.ts'
import type { Response } from '../protocol/api.ts'
import { OffsetFetch } from '../protocol/messages/offset-fetch.ts'
import { bool } from '../util/options.ts'
import { type AdminCall, type AdminContext, failureOf, inCall, outcome } from './call.ts'
import { type AdminCallOptions, items, name, partitionName } from './check.ts'
import { topicPartitions } from './group-partitions.ts'
import type { GroupOutcome } from './groups.ts'
import { atCoordinators, byTopic } from './locate.ts'
import { scatter } from './scatter.ts'

/** A group whose offsets are wanted. */
export interface GroupOffsetsQuery {
  readonly groupId: string
  /** By default all that it has offsets of. */
  readonly partitions?: readonly { readonly topic: string; readonly partition: number }[] | undefined
}

/** How far a group has read a partition. */
export interface GroupOffset {
  readonly topic: string
  readonly partition: number
  /** The offset of the next message to read; -1n where nothing was committed. */
  readonly offset?: bigint
  /** The leader epoch of the last message that was read. Absent where it is not known. */
  readonly leaderEpoch?: number
  /** What was committed along with it. */
  readonly metadata?: string | null
  readonly error?: KafkaError
}

/** How far a group has read, or why that is not known. */
export interface GroupOffsets extends GroupOutcome {
  /** By topic and partition. */
  readonly offsets?: readonly GroupOffset[]
}

export interface ListGroupOffsetsOptions extends AdminCallOptions {
  /**
   * Whether an offset that a transaction is still to decide about is that partition's error UNSTABLE_OFFSET_COMMIT, rather than the
   * one before it (KIP-447). Default false.
   */
  readonly requireStable?: boolean | undefined
}

type Query = { readonly groupId: string; readonly partitions?: GroupOffsetsQuery['partitions'] }

/** Versions from 10 on know topics by their ids alone. */
export const LAST_WITH_NAMES = 9
/** The first version that asks about many groups at once. */
const BATCHED = 8

const query = { groupId: name, partitions: topicPartitions }

export function listGroupOffsets(
  context: AdminContext,
  given: readonly (string | GroupOffsetsQuery)[],
  options: ListGroupOffsetsOptions,
): Promise<GroupOffsets[]> {
  return inCall(context, { requireStable: bool(false) }, options, async (call, { requireStable }) => {
    const asked = Array.isArray(given)
      ? given.map(each => (typeof each === 'string' ? { groupId: each } : each))
      : given
    const groups = items(asked, 'groups', query, ({ groupId }) => groupId)
    return offsetsOfGroups(call, groups, requireStable)
  })
}

/** How far groups have read, as {@link listGroupOffsets} tells it. */
export async function offsetsOfGroups(
  call: AdminCall,
  groups: readonly Query[],
  requireStable: boolean,
): Promise<GroupOffsets[]> {
  const outcomes = await scatter(call, groups, {
    locate: atCoordinators(call, 'group', ({ groupId }) => groupId),
    ask: async (broker, theirs) => {
      const stable = requireStable ? { requireStable } : {}
      const version = Math.min(LAST_WITH_NAMES, await call.versionOf(broker, OffsetFetch))
      if (version < BATCHED) return Promise.all(theirs.map(group => askForOne(call, broker, group, stable)))
      const body = {
        groups: theirs.map(({ groupId, partitions }) => ({ groupId, topics: topicsOf(partitions) })),
        ...stable,
      }
      const answer = await call.request(broker, OffsetFetch, body, LAST_WITH_NAMES)
      return theirs.map(({ groupId }) => {
        const result = answer.groups.find(each => each.groupId === groupId)
        return failureOf(what(groupId, broker), result) ?? { offsets: offsets(groupId, result!.topics) }
      })
    },
  })
  return groups.map(({ groupId }, i) => outcome({ groupId }, outcomes[i]!))
}

async function askForOne(call: AdminCall, broker: Broker, { groupId, partitions }: Query, stable: object) {
  const topics = topicsOf(partitions)
  const answer = await call.request(broker, OffsetFetch, { groupId, topics, ...stable }, BATCHED - 1)
  return failureOf(what(groupId, broker), answer) ?? { offsets: offsets(groupId, answer.topics) }
}

function what(groupId: string, broker: Broker): string {
  return `listing the offsets of group "${groupId}" on ${broker.label}`
}

function topicsOf(partitions: Query['partitions']) {
  if (partitions === undefined) return null
  return byTopic(partitions, ({ partition }) => partition).map(({ name, partitions }) => ({
    name,
    partitionIndexes: partitions,
  }))
}

function offsets(groupId: string, topics: Response<typeof OffsetFetch>['topics']): GroupOffset[] {
  const list = topics.flatMap(({ name: topic, partitions }) =>
    partitions.map(({ partitionIndex: partition, committedOffset, committedLeaderEpoch, metadata, errorCode }) => {
      const error = failureOf(`${partitionName({ topic, partition })} of group "${groupId}"`, { errorCode })
      if (error !== undefined) return { topic, partition, error }
      const epoch = committedLeaderEpoch < 0 ? {} : { leaderEpoch: committedLeaderEpoch }
      return { topic, partition, offset: committedOffset, ...epoch, metadata }
    }),
  )
  return list.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1))
}
