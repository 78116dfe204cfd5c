import { errorCodes } from '../../errors/broker-codes.ts'
import type { RequestContext, RequestOf, ResponseOf } from '../handlers.ts'
import type { Store } from '../store.ts'
import type { Group } from './group.ts'
import type { Groups } from './groups.ts'
import { checkPartition } from './offset-checks.ts'

export function deleteOffsets(
  store: Store,
  groups: Groups,
  { groupId, topics }: RequestOf<'OffsetDelete'>,
  { broker }: RequestContext,
): ResponseOf<'OffsetDelete'> {
  const refused = (errorCode: number): ResponseOf<'OffsetDelete'> => ({ errorCode, throttleTimeMs: 0, topics: [] })
  const notHere = groups.check(groupId, broker)
  if (notHere !== errorCodes.NONE) return refused(notHere)
  const group = groups.get(groupId)
  if (group === undefined) return refused(errorCodes.GROUP_ID_NOT_FOUND)
  // What members of another kind work on, nobody but they can tell.
  if (group.state !== 'Empty' && !group.isConsumerGroup) return refused(errorCodes.NON_EMPTY_GROUP)
  return {
    errorCode: errorCodes.NONE,
    throttleTimeMs: 0,
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => ({
        partitionIndex,
        errorCode: deleteOffset(store, group, name, partitionIndex),
      })),
    })),
  }
}

function deleteOffset(store: Store, group: Group, topic: string, partition: number): number {
  const error = checkPartition(store, topic, partition)
  if (error !== errorCodes.NONE) return error
  if (group.isSubscribedTo(topic)) return errorCodes.GROUP_SUBSCRIBED_TO_TOPIC
  group.offsets.delete(topic, partition)
  return errorCodes.NONE
}
