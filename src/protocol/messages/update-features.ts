import { api } from '../api.ts'
import { array, bool, errorCode, int8, int16, int32, string } from '../schema.ts'

/** Raises, lowers or deletes the finalized level of features (KIP-584). */
export const UpdateFeatures = api(
  57,
  'UpdateFeatures',
  { versions: [0, 2], flexible: 0, route: 'controller' },
  {
    timeoutMs: int32.default(60_000),
    featureUpdates: array({
      feature: string,
      /** Below 1 deletes. */
      maxVersionLevel: int16,
      /** In version 0; later `upgradeType` says it. */
      allowDowngrade: bool.until(0),
      /** 1 upgrade only, 2 a downgrade without loss, 3 any downgrade. */
      upgradeType: int8.since(1).default(1),
    }),
    validateOnly: bool.since(1),
  },
  {
    throttleTimeMs: int32,
    errorCode,
    errorMessage: string.nullable(),
    results: array({
      feature: string,
      errorCode,
      errorMessage: string.nullable(),
    })
      .until(1)
      .ignorable(),
  },
)
