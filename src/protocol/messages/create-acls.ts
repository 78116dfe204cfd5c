import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** Adds ACLs. */
export const CreateAcls = api(
  30,
  'CreateAcls',
  { versions: [1, 3], flexible: 2, route: 'any' },
  {
    creations: array({
      /** 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user (from version 3). */
      resourceType: int8,
      /** `*` for all, `kafka-cluster` for the cluster. */
      resourceName: string,
      /** 3 literal, 4 prefixed (KIP-290). */
      resourcePatternType: int8.default(3),
      /** `User:alice`, or `User:*` for everyone. */
      principal: string,
      /** An address, or `*`. */
      host: string,
      /**
       * 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster action, 10 describe configs, 11
       * alter configs, 12 idempotent write, 13 create tokens, 14 describe tokens, 15 two-phase commit.
       */
      operation: int8,
      /** 2 deny, 3 allow. */
      permissionType: int8,
    }),
  },
  {
    throttleTimeMs: int32,
    /** In the order of the request. */
    results: array({
      errorCode,
      errorMessage: string.nullable(),
    }),
  },
)
