import { api } from '../api.ts'
import { array, bool, bytes, errorCode, int32, string } from '../schema.ts'

/**
 * Enters a group, or a new generation of it; answered when all members have come. From version 4 a new member that is
 * not static is first answered MEMBER_ID_REQUIRED, with the id to come back with (KIP-394).
 */
export const JoinGroup = api(
  11,
  'JoinGroup',
  { versions: [0, 9], flexible: 6, route: 'group' },
  {
    groupId: string,
    /** Without a heartbeat for this long, the member is out. */
    sessionTimeoutMs: int32,
    /** How long the others are waited for; -1 means the session timeout, as in version 0. */
    rebalanceTimeoutMs: int32.since(1).default(-1).ignorable(),
    /** Empty for a new member. */
    memberId: string,
    /** The name that makes a member static (KIP-345). */
    groupInstanceId: string.since(5).nullable().default(null),
    /** `consumer` for consumer groups. */
    protocolType: string,
    /** The assignors that this member can work with, the most preferred first. */
    protocols: array({
      name: string,
      /** In consumer groups a ConsumerProtocolSubscription. */
      metadata: bytes,
    }),
    /** For the log of the broker (KIP-800). */
    reason: string.since(8).nullable().default(null).ignorable(),
  },
  {
    throttleTimeMs: int32.since(2).ignorable(),
    errorCode,
    generationId: int32.default(-1),
    protocolType: string.since(7).nullable().default(null).ignorable(),
    /** The assignor that all members can work with. */
    protocolName: string.nullable(7),
    /** The member id of the leader, who plans the assignment. */
    leader: string,
    /** The leader must not plan again: a static leader came back and its assignment stands (KIP-814). */
    skipAssignment: bool.since(9),
    memberId: string,
    /** For the leader; empty for the others. */
    members: array({
      memberId: string,
      groupInstanceId: string.since(5).nullable().default(null).ignorable(),
      metadata: bytes,
    }),
  },
)
