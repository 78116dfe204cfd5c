import { api } from '../api.ts'
import { errorCode, int32, string } from '../schema.ts'

/** Takes a broker that will not come back out of a KRaft cluster (KIP-500). */
export const UnregisterBroker = api(
  64,
  'UnregisterBroker',
  { versions: [0, 0], flexible: 0, route: 'any' },
  {
    brokerId: int32,
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
  },
)
