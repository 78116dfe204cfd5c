import { api } from '../api.ts'
import { bytes, errorCode, int64, string } from '../schema.ts'

/** One step of a SASL exchange (KIP-152). */
export const SaslAuthenticate = api(
  36,
  'SaslAuthenticate',
  { versions: [0, 2], flexible: 2, route: 'any' },
  {
    authBytes: bytes,
  },
  {
    errorCode,
    errorMessage: string.nullable(),
    authBytes: bytes,
    /** How long until the client must have authenticated again (KIP-368); 0 for no limit. */
    sessionLifetimeMs: int64.since(1).ignorable(),
  },
)
