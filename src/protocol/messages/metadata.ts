import { api } from '../api.ts'
import { array, bool, errorCode, int32, string, uuid } from '../schema.ts'
import { UNKNOWN_OPERATIONS } from './unknown-operations.ts'

/** The brokers of the cluster, and the partitions of topics with their leaders and replicas. */
export const Metadata = api(
  3,
  'Metadata',
  { versions: [0, 13], flexible: 9, route: 'any' },
  {
    /** Null asks for all topics, an empty list for none; in version 0 the empty list asks for all. */
    topics: array({
      topicId: uuid.since(10).ignorable(),
      name: string.nullable(10),
    }).nullable(1),
    allowAutoTopicCreation: bool.since(4).default(true),
    includeClusterAuthorizedOperations: bool.since(8).until(10),
    includeTopicAuthorizedOperations: bool.since(8),
  },
  {
    throttleTimeMs: int32.since(3).ignorable(),
    brokers: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.since(1).nullable(1).default(null).ignorable(),
    }),
    clusterId: string.since(2).nullable(2).default(null).ignorable(),
    /** Under KRaft any live broker, which passes requests on. */
    controllerId: int32.since(1).default(-1).ignorable(),
    topics: array({
      errorCode,
      name: string.nullable(12),
      topicId: uuid.since(10).ignorable(),
      isInternal: bool.since(1).ignorable(),
      partitions: array({
        errorCode,
        partitionIndex: int32,
        /** -1 while there is no leader. */
        leaderId: int32,
        leaderEpoch: int32.since(7).default(-1).ignorable(),
        replicaNodes: array(int32),
        isrNodes: array(int32),
        offlineReplicas: array(int32).since(5).ignorable(),
      }),
      topicAuthorizedOperations: int32.since(8).default(UNKNOWN_OPERATIONS),
    }),
    clusterAuthorizedOperations: int32.since(8).until(10).default(UNKNOWN_OPERATIONS),
    errorCode: errorCode.since(13).ignorable(),
  },
)
