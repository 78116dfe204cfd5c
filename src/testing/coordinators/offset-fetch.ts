import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Store } from '../store.ts'
import type { Groups } from './groups.ts'
import type { Offsets } from './offsets.ts'

/** From this version on many groups are asked about at once (KIP-709). */
const BATCHED = 8
/** From this version on topics are named by id. */
const BY_TOPIC_ID = 10
/** From this version on an answer has an error for the whole group; before, each partition has it. */
const TELLS_GROUP_ERRORS = 2

/** A topic of a request. Its name is unknown when there is no topic with its id. */
interface Asked {
  readonly name: string | undefined
  readonly topicId: string
  readonly partitionIndexes: readonly number[]
}

export function fetchOffsets(
  store: Store,
  groups: Groups,
  request: RequestOf<'OffsetFetch'>,
  { broker, version }: RequestContext,
): ResponseOf<'OffsetFetch'> {
  const { requireStable } = request
  if (version < BATCHED) {
    const errorCode = groups.check(request.groupId, broker)
    if (errorCode !== errorCodes.NONE && version >= TELLS_GROUP_ERRORS) return { errorCode, topics: [] }
    const asked = request.topics?.map(topic => ({ ...topic, topicId: '' }))
    const offsets = groups.get(request.groupId)?.offsets
    const topics = fetchTopics(store, offsets, asked, requireStable, errorCode)
    return { errorCode, topics: topics.map(({ name, partitions }) => ({ name, partitions })) }
  }
  return {
    groups: request.groups.map(({ groupId, topics }) => {
      const errorCode = groups.check(groupId, broker)
      if (errorCode !== errorCodes.NONE) return { groupId, errorCode, topics: [] }
      const asked = topics?.map(topic => ({
        ...topic,
        name: version >= BY_TOPIC_ID ? store.topicName(topic.topicId) : topic.name,
      }))
      const offsets = groups.get(groupId)?.offsets
      return { groupId, errorCode, topics: fetchTopics(store, offsets, asked, requireStable, errorCode) }
    }),
  }
}

function fetchTopics(
  store: Store,
  offsets: Offsets | undefined,
  asked: readonly Asked[] | undefined,
  requireStable: boolean,
  errorCode: number,
) {
  return (asked ?? allOf(store, offsets)).map(({ name, topicId, partitionIndexes }) => ({
    name: name ?? '',
    topicId: topicId === '' ? undefined : topicId,
    partitions: partitionIndexes.map(partitionIndex => {
      const none = { partitionIndex, committedOffset: -1n, committedLeaderEpoch: -1, metadata: '' }
      if (errorCode !== errorCodes.NONE) return { ...none, errorCode }
      if (name === undefined) return { ...none, errorCode: errorCodes.UNKNOWN_TOPIC_ID }
      if (requireStable && offsets?.isPending(name, partitionIndex)) {
        return { ...none, errorCode: errorCodes.UNSTABLE_OFFSET_COMMIT }
      }
      const found = offsets?.get(name, partitionIndex)
      if (found === undefined) return { ...none, errorCode }
      const { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata } = found
      return { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode }
    }),
  }))
}

function allOf(store: Store, offsets: Offsets | undefined): Asked[] {
  const topics = new Map<string, number[]>()
  for (const [topic, partition] of offsets?.entries() ?? []) {
    topics.set(topic, [...(topics.get(topic) ?? []), partition])
  }
  return [...topics].map(([name, partitionIndexes]) => ({
    name,
    topicId: store.topicId(name) ?? '',
    partitionIndexes,
  }))
}
