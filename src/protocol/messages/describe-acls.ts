import { api } from '../api.ts'
import { array, errorCode, int8, int32, string } from '../schema.ts'

/** Finds ACLs. */
export const DescribeAcls = api(
  29,
  'DescribeAcls',
  { versions: [1, 3], flexible: 2, route: 'any' },
  {
    /** 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user (from version 3). */
    resourceTypeFilter: int8,
    /** Null for any. */
    resourceNameFilter: string.nullable(),
    /** 1 any, 2 whatever applies to the name, 3 literal, 4 prefixed (KIP-290). */
    patternTypeFilter: int8.default(3),
    /** `User:alice`; null for any. */
    principalFilter: string.nullable(),
    /** Null for any. */
    hostFilter: string.nullable(),
    /**
     * 1 any, 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster action, 10 describe configs, 11
     * alter configs, 12 idempotent write, 13 create tokens, 14 describe tokens, 15 two-phase commit.
     */
    operation: int8,
    /** 1 any, 2 deny, 3 allow. */
    permissionType: int8,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
    resources: array({
      resourceType: int8,
      resourceName: string,
      /** 3 literal, 4 prefixed. */
      patternType: int8.default(3),
      acls: array({
        principal: string,
        host: string,
        operation: int8,
        /** 2 deny, 3 allow. */
        permissionType: int8,
      }),
    }),
  },
)
