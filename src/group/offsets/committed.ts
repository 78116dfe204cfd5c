import type { Client } from '../../cluster/client.ts'
import type { TopicPartition } from '../../consumer/message.ts'
import { errorCodes } from '../../errors/broker-codes.ts'
import { brokerError } from '../../errors/broker-error.ts'
import { OffsetFetch } from '../../protocol/messages/offset-fetch.ts'
import { ZERO_UUID } from '../../protocol/schema.ts'
import type { Coordinator } from '../coordinator.ts'

/** From this version on one request asks for many groups (KIP-709), and the answer is laid out by group. */
const GROUPED = 8
/** The last version that names topics; later ones go by their ids. */
export const LAST_NAMED = 9

/** How far a group has read a partition. */
export interface CommittedOffset {
  /** The offset to read next. */
  readonly offset: bigint
  /** The epoch of the leader that the message before it was appended by; -1 where that is not known. */
  readonly leaderEpoch: number
  /** What was committed along with it. */
  readonly metadata: string
}

/**
 * How far a group has read some partitions, by `topic-partition`; those that nothing was committed of are left out. Does not retry.
 *
 * @throws {@link BrokerError} naming the group or the partition.
 */
export async function committedOffsets(
  client: Client,
  coordinator: Coordinator,
  partitions: readonly TopicPartition[],
  signal: AbortSignal,
): Promise<Map<string, CommittedOffset>> {
  if (partitions.length === 0) return new Map()
  const { groupId } = coordinator
  const { lists, nameOf, maxVersion } = topicLists(client, partitions)
  const topics = lists.map(({ name, topicId, partitions }) => ({ name, topicId, partitionIndexes: partitions }))
  const body = (version: number) => ({
    ...(version < GROUPED ? { groupId, topics } : { groups: [{ groupId, topics }] }),
    // Not an offset that a transaction may still take back (KIP-447). Brokers before that cannot be asked to see to it.
    ...(version >= 7 ? { requireStable: true } : {}),
  })
  const answer = await coordinator.request(OffsetFetch, body, { signal, maxVersion })
  const [
    group = { topics: answer.topics.map(each => ({ ...each, topicId: ZERO_UUID })), errorCode: answer.errorCode },
  ] = answer.groups
  if (group.errorCode !== 0) throw coordinator.errorOf(group.errorCode)
  const found = new Map<string, CommittedOffset>()
  for (const topic of group.topics) {
    for (const { partitionIndex, errorCode, committedOffset, committedLeaderEpoch, metadata } of topic.partitions) {
      const name = `${nameOf(topic)}-${partitionIndex}`
      if (errorCode !== 0) throw coordinator.errorOf(errorCode, `the offset of ${name}`)
      if (committedOffset < 0n) continue
      found.set(name, { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: metadata ?? '' })
    }
  }
  return found
}

export interface TopicLists {
  readonly lists: readonly { readonly name: string; readonly topicId: string; readonly partitions: number[] }[]
  /** The name of a topic in an answer, which has either that or the id. */
  nameOf(topic: { readonly name: string; readonly topicId: string }): string
  /** Below that which names topics by their ids, where one is not known. */
  readonly maxVersion: number | undefined
}

/** Partitions by topic, which are named in both ways: some versions know them by the one, some by the other. */
export function topicLists(client: Client, partitions: readonly TopicPartition[]): TopicLists {
  const lists = new Map<string, { name: string; topicId: string; partitions: number[] }>()
  for (const { topic, partition } of partitions) {
    const list = lists.get(topic)
    if (list !== undefined) list.partitions.push(partition)
    else {
      const topicId = client.metadata.topic(topic)?.topicId ?? ZERO_UUID
      lists.set(topic, { name: topic, topicId, partitions: [partition] })
    }
  }
  const all = [...lists.values()]
  const byId = new Map(all.map(({ name, topicId }) => [topicId, name]))
  return {
    lists: all,
    nameOf: ({ name, topicId }) => name || (byId.get(topicId) ?? topicId),
    maxVersion: byId.has(ZERO_UUID) ? LAST_NAMED : undefined,
  }
}

/** The error of a partition that an answer leaves out. */
export function leftOut(name: string): Error {
  return brokerError(errorCodes.UNKNOWN_SERVER_ERROR, `${name}, which the answer leaves out`)
}
