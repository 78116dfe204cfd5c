import { array, bytes, int32, string } from '../schema.ts'
import { message } from './message.ts'

/** What a member of a classic consumer group wants to read: the `metadata` of JoinGroup. */
export const ConsumerProtocolSubscription = message(
  'ConsumerProtocolSubscription',
  { versions: [0, 3] },
  {
    /** Java sends them sorted. */
    topics: array(string),
    /** For the assignor: StickyAssignorUserData, for one. */
    userData: bytes.nullable().default(null),
    /** What a member keeps through a cooperative rebalance (KIP-429). */
    ownedPartitions: array({
      topic: string,
      partitions: array(int32),
    })
      .since(1)
      .ignorable(),
    /** The generation that `ownedPartitions` are of; -1 if unknown. */
    generationId: int32.since(2).default(-1).ignorable(),
    /** For assignors that put readers near to replicas (KIP-881). */
    rackId: string.since(3).nullable().default(null).ignorable(),
  },
)
