import type { StartOffset } from '../cluster/list-offset.ts'
import type { Broker } from '../network/broker.ts'
import type { Inbox } from './inbox.ts'

/** Where a feed is on its way. */
export class Course {
  /** Where the user wants it to begin. */
  from: StartOffset
  /** While something is being found out for the feed: aborted when that is of no use any more. */
  asking: AbortController | undefined
  inbox: Inbox | undefined
  /** The leader that was last found for it. */
  leader: Broker | undefined
  /** What is to be read instead of the leader, until a time on the clock of `performance.now()` (KIP-392). */
  replica: { readonly nodeId: number; readonly until: number } | undefined
  /** The ids of the topics of this name that were deleted. */
  readonly formerTopicIds = new Set<string>()

  constructor(from: StartOffset) {
    this.from = from
  }

  /** Whether the feed is fetched there though that is not its leader. */
  isReplica(inbox: Inbox | undefined): boolean {
    return this.replica !== undefined && this.replica.nodeId === inbox?.broker.nodeId
  }
}
