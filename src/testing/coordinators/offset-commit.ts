import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Store } from '../store.ts'
import type { Groups } from './groups.ts'
import { checkCommitter, checkOffset, offsetOf, type RequestedOffset } from './offset-checks.ts'
import { keepAlive } from './rebalance.ts'

type CommitRequest = RequestOf<'OffsetCommit'>

/** From this version on a group that is not there is told apart from a generation that is over. */
const TELLS_MISSING_GROUPS = 9
/** From this version on topics are named by id. */
const BY_TOPIC_ID = 10

export function commitOffsets(
  store: Store,
  groups: Groups,
  request: CommitRequest,
  context: RequestContext,
): ResponseOf<'OffsetCommit'> {
  const error = enter(groups, request, context)
  const byId = context.version >= BY_TOPIC_ID
  return {
    topics: request.topics.map(({ name, topicId, partitions }) => {
      const topic = byId ? store.topicName(topicId) : name
      const commit = (offset: RequestedOffset): number => {
        if (error !== errorCodes.NONE) return error
        return topic === undefined ? errorCodes.UNKNOWN_TOPIC_ID : commitOffset(store, groups, request, topic, offset)
      }
      const results = partitions.map(each => ({ partitionIndex: each.partitionIndex, errorCode: commit(each) }))
      return { name, topicId, partitions: results }
    }),
  }
}

/** Whether the request may commit. A commit is a sign of life. */
function enter(groups: Groups, request: CommitRequest, { broker, version }: RequestContext): number {
  const { groupId, memberId, groupInstanceId: instanceId, generationIdOrMemberEpoch: generationId } = request
  const notHere = groups.check(groupId, broker)
  if (notHere !== errorCodes.NONE) return notHere
  const known = groups.get(groupId)
  if (known === undefined && generationId >= 0) {
    return version >= TELLS_MISSING_GROUPS ? errorCodes.GROUP_ID_NOT_FOUND : errorCodes.ILLEGAL_GENERATION
  }
  // Whoever only keeps offsets in a group makes it by that.
  const group = known ?? groups.getOrCreate(groupId)
  const error = checkCommitter(group, { memberId, instanceId, generationId, inTransaction: false })
  const member = group.members.get(memberId)
  if (error === errorCodes.NONE && member !== undefined) keepAlive(group, member)
  return error
}

function commitOffset(
  store: Store,
  groups: Groups,
  request: CommitRequest,
  topic: string,
  offset: RequestedOffset,
): number {
  const error = checkOffset(store, topic, offset, groups.limits.maxOffsetMetadataBytes)
  if (error === errorCodes.NONE) {
    groups.get(request.groupId)!.offsets.commit(topic, offset.partitionIndex, offsetOf(offset))
  }
  return error
}
