import { api } from '../api.ts'
import { array, errorCode, int32, int64, string, uuid } from '../schema.ts'

/**
 * Stores how far a group has read. An offset that is stored is the one to read next. Version 10 names topics by id
 * alone, the versions before it by name alone.
 */
export const OffsetCommit = api(
  8,
  'OffsetCommit',
  { versions: [2, 10], flexible: 8, route: 'group' },
  {
    groupId: string,
    /** The generation of a classic member or the epoch of a KIP-848 one; -1 from outside of the group. */
    generationIdOrMemberEpoch: int32.default(-1).ignorable(),
    /** Empty from outside of the group. */
    memberId: string.ignorable(),
    /** The name that makes a member static (KIP-345). */
    groupInstanceId: string.since(7).nullable().default(null),
    /** -1 for the retention that the broker is configured with. */
    retentionTimeMs: int64.until(4).default(-1n).ignorable(),
    topics: array({
      name: string.until(9).ignorable(),
      topicId: uuid.since(10).ignorable(),
      partitions: array({
        partitionIndex: int32,
        /** The offset of the next record to read, which is one past the last that was processed. */
        committedOffset: int64,
        /** The epoch of the last record that was processed (KIP-320); -1 if unknown. */
        committedLeaderEpoch: int32.since(6).default(-1).ignorable(),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array({
      name: string.until(9).ignorable(),
      topicId: uuid.since(10).ignorable(),
      partitions: array({
        partitionIndex: int32,
        errorCode,
      }),
    }),
  },
)
