import { array, bytes, int32, string } from '../schema.ts'
import { message } from './message.ts'

/** What a member of a classic consumer group is to read: the `assignment` of SyncGroup. All versions are alike. */
export const ConsumerProtocolAssignment = message(
  'ConsumerProtocolAssignment',
  { versions: [0, 3] },
  {
    assignedPartitions: array({
      topic: string,
      partitions: array(int32),
    }),
    /** From the assignor of the leader to that of the member. */
    userData: bytes.nullable().default(null),
  },
)
