import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, string, struct, uuid } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

const assignment = {
  topicPartitions: array({
    topicId: uuid,
    topicName: string,
    partitions: array(int32),
  }),
}

/** The state and the members of KIP-848 groups. */
export const ConsumerGroupDescribe = api(
  69,
  'ConsumerGroupDescribe',
  { versions: [0, 1], flexible: 0, route: 'group' },
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
      /** The group epoch that the target assignment was made for. */
      assignmentEpoch: int32,
      assignorName: string,
      members: array({
        memberId: string,
        instanceId: string.nullable().default(null),
        rackId: string.nullable().default(null),
        memberEpoch: int32,
        clientId: string,
        clientHost: string,
        subscribedTopicNames: array(string),
        subscribedTopicRegex: string.nullable().default(null),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        /** -1 unknown, 0 classic, 1 consumer (KIP-1099). */
        memberType: int8.since(1).default(-1).ignorable(),
      }),
      /** A bit field: bit n is set when the ACL operation of code n is allowed. */
      authorizedOperations: int32.default(UNKNOWN_OPERATIONS),
    }),
  },
)
