import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** Takes members out of a group: one up to version 2, many from version 3. */
export const LeaveGroup = api(
  13,
  'LeaveGroup',
  { versions: [0, 5], flexible: 4, route: 'group' },
  {
    groupId: string,
    memberId: string.until(2),
    members: array({
      /** Empty where `groupInstanceId` says which member leaves. */
      memberId: string,
      /** The name that makes a member static (KIP-345). */
      groupInstanceId: string.nullable().default(null),
      /** For the log of the broker (KIP-800). */
      reason: string.since(5).nullable().default(null).ignorable(),
    }).since(3),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode,
    members: array({
      memberId: string,
      groupInstanceId: string.nullable(),
      errorCode,
    }).since(3),
  },
)
