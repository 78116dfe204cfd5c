import { api } from '../api.ts'
import { array, errorCode, int16, int32, int64, string } from '../schema.ts'

/**
 * Stores offsets of a group that count once the transaction commits. Versions 5 and later are for clusters with
 * transaction version 2, and do what AddOffsetsToTxn does as well (KIP-890).
 */
export const TxnOffsetCommit = api(
  28,
  'TxnOffsetCommit',
  { versions: [0, 5], flexible: 3, route: 'group' },
  {
    transactionalId: string,
    groupId: string,
    producerId: int64,
    producerEpoch: int16,
    /** With `memberId` and `groupInstanceId`: fences members that are no longer in the group (KIP-447). */
    generationId: int32.since(3).default(-1),
    memberId: string.since(3),
    groupInstanceId: string.since(3).nullable().default(null),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** The offset of the next record to read. */
        committedOffset: int64,
        /** -1 if unknown. */
        committedLeaderEpoch: int32.since(2).default(-1).ignorable(),
        committedMetadata: string.nullable(),
      }),
    }),
  },
  {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
      }),
    }),
  },
)
