import { api } from '../api.ts'
import { array, bool, errorCode, float64, int32, string } from '../schema.ts'

/** Sets and removes quotas (KIP-546). */
export const AlterClientQuotas = api(
  49,
  'AlterClientQuotas',
  { versions: [0, 1], flexible: 1, route: 'any' },
  {
    entries: array({
      entity: array({
        /** `user`, `client-id` or `ip`. */
        entityType: string,
        /** Null for the default. */
        entityName: string.nullable(),
      }),
      ops: array({
        /** `producer_byte_rate`, `consumer_byte_rate`, `request_percentage`, … */
        key: string,
        /** Of no meaning with `remove`. */
        value: float64,
        remove: bool,
      }),
    }),
    validateOnly: bool,
  },
  {
    throttleTimeMs: int32,
    entries: array({
      errorCode,
      errorMessage: string.nullable(),
      entity: array({
        entityType: string,
        entityName: string.nullable(),
      }),
    }),
  },
)
