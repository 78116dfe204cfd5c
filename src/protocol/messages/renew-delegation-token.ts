import { api } from '../api.ts'
import { bytes, errorCode, int32, int64 } from '../schema.ts'

/** Lets a delegation token live longer (KIP-48). */
export const RenewDelegationToken = api(
  39,
  'RenewDelegationToken',
  { versions: [1, 2], flexible: 2, route: 'any' },
  {
    hmac: bytes,
    /** From now; -1 for the broker's default. */
    renewPeriodMs: int64,
  },
  {
    errorCode,
    /** Milliseconds since the epoch. */
    expiryTimestampMs: int64,
    throttleTimeMs: int32,
  },
)
