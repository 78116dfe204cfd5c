import { api } from '../api.ts'
import { array, errorCode, int32, int64, string, uuid } from '../schema.ts'

/** Where the share-partitions of share groups begin (KIP-932). */
export const DescribeShareGroupOffsets = api(
  90,
  'DescribeShareGroupOffsets',
  { versions: [0, 1], flexible: 0, route: 'group' },
  {
    groups: array({
      groupId: string,
      /** Null asks for all topics of the group. */
      topics: array({
        topicName: string,
        partitions: array(int32),
      }).nullable(),
    }),
  },
  {
    throttleTimeMs: int32,
    groups: array({
      groupId: string,
      topics: array({
        topicName: string,
        topicId: uuid,
        partitions: array({
          partitionIndex: int32,
          /** The first offset that is not yet done with; -1 if unknown. */
          startOffset: int64,
          leaderEpoch: int32,
          /** Records that are not yet done with (KIP-1226); -1 if unknown. */
          lag: int64.since(1).default(-1n).ignorable(),
          errorCode,
          errorMessage: string.nullable().default(null),
        }),
      }),
      errorCode,
      errorMessage: string.nullable().default(null),
    }),
  },
)
