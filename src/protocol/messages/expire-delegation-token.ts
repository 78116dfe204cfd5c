import { api } from '../api.ts'
import { bytes, errorCode, int32, int64 } from '../schema.ts'

/** Ends a delegation token sooner (KIP-48). */
export const ExpireDelegationToken = api(
  40,
  'ExpireDelegationToken',
  { versions: [1, 2], flexible: 2, route: 'any' },
  {
    hmac: bytes,
    /** From now; a negative one ends it at once. */
    expiryTimePeriodMs: int64,
  },
  {
    errorCode,
    /** Milliseconds since the epoch. */
    expiryTimestampMs: int64,
    throttleTimeMs: int32,
  },
)
