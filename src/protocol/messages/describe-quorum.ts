import { api } from '../api.ts'
import { array, errorCode, int32, int64, string, uint16, uuid } from '../schema.ts'

/** Timestamps are in milliseconds, at the leader; -1 if unknown. */
const replicaState = {
  replicaId: int32,
  replicaDirectoryId: uuid.since(2),
  logEndOffset: int64,
  lastFetchTimestamp: int64.since(1).default(-1n).ignorable(),
  lastCaughtUpTimestamp: int64.since(1).default(-1n).ignorable(),
}

/** The KRaft quorum: leader, voters and observers of its log (KIP-595). */
export const DescribeQuorum = api(
  55,
  'DescribeQuorum',
  { versions: [0, 2], flexible: 0, route: 'any' },
  {
    /** `__cluster_metadata` with partition 0. */
    topics: array({
      topicName: string,
      partitions: array({ partitionIndex: int32 }),
    }),
  },
  {
    errorCode,
    errorMessage: string.since(2).nullable().ignorable(),
    topics: array({
      topicName: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        errorMessage: string.since(2).nullable().ignorable(),
        /** -1 while there is none. */
        leaderId: int32,
        leaderEpoch: int32,
        highWatermark: int64,
        currentVoters: array(replicaState),
        observers: array(replicaState),
      }),
    }),
    nodes: array({
      nodeId: int32,
      listeners: array({
        name: string,
        host: string,
        port: uint16,
      }),
    }).since(2),
  },
)
