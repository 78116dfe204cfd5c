import { api } from '../api.ts'
import { array, bytes, errorCode, int32, string } from '../schema.ts'

/** Brings the assignment from the leader, and to every member. */
export const SyncGroup = api(
  14,
  'SyncGroup',
  { versions: [0, 5], flexible: 4, route: 'group' },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    /** The name that makes a member static (KIP-345). */
    groupInstanceId: string.since(3).nullable().default(null),
    /** Checked against what the group has agreed on (KIP-559). */
    protocolType: string.since(5).nullable().default(null).ignorable(),
    protocolName: string.since(5).nullable().default(null).ignorable(),
    /** From the leader; empty from the others. */
    assignments: array({
      memberId: string,
      /** In consumer groups a ConsumerProtocolAssignment. */
      assignment: bytes,
    }),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode,
    protocolType: string.since(5).nullable().default(null).ignorable(),
    protocolName: string.since(5).nullable().default(null).ignorable(),
    /** In consumer groups a ConsumerProtocolAssignment; empty if the leader assigned nothing. */
    assignment: bytes,
  },
)
