import { array, int32, string } from '../schema.ts'
import { message } from './message.ts'

/**
 * What a member had before a rebalance, for the assignor `sticky`: the `userData` of its subscription. There is no version
 * in the bytes: readers try the newest first.
 */
export const StickyAssignorUserData = message(
  'StickyAssignorUserData',
  { versions: [0, 1], prefixed: false },
  {
    previousAssignment: array({
      topic: string,
      partitions: array(int32),
    }),
    /** The generation of that assignment: of two members that claim a partition the later one had it. -1 if unknown. */
    generation: int32.since(1).default(-1).ignorable(),
  },
)

/**
 * The same for the assignor `cooperative-sticky`. It is read only where the subscription is too old to have a
 * `generationId`; the partitions are in its `ownedPartitions`.
 */
export const CooperativeStickyAssignorUserData = message(
  'CooperativeStickyAssignorUserData',
  { versions: [0, 0], prefixed: false },
  {
    generation: int32,
  },
)
