import { api } from '../api.ts'
import { array, bool, errorCode, int8, int16, int32, int64, string, struct, uint16 } from '../schema.ts'

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

const taskIds = {
  subtopologyId: string,
  partitions: array(int32),
}

const taskOffset = {
  subtopologyId: string,
  partition: int32,
  offset: int64,
}

const topicPartition = {
  topic: string,
  partitions: array(int32),
}

/** The membership request of a streams group (KIP-1071). What has not changed since the last heartbeat is left out. */
export const StreamsGroupHeartbeat = api(
  88,
  'StreamsGroupHeartbeat',
  { versions: [0, 0], flexible: 0, route: 'group' },
  {
    groupId: string,
    /** Chosen by the member. */
    memberId: string,
    /** 0 joins, -1 leaves, -2 is a static member that will be back. */
    memberEpoch: int32,
    /** Of the `partitionsByUserEndpoint` that this member knows. */
    endpointInformationEpoch: int32,
    /** The name that makes a member static (KIP-345). */
    instanceId: string.nullable().default(null),
    rackId: string.nullable().default(null),
    /** How long the member may take to give tasks up; -1 if unchanged. */
    rebalanceTimeoutMs: int32.default(-1),
    /** With a joining heartbeat; otherwise null. */
    topology: struct({
      epoch: int32,
      subtopologies: array({
        subtopologyId: string,
        sourceTopics: array(string),
        sourceTopicRegex: array(string),
        stateChangelogTopics: array(topicInfo),
        repartitionSinkTopics: array(string),
        repartitionSourceTopics: array(topicInfo),
        /** Topics that need equal numbers of partitions, as indexes into the lists of the subtopology. */
        copartitionGroups: array({
          sourceTopics: array(int16),
          sourceTopicRegex: array(int16),
          repartitionSourceTopics: array(int16),
        }),
      }),
    })
      .nullable()
      .default(null),
    /** Null if unchanged, as with what follows. */
    activeTasks: array(taskIds).nullable().default(null),
    standbyTasks: array(taskIds).nullable().default(null),
    warmupTasks: array(taskIds).nullable().default(null),
    processId: string.nullable().default(null),
    /** Where interactive queries reach this member. */
    userEndpoint: struct({
      host: string,
      port: uint16,
    })
      .nullable()
      .default(null),
    clientTags: array(keyValue).nullable().default(null),
    /** How far warm-up tasks have come in their changelogs, summed over each task. */
    taskOffsets: array(taskOffset).nullable().default(null),
    taskEndOffsets: array(taskOffset).nullable().default(null),
    shutdownApplication: bool.default(false),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    memberId: string,
    memberEpoch: int32,
    heartbeatIntervalMs: int32,
    /** In offsets: a warm-up task that is no further behind has caught up. */
    acceptableRecoveryLag: int32,
    /** How often to report `taskOffsets`. */
    taskOffsetIntervalMs: int32,
    status: array({
      /**
       * 0 stale topology, 1 missing source topics, 2 partition counts that do not match, 3 missing internal topics, 4
       * shut down, 5 assignment delayed.
       */
      statusCode: int8,
      statusDetail: string,
    }).nullable(),
    /** Null if unchanged, as with the other tasks. */
    activeTasks: array(taskIds).nullable().default(null),
    standbyTasks: array(taskIds).nullable().default(null),
    warmupTasks: array(taskIds).nullable().default(null),
    endpointInformationEpoch: int32,
    /** Who can be queried for what; null if unchanged. */
    partitionsByUserEndpoint: array({
      userEndpoint: struct({
        host: string,
        port: uint16,
      }),
      activePartitions: array(topicPartition),
      standbyPartitions: array(topicPartition),
    })
      .nullable()
      .default(null),
  },
)
