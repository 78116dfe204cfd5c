import { api } from '../api.ts'
import { array, bytes, errorCode, int8, int32, string } from '../schema.ts'

/** Sets and deletes SCRAM credentials (KIP-554). The salting happens at the client: the password is never sent. */
export const AlterUserScramCredentials = api(
  51,
  'AlterUserScramCredentials',
  { versions: [0, 0], flexible: 0, route: 'controller' },
  {
    deletions: array({
      name: string,
      /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
      mechanism: int8,
    }),
    upsertions: array({
      name: string,
      /** 1 SCRAM-SHA-256, 2 SCRAM-SHA-512. */
      mechanism: int8,
      /** 4096 to 16384. */
      iterations: int32,
      salt: bytes,
      /** Hi(password, salt, iterations) of RFC 5802. */
      saltedPassword: bytes,
    }),
  },
  {
    throttleTimeMs: int32,
    results: array({
      user: string,
      errorCode,
      errorMessage: string.nullable(),
    }),
  },
)
