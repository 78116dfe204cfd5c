import { api } from '../api.ts'
import { array, errorCode, int32, int64, string } from '../schema.ts'

/** Deletes the oldest records of partitions (KIP-107). */
export const DeleteRecords = api(
  21,
  'DeleteRecords',
  { versions: [0, 2], flexible: 2, route: 'leader' },
  {
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** The first offset to keep; -1 deletes up to the high watermark. */
        offset: int64,
      }),
    }),
    timeoutMs: int32,
  },
  {
    throttleTimeMs: int32,
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        /** The first offset that is left; -1 with an error. */
        lowWatermark: int64,
        errorCode,
      }),
    }),
  },
)
