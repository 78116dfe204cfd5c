import { api } from '../api.ts'
import { array, bool, errorCode, int32, string, struct, uuid } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

/** Topics and their partitions in pages, with the eligible leader replicas (KIP-966). */
export const DescribeTopicPartitions = api(
  75,
  'DescribeTopicPartitions',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    /** Empty for all. */
    topics: array({ name: string }),
    responsePartitionLimit: int32.default(2000),
    /** Where to go on: the last answer's `nextCursor`. */
    cursor: struct({
      topicName: string,
      partitionIndex: int32,
    })
      .nullable()
      .default(null),
  },
  {
    throttleTimeMs: int32.ignorable(),
    topics: array({
      errorCode,
      name: string.nullable(),
      topicId: uuid.ignorable(),
      isInternal: bool.default(false).ignorable(),
      partitions: array({
        errorCode,
        partitionIndex: int32,
        /** -1 while there is no leader. */
        leaderId: int32,
        leaderEpoch: int32.default(-1).ignorable(),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        /** Not in sync, yet with everything that was acknowledged. */
        eligibleLeaderReplicas: array(int32).nullable().default(null),
        lastKnownElr: array(int32).nullable().default(null),
        offlineReplicas: array(int32).ignorable(),
      }),
      /** A bit field: bit n is set when the ACL operation of code n is allowed. */
      topicAuthorizedOperations: int32.default(UNKNOWN_OPERATIONS),
    }),
    /** Null on the last page. */
    nextCursor: struct({
      topicName: string,
      partitionIndex: int32,
    })
      .nullable()
      .default(null),
  },
)
