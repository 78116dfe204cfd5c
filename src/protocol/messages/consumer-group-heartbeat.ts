import { api } from '../api.ts'
import { array, errorCode, int32, string, struct, uuid } from '../schema.ts'

/**
 * The one request of a member of a KIP-848 group: it joins, stays, reports and leaves with it. What has not changed
 * since the last heartbeat is left out.
 */
export const ConsumerGroupHeartbeat = api(
  68,
  'ConsumerGroupHeartbeat',
  { versions: [0, 1], flexible: 0, route: 'group' },
  {
    groupId: string,
    /** Chosen by the member, from version 1 on (KIP-1082). */
    memberId: string,
    /** 0 joins, -1 leaves, -2 is a static member that will be back. */
    memberEpoch: int32,
    /** The name that makes a member static (KIP-345). */
    instanceId: string.nullable().default(null),
    rackId: string.nullable().default(null),
    /** How long the member may take to give partitions up; -1 if unchanged. */
    rebalanceTimeoutMs: int32.default(-1),
    /** Null if unchanged. */
    subscribedTopicNames: array(string).nullable().default(null),
    /** In the syntax of RE2/J, matched by the broker; null if unchanged. */
    subscribedTopicRegex: string.since(1).nullable().default(null),
    /** `uniform` or `range`, say; null to leave it to the broker, or if unchanged. */
    serverAssignor: string.nullable().default(null),
    /** What the member owns now; null if unchanged. */
    topicPartitions: array({
      topicId: uuid,
      partitions: array(int32),
    })
      .nullable()
      .default(null),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    memberId: string.nullable().default(null),
    memberEpoch: int32,
    /** When to send the next one. */
    heartbeatIntervalMs: int32,
    /** What the member may own; null if unchanged. */
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
