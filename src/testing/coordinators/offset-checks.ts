import { errorCodes } from '../../errors/broker-codes.ts'
import type { Store } from '../store.ts'
import type { Group } from './group.ts'
import type { CommittedOffset } from './offsets.ts'

/** Who commits: nobody in particular has an empty member id and the generation -1. */
export interface Committer {
  readonly memberId: string
  readonly instanceId: string | null
  readonly generationId: number
  /** In a transaction the state of the group does not matter, and nor does who commits, if that is not told. */
  readonly inTransaction: boolean
}

/** Whether they may commit offsets of the group: NONE, or the error for all partitions. */
export function checkCommitter(group: Group, committer: Committer): number {
  const { memberId, instanceId, generationId, inTransaction } = committer
  // From outside, offsets can be set as long as nobody is in the group.
  if (generationId < 0 && group.state === 'Empty') return errorCodes.NONE
  if (generationId >= 0 || memberId !== '' || instanceId !== null) {
    const unknown = group.checkMember(memberId, instanceId)
    if (unknown !== errorCodes.NONE) return unknown
    if (generationId !== group.generationId) return errorCodes.ILLEGAL_GENERATION
  } else if (!inTransaction && group.state !== 'Empty') {
    return errorCodes.UNKNOWN_MEMBER_ID
  }
  return !inTransaction && group.state === 'CompletingRebalance' ? errorCodes.REBALANCE_IN_PROGRESS : errorCodes.NONE
}

/** An offset as requests have it. */
export interface RequestedOffset {
  readonly partitionIndex: number
  readonly committedOffset: bigint
  readonly committedLeaderEpoch: number
  readonly committedMetadata: string | null
}

/** Whether the offset can be stored for a partition of this topic. */
export function checkOffset(store: Store, topic: string, offset: RequestedOffset, maxMetadata: number): number {
  const error = checkPartition(store, topic, offset.partitionIndex)
  if (error !== errorCodes.NONE) return error
  const tooLong = (offset.committedMetadata?.length ?? 0) > maxMetadata
  return tooLong ? errorCodes.OFFSET_METADATA_TOO_LARGE : errorCodes.NONE
}

export function checkPartition(store: Store, topic: string, partition: number): number {
  const known = partition >= 0 && partition < (store.partitions(topic) ?? 0)
  return known ? errorCodes.NONE : errorCodes.UNKNOWN_TOPIC_OR_PARTITION
}

export function offsetOf({
  committedOffset,
  committedLeaderEpoch,
  committedMetadata,
}: RequestedOffset): CommittedOffset {
  return { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: committedMetadata ?? '' }
}
