import { api } from '../api.ts'
import { array, bool, errorCode, int32, int64, string, uuid } from '../schema.ts'

/**
 * Reads how far groups have read. Versions 8 and later ask for many groups at once, earlier ones for one; version 10
 * names topics by id alone, the versions before it by name alone.
 */
export const OffsetFetch = api(
  9,
  'OffsetFetch',
  { versions: [1, 10], flexible: 6, route: 'group' },
  {
    groupId: string.until(7),
    /** Null asks for all topics of the group. */
    topics: array({
      name: string,
      partitionIndexes: array(int32),
    })
      .until(7)
      .nullable(2),
    groups: array({
      groupId: string,
      /** With `memberEpoch`, for a member of a KIP-848 group; null from outside of the group. */
      memberId: string.since(9).nullable().default(null).ignorable(),
      memberEpoch: int32.since(9).default(-1).ignorable(),
      /** Null asks for all topics of the group. */
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitionIndexes: array(int32),
      }).nullable(),
    }).since(8),
    /** Answer UNSTABLE_OFFSET_COMMIT where a transaction is still to decide about the offset (KIP-447). */
    requireStable: bool.since(7),
  },
  {
    throttleTimeMs: int32.since(3).ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** -1 when there is none. */
        committedOffset: int64,
        committedLeaderEpoch: int32.since(5).default(-1).ignorable(),
        metadata: string.nullable(),
        errorCode,
      }),
    }).until(7),
    errorCode: errorCode.since(2).until(7).ignorable(),
    groups: array({
      groupId: string,
      topics: array({
        name: string.until(9).ignorable(),
        topicId: uuid.since(10).ignorable(),
        partitions: array({
          partitionIndex: int32,
          /** -1 when there is none. */
          committedOffset: int64,
          committedLeaderEpoch: int32.default(-1).ignorable(),
          metadata: string.nullable(),
          errorCode,
        }),
      }),
      errorCode: errorCode.default(0),
    }).since(8),
  },
)
