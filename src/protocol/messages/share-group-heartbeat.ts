import { api } from '../api.ts'
import { array, errorCode, int32, string, struct, uuid } from '../schema.ts'

/** The membership request of a share group (KIP-932). What has not changed since the last heartbeat is left out. */
export const ShareGroupHeartbeat = api(
  76,
  'ShareGroupHeartbeat',
  { versions: [1, 1], flexible: 0, route: 'group' },
  {
    groupId: string,
    /** Chosen by the member. */
    memberId: string,
    /** 0 joins, -1 leaves. */
    memberEpoch: int32,
    rackId: string.nullable().default(null),
    /** Null if unchanged. */
    subscribedTopicNames: array(string).nullable().default(null),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    memberId: string.nullable().default(null),
    memberEpoch: int32,
    /** When to send the next one. */
    heartbeatIntervalMs: int32,
    /** Partitions are shared: other members may have them too. Null if unchanged. */
    assignment: struct({
      topicPartitions: array({
        topicId: uuid,
        partitions: array(int32),
      }),
    })
      .nullable()
      .default(null),
  },
)
