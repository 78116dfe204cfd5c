import { api } from '../api.ts'
import { array, bytes, errorCode, int32, int64, string } from '../schema.ts'

/** Finds delegation tokens (KIP-48). */
export const DescribeDelegationToken = api(
  41,
  'DescribeDelegationToken',
  { versions: [1, 3], flexible: 2, route: 'any' },
  {
    /** Null for all that the asker may see. */
    owners: array({
      principalType: string,
      principalName: string,
    }).nullable(),
  },
  {
    errorCode,
    tokens: array({
      principalType: string,
      principalName: string,
      tokenRequesterPrincipalType: string.since(3),
      tokenRequesterPrincipalName: string.since(3),
      /** Milliseconds since the epoch, as the other timestamps. */
      issueTimestamp: int64,
      expiryTimestamp: int64,
      /** Past this it cannot be renewed. */
      maxTimestamp: int64,
      tokenId: string,
      hmac: bytes,
      renewers: array({
        principalType: string,
        principalName: string,
      }),
    }),
    throttleTimeMs: int32,
  },
)
