/** Where a member stands with its group (the classic protocol). */
export type State =
  /** Not begun. */
  | 'out'
  /** Looks for the coordinator, in order to join. */
  | 'finding'
  /** Has asked to join, and waits until all members have come. */
  | 'joining'
  /** Waits for its partitions; the leader makes the plan and sends it along. */
  | 'syncing'
  /** Has its partitions. */
  | 'stable'
  /** Gives up what it must before it joins again. */
  | 'revoking'
  /** Has lost everything, and waits until nobody works on it any more. */
  | 'losing'
  /** Lets some time pass before it tries again. */
  | 'waiting'
  /** Gives up everything, in order to leave. */
  | 'closing'
  /** Says that it leaves. */
  | 'leaving'
  /** As losing, but does not go on. */
  | 'failing'
  | 'ended'

/** What befalls a member. */
export type Event =
  | 'start'
  /** The coordinator is found. */
  | 'found'
  /** The join was answered: there is a new generation. */
  | 'joined'
  /** MEMBER_ID_REQUIRED: the coordinator has handed out a member id, to come back with. */
  | 'named'
  /** The assignment has come. */
  | 'synced'
  /** REBALANCE_IN_PROGRESS, or there is a reason of our own for one. */
  | 'rebalance'
  /** ILLEGAL_GENERATION: the group has moved on without this member. */
  | 'stale'
  /** UNKNOWN_MEMBER_ID: the coordinator has dropped this member. */
  | 'unknown'
  /** The coordinator is another broker now, cannot be reached, or is not ready. */
  | 'moved'
  /** It did not work, but may do so later. */
  | 'failed'
  /** The wait is over. */
  | 'rested'
  /** Nobody works any more on what had to be given up. */
  | 'released'
  /** The member has to be out of the group before nobody works any more: the handlers take too long. */
  | 'overstayed'
  /** It will never work: FENCED_INSTANCE_ID, a missing permission and the like. */
  | 'fatal'
  | 'close'
  /** The coordinator was told that the member leaves, or could not be told. */
  | 'left'

/** What has to be done next. Each but the first four ends in an event. */
export type Action =
  /** The member id is no good any more. */
  | 'forget'
  /** Say that the member leaves, without waiting for the answer. */
  | 'depart'
  /** Heartbeats begin. They go on in the states in which a member has partitions to keep, and are events when they fail. */
  | 'beat'
  /** Hand the assignment to the user. */
  | 'adopt'
  | 'find'
  | 'join'
  | 'sync'
  | 'wait'
  /** Give up what must be given up before joining: with eager strategies everything. */
  | 'revoke'
  /** Give up everything. */
  | 'release'
  /** Tell the user that it is all lost: nothing of it can be committed. */
  | 'lose'
  | 'leave'

export type Transition = readonly [next: State, ...actions: Action[]]

/** By state and event. What is not here changes nothing: it comes too late, or is answered by what is under way. */
export const transitions: { readonly [S in State]: { readonly [E in Event]?: Transition } } = {
  out: {
    start: ['finding', 'find'],
    close: ['ended'],
  },
  finding: {
    found: ['joining', 'join'],
    moved: ['waiting', 'wait'],
    failed: ['waiting', 'wait'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  joining: {
    joined: ['syncing', 'sync'],
    named: ['joining', 'join'],
    rebalance: ['waiting', 'wait'],
    moved: ['waiting', 'wait'],
    failed: ['waiting', 'wait'],
    stale: ['losing', 'lose'],
    unknown: ['losing', 'forget', 'lose'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  syncing: {
    synced: ['stable', 'adopt', 'beat'],
    rebalance: ['joining', 'join'],
    moved: ['waiting', 'wait'],
    failed: ['waiting', 'wait'],
    stale: ['losing', 'lose'],
    unknown: ['losing', 'forget', 'lose'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  stable: {
    rebalance: ['revoking', 'revoke'],
    overstayed: ['losing', 'depart', 'forget', 'lose'],
    stale: ['losing', 'lose'],
    unknown: ['losing', 'forget', 'lose'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  revoking: {
    released: ['joining', 'join'],
    overstayed: ['losing', 'depart', 'forget', 'lose'],
    stale: ['losing', 'lose'],
    unknown: ['losing', 'forget', 'lose'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  losing: {
    released: ['joining', 'join'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  waiting: {
    rested: ['finding', 'find'],
    fatal: ['failing', 'lose'],
    close: ['closing', 'release'],
  },
  closing: {
    released: ['leaving', 'leave'],
    overstayed: ['failing', 'depart', 'forget', 'lose'],
    stale: ['failing', 'lose'],
    unknown: ['failing', 'forget', 'lose'],
    fatal: ['failing', 'lose'],
  },
  leaving: {
    left: ['ended'],
  },
  failing: {
    released: ['leaving', 'leave'],
  },
  ended: {},
}

/** In which states heartbeats are sent: the coordinator counts on them but while a join or a sync waits for its answer. */
export const beating: ReadonlySet<State> = new Set<State>(['stable', 'revoking', 'closing'])
