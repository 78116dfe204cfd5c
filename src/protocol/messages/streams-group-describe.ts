import { api } from '../api.ts'
import { array, bool, errorCode, int16, int32, int64, string, struct, uint16 } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

const keyValue = {
  key: string,
  value: string,
}

/** A partition count or a replication factor of 0 leaves it to the group coordinator. */
const topicInfo = {
  name: string,
  partitions: int32,
  replicationFactor: int16,
  topicConfigs: array(keyValue),
}

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
}

const taskIds = {
  subtopologyId: string,
  partitions: array(int32),
}

const assignment = {
  activeTasks: array(taskIds),
  standbyTasks: array(taskIds),
  warmupTasks: array(taskIds),
}

/** The state, the topology and the members of streams groups (KIP-1071). */
export const StreamsGroupDescribe = api(
  89,
  'StreamsGroupDescribe',
  { versions: [0, 0], flexible: 0, route: 'group' },
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
      /** Null with an error. */
      topology: struct({
        epoch: int32,
        /** With topics resolved; null before the topology could be. */
        subtopologies: array({
          subtopologyId: string,
          sourceTopics: array(string),
          repartitionSinkTopics: array(string),
          stateChangelogTopics: array(topicInfo),
          repartitionSourceTopics: array(topicInfo),
        })
          .nullable()
          .default(null),
      })
        .nullable()
        .default(null),
      members: array({
        memberId: string,
        memberEpoch: int32,
        instanceId: string.nullable().default(null),
        rackId: string.nullable().default(null),
        clientId: string,
        clientHost: string,
        topologyEpoch: int32,
        processId: string,
        userEndpoint: struct({
          host: string,
          port: uint16,
        })
          .nullable()
          .default(null),
        clientTags: array(keyValue),
        taskOffsets: array(taskOffset),
        taskEndOffsets: array(taskOffset),
        assignment: struct(assignment),
        targetAssignment: struct(assignment),
        /** Whether the member is still of a classic group. */
        isClassic: bool,
      }),
      /** A bit field: bit n is set when the ACL operation of code n is allowed. */
      authorizedOperations: int32.default(UNKNOWN_OPERATIONS),
    }),
  },
)
