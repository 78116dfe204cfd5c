import { api } from '../api.ts'
import { array, bool, errorCode, int8, int32, int64, string, struct, uuid } from '../schema.ts'

/** Acknowledges records without asking for more (KIP-932). */
export const ShareAcknowledge = api(
  79,
  'ShareAcknowledge',
  { versions: [1, 2], flexible: 0, route: 'leader' },
  {
    groupId: string.nullable().default(null),
    memberId: string.nullable(),
    /** Of the session that ShareFetch opened; -1 closes it. */
    shareSessionEpoch: int32,
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
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable().default(null),
    /** For how long renewed records belong to this member. */
    acquisitionLockTimeoutMs: int32.since(2).ignorable(),
    responses: array({
      topicId: uuid,
      partitions: array({
        partitionIndex: int32,
        errorCode,
        errorMessage: string.nullable().default(null),
        /** Where the partition is led now, with NOT_LEADER_OR_FOLLOWER. */
        currentLeader: struct({
          leaderId: int32,
          leaderEpoch: int32,
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
