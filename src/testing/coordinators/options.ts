/** What a broker's configuration says about coordinators, with Kafka's names in the comments. */
export interface CoordinatorOptions {
  /** `group.min.session.timeout.ms`. Default 10, far below Kafka's 6,000, for tests that wait for a session to end. */
  readonly minSessionTimeoutMs?: number
  /** `group.max.session.timeout.ms`. Default 1,800,000. */
  readonly maxSessionTimeoutMs?: number
  /** `group.max.size`: how many members a group takes. Default Infinity. */
  readonly maxGroupSize?: number
  /**
   * `group.initial.rebalance.delay.ms`: how long an empty group waits for more members after the first. Default 0, not
   * Kafka's 3,000, so that tests begin at once.
   */
  readonly initialRebalanceDelayMs?: number
  /** How long a new member may wait in JoinGroup: after that its client is taken to be gone. Default 300,000. */
  readonly newMemberJoinTimeoutMs?: number
  /** `offset.metadata.max.bytes`: the longest metadata of an offset, in characters as Kafka counts. Default 4,096. */
  readonly maxOffsetMetadataBytes?: number
  /** `transaction.max.timeout.ms`. Default 900,000. */
  readonly maxTransactionTimeoutMs?: number
  /**
   * How long it takes to write the markers after a transaction was ended: meanwhile the next one is answered
   * CONCURRENT_TRANSACTIONS. Default 0: they are there before EndTxn is answered.
   */
  readonly markerDelayMs?: number
  /** How long a coordinator that has moved reads its state: meanwhile COORDINATOR_LOAD_IN_PROGRESS. Default 0. */
  readonly loadMs?: number
}

export type Limits = Required<CoordinatorOptions>

export const DEFAULT_LIMITS: Limits = {
  minSessionTimeoutMs: 10,
  maxSessionTimeoutMs: 1_800_000,
  maxGroupSize: Infinity,
  initialRebalanceDelayMs: 0,
  newMemberJoinTimeoutMs: 300_000,
  maxOffsetMetadataBytes: 4_096,
  maxTransactionTimeoutMs: 900_000,
  markerDelayMs: 0,
  loadMs: 0,
}
