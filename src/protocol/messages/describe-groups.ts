import { api } from '../api.ts'
import { array, bool, bytes, errorCode, int32, string } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

/** The state and the members of classic groups. */
export const DescribeGroups = api(
  15,
  'DescribeGroups',
  { versions: [0, 6], flexible: 5, route: 'group' },
  {
    groups: array(string),
    includeAuthorizedOperations: bool.since(3),
  },
  {
    throttleTimeMs: int32.since(1).ignorable(),
    groups: array({
      errorCode,
      errorMessage: string.since(6).nullable().default(null),
      groupId: string,
      /**
       * `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Stable` or `Dead`; up to version 5 `Dead` also for a
       * group that does not exist.
       */
      groupState: string,
      protocolType: string,
      /** The assignor; only in a stable group. */
      protocolData: string,
      members: array({
        memberId: string,
        groupInstanceId: string.since(4).nullable().default(null).ignorable(),
        clientId: string,
        clientHost: string,
        /** Only in a stable group. */
        memberMetadata: bytes,
        /** Only in a stable group. */
        memberAssignment: bytes,
      }),
      /** A bit field: bit n is set when the ACL operation of code n is allowed. */
      authorizedOperations: int32.since(3).default(UNKNOWN_OPERATIONS),
    }),
  },
)
