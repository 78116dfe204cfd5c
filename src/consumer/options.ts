import { bool, bytes, ms, oneOf } from '../util/options.ts'
import { retryOptions } from '../util/retry-options.ts'

/** The `consumer` slice of the configuration. */
export const consumerOptions = {
  fetch: {
    /** The broker answers when it has this much, or after `maxWaitMs`. */
    minBytes: bytes(1, { min: 1 }),
    /** How much one partition may send in an answer. A larger message comes all the same. */
    defaultBytes: bytes(1_048_576, { min: 1 }),
    /** How much one answer may hold. A larger message comes all the same. */
    maxBytes: bytes(50 * 1024 * 1024, { min: 1 }),
  },
  /** How long a broker may wait for `fetch.minBytes`. */
  maxWaitMs: ms(500),
  /** How much may lie fetched and unread, over all partitions of a consumer; then fetching pauses. */
  maxBufferedBytes: bytes(64 * 1024 * 1024, { min: 1 }),
  /** Verify the CRC-32C of every batch. */
  checkCrcs: bool(true),
  offsets: {
    /** Where to begin when the caller does not say. */
    initial: oneOf('newest', ['newest', 'oldest']),
  },
  /** How often in a row a partition is tried again. */
  retry: retryOptions(Infinity, 100, 5_000),
}
