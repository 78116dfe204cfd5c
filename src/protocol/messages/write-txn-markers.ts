import { api } from '../api.ts'
import { array, bool, errorCode, int8, int16, int32, int64, string } from '../schema.ts'

/**
 * Ends transactions in partitions, by a marker. Coordinators send it, and administrators to abort a hanging transaction
 * (KIP-664).
 */
export const WriteTxnMarkers = api(
  27,
  'WriteTxnMarkers',
  { versions: [1, 2], flexible: 1, route: 'leader' },
  {
    markers: array({
      producerId: int64,
      producerEpoch: int16,
      /** True commits, false aborts. */
      transactionResult: bool,
      topics: array({
        name: string,
        partitionIndexes: array(int32),
      }),
      /** Fences coordinators that were replaced. */
      coordinatorEpoch: int32,
      /** 2 with KIP-890 transactions, which check the epoch more strictly (KIP-1228). */
      transactionVersion: int8.since(2).ignorable(),
    }),
  },
  {
    markers: array({
      producerId: int64,
      topics: array({
        name: string,
        partitions: array({
          partitionIndex: int32,
          errorCode,
        }),
      }),
    }),
  },
)
