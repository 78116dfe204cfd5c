import { api } from '../api.ts'
import { array, errorCode, int32, string } from '../schema.ts'

/** Forgets offsets of a group for topics that it does not subscribe to (KIP-496). It never became flexible. */
export const OffsetDelete = api(
  47,
  'OffsetDelete',
  { versions: [0, 0], flexible: Infinity, route: 'group' },
  {
    groupId: string,
    topics: array({
      name: string,
      partitions: array({ partitionIndex: int32 }),
    }),
  },
  {
    errorCode,
    throttleTimeMs: int32.ignorable(),
    topics: array({
      name: string,
      partitions: array({
        partitionIndex: int32,
        errorCode,
      }),
    }),
  },
)
