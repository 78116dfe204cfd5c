import { api } from '../api.ts'
import { array, errorCode, int16, int32, int64, records, string, struct, uuid } from '../schema.ts'

/** Appends record batches to partitions, at their leaders. With acks 0 there is no response at all. */
export const Produce = api(
  0,
  'Produce',
  { versions: [3, 13], flexible: 9, route: 'leader' },
  {
    transactionalId: string.since(3).nullable(3).default(null),
    /** 0 none, 1 the leader, -1 all in-sync replicas. */
    acks: int16,
    /** How long the leader waits for the replicas. */
    timeoutMs: int32,
    topicData: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionData: array({
        index: int32,
        records: records.nullable(),
      }),
    }),
  },
  {
    responses: array({
      name: string.until(12).ignorable(),
      topicId: uuid.since(13).ignorable(),
      partitionResponses: array({
        index: int32,
        errorCode,
        baseOffset: int64,
        /** -1 unless the topic's timestamps are set by the broker. */
        logAppendTimeMs: int64.since(2).default(-1n).ignorable(),
        logStartOffset: int64.since(5).default(-1n).ignorable(),
        /** Which records of the batch are at fault (KIP-467). */
        recordErrors: array({
          batchIndex: int32,
          batchIndexErrorMessage: string.nullable().default(null),
        })
          .since(8)
          .ignorable(),
        errorMessage: string.since(8).nullable(8).default(null).ignorable(),
        /** Where the partition is led now, with NOT_LEADER_OR_FOLLOWER (KIP-951). */
        currentLeader: struct({
          leaderId: int32.default(-1),
          leaderEpoch: int32.default(-1),
        })
          .since(10)
          .tag(0),
      }),
    }),
    throttleTimeMs: int32.since(1).ignorable(),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    })
      .since(10)
      .tag(0),
  },
)
