import { api } from '../api.ts'
import { array, bool, errorCode, float64, int8, int32, string } from '../schema.ts'

/** Finds quotas (KIP-546). */
export const DescribeClientQuotas = api(
  48,
  'DescribeClientQuotas',
  { versions: [0, 1], flexible: 1, route: 'any' },
  {
    components: array({
      /** `user`, `client-id` or `ip`. */
      entityType: string,
      /** 0 the name in `match`, 1 the default, 2 any name. */
      matchType: int8,
      /** Null unless it is used. */
      match: string.nullable(),
    }),
    /** Leave out entities with more components than were asked for. */
    strict: bool,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
    entries: array({
      entity: array({
        entityType: string,
        /** Null for the default. */
        entityName: string.nullable(),
      }),
      values: array({
        /** `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`, … */
        key: string,
        value: float64,
      }),
    }).nullable(),
  },
)
