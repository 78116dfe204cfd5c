import { api } from '../api.ts'
import { array, errorCode, string } from '../schema.ts'

/**
 * Chooses a SASL mechanism. After version 1 the exchange goes on in SaslAuthenticate requests, after version 0 in bare
 * bytes. It never became flexible.
 */
export const SaslHandshake = api(
  17,
  'SaslHandshake',
  { versions: [0, 1], flexible: Infinity, route: 'any' },
  {
    /** `PLAIN`, `SCRAM-SHA-256`, `SCRAM-SHA-512`, `OAUTHBEARER`, `GSSAPI`. */
    mechanism: string,
  },
  {
    errorCode,
    /** What the broker has enabled. */
    mechanisms: array(string),
  },
)
