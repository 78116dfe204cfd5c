import { api } from '../api.ts'
import { errorCode, int32, string } from '../schema.ts'

/** Keeps a member in its group, and tells it by REBALANCE_IN_PROGRESS to join again. */
export const Heartbeat = api(
  12,
  'Heartbeat',
  { versions: [0, 4], flexible: 4, route: 'group' },
  {
    groupId: string,
    generationId: int32,
    memberId: string,
    /** The name that makes a member static (KIP-345). */
    groupInstanceId: string.since(3).nullable().default(null),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    errorCode,
  },
)
