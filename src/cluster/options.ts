import { bool, ms } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'

/** The `metadata` slice of the configuration. */
export const metadataOptions = {
  /**
   * How often a look-up is tried again while no broker answers, or a topic has no leader yet. This also bounds the first contact
   * with a cluster.
   */
  retry: retryOptions(5, 250, 5_000),
  /** How often metadata is fetched anew even when nothing went wrong. 0 turns that off. */
  refreshFrequencyMs: ms(300_000),
  /** Fetch all topics of the cluster, not only those in use. */
  full: bool(false),
  /** The longest that one look-up may take, retries included. */
  timeoutMs: ms(60_000, { min: 1 }),
  /** Let a look-up of an unknown topic create it, where the broker allows that. */
  allowAutoTopicCreation: bool(true),
}
