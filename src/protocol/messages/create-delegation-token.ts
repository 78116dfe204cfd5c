import { api } from '../api.ts'
import { array, bytes, errorCode, int32, int64, string } from '../schema.ts'

/**
 * A token to authenticate with in place of credentials (KIP-48). Asked over a connection that is authenticated, but not
 * by a token itself.
 */
export const CreateDelegationToken = api(
  38,
  'CreateDelegationToken',
  { versions: [1, 3], flexible: 2, route: 'any' },
  {
    /** Whom the token speaks for (KIP-373); null for whoever asks. */
    ownerPrincipalType: string.since(3).nullable(),
    ownerPrincipalName: string.since(3).nullable(),
    renewers: array({
      principalType: string,
      principalName: string,
    }),
    /** -1 for the broker's limit. */
    maxLifetimeMs: int64,
  },
  {
    errorCode,
    principalType: string,
    principalName: string,
    tokenRequesterPrincipalType: string.since(3),
    tokenRequesterPrincipalName: string.since(3),
    /** Milliseconds since the epoch, as the other timestamps. */
    issueTimestampMs: int64,
    expiryTimestampMs: int64,
    /** Past this it cannot be renewed. */
    maxTimestampMs: int64,
    /** The user name for SCRAM. */
    tokenId: string,
    /** In base64 the password for SCRAM. */
    hmac: bytes,
    throttleTimeMs: int32,
  },
)
