import type { Client } from '../../cluster/client.ts'
import type { TopicPartition } from '../../consumer/message.ts'
import { errorCodes } from '../../errors/broker-codes.ts'
import { OffsetCommit } from '../../protocol/messages/offset-commit.ts'
import type { Coordinator } from '../coordinator.ts'
import type { Identity } from '../membership/requests.ts'
import { type CommittedOffset, leftOut, topicLists } from './committed.ts'

/** A partition, and how far it was read. */
export interface OffsetToCommit extends TopicPartition, CommittedOffset {}

/** Who commits: a member of the group, or somebody outside of a group without members. */
export interface Committer extends Identity {
  /** The name of a static member, else null. */
  readonly instanceId: string | null
}

/** For a group without members: whoever comes may commit. */
export const OUTSIDE: Committer = { memberId: '', generationId: -1, instanceId: null }

/** What became of each offset, in their order: undefined for those that are committed. Does not retry. */
export async function commitOffsets(
  client: Client,
  coordinator: Coordinator,
  committer: Committer,
  offsets: readonly OffsetToCommit[],
  signal: AbortSignal,
): Promise<(Error | undefined)[]> {
  const { lists, nameOf, maxVersion } = topicLists(client, offsets)
  const byName = new Map(offsets.map(each => [`${each.topic}-${each.partition}`, each]))
  const body = {
    groupId: coordinator.groupId,
    generationIdOrMemberEpoch: committer.generationId,
    memberId: committer.memberId,
    groupInstanceId: committer.instanceId,
    topics: lists.map(({ name, topicId, partitions }) => ({
      name,
      topicId,
      partitions: partitions.map(partitionIndex => {
        const { offset, leaderEpoch, metadata } = byName.get(`${name}-${partitionIndex}`)!
        return {
          partitionIndex,
          committedOffset: offset,
          committedLeaderEpoch: leaderEpoch,
          committedMetadata: metadata,
        }
      }),
    })),
  }
  const answer = await coordinator.request(OffsetCommit, body, { signal, maxVersion })
  const codes = new Map(
    answer.topics.flatMap(topic =>
      topic.partitions.map(({ partitionIndex, errorCode }) => [`${nameOf(topic)}-${partitionIndex}`, errorCode]),
    ),
  )
  return offsets.map(({ topic, partition }) => {
    const name = `${topic}-${partition}`
    const code = codes.get(name)
    if (code === undefined) return leftOut(name)
    if (code === 0) return undefined
    const isForMembers = committer === OUTSIDE && code === errorCodes.UNKNOWN_MEMBER_ID
    const why = isForMembers ? ', which only members may commit while there are any,' : ''
    return coordinator.errorOf(code, `the offset of ${name}${why}`)
  })
}
