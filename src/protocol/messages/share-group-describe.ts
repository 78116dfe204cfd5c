import { api } from '../api.ts'
import { array, bool, errorCode, int32, string, struct, uuid } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

/** The state and the members of share groups (KIP-932). */
export const ShareGroupDescribe = api(
  77,
  'ShareGroupDescribe',
  { versions: [1, 1], flexible: 0, route: 'group' },
  {
    groupIds: array(string),
    includeAuthorizedOperations: bool,
  },
  {
    throttleTimeMs: int32,
    groups: array({
      errorCode,
      errorMessage: string.nullable().default(null),
      groupId: string,
      groupState: string,
      groupEpoch: int32,
      assignmentEpoch: int32,
      assignorName: string,
      members: array({
        memberId: string,
        rackId: string.nullable().default(null),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: array(string),
        assignment: struct({
          topicPartitions: array({
            topicId: uuid,
            topicName: string,
            partitions: array(int32),
          }),
        }),
      }),
      /** A bit field: bit n is set when the ACL operation of code n is allowed. */
      authorizedOperations: int32.default(UNKNOWN_OPERATIONS),
    }),
  },
)
