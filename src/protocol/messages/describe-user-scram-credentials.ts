import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** Which users have SCRAM credentials, without the secrets (KIP-554). */
export const DescribeUserScramCredentials = api(
  50,
  'DescribeUserScramCredentials',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    /** Null or empty for all. */
    users: array({ name: string }).nullable(),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
    results: array({
      user: string,
      errorCode,
      errorMessage: string.nullable(),
      credentialInfos: array({
        /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
        mechanism: int8,
        iterations: int32,
      }),
    }),
  },
)
