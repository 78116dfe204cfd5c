import { api } from '../api.ts'
import { array, bool, errorCode, int8, int16, int32, int64, records, string, struct, uuid } from '../schema.ts'

/** Acquires records for a member of a share group, and acknowledges earlier ones (KIP-932). */
export const ShareFetch = api(
  78,
  'ShareFetch',
  { versions: [1, 2], flexible: 0, route: 'leader' },
  {
    groupId: string.nullable().default(null),
    memberId: string.nullable(),
    /** 0 opens a session, -1 closes it, otherwise it counts up. */
    shareSessionEpoch: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32.default(0x7fffffff),
    /** May be exceeded to end with a batch, in acquire mode 0. */
    maxRecords: int32,
    /** How many records a batch of acquired ones had best have. */
    batchSize: int32,
    /** 0 whole batches, 1 never more than `maxRecords` (KIP-1206). */
    shareAcquireMode: int8.since(2).ignorable(),
    /** The acknowledgements hold type 4, renew (KIP-1222). */
    isRenewAck: bool.since(2),
    topics: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        acknowledgementBatches: array({
          firstOffset: int64,
          lastOffset: int64,
          /**
           * One for the whole batch or one for each offset: 0 gap, 1 accept, 2 release, 3 reject, 4 renew (from version
           * 2).
           */
          acknowledgeTypes: array(int8),
        }),
      }),
    }),
    forgottenTopicsData: array({
      topicId: uuid,
      partitions: array(int32),
    }),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    /** For how long the acquired records belong to this member. */
    acquisitionLockTimeoutMs: int32,
    responses: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        errorMessage: string.nullable().default(null),
        acknowledgeErrorCode: errorCode,
        acknowledgeErrorMessage: string.nullable().default(null),
        /** Where the partition is led now, with NOT_LEADER_OR_FOLLOWER. */
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
        }),
        records,
        /** Which of the `records` this member has got; the batches may hold others. */
        acquiredRecords: array({
          firstOffset: int64,
          lastOffset: int64,
          deliveryCount: int16,
        }),
      }),
    }),
    nodeEndpoints: array({
      nodeId: int32,
      host: string,
      port: int32,
      rack: string.nullable().default(null),
    }),
  },
)
