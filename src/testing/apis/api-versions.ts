import { errorCodes } from '../../errors/broker-codes.ts'
import { apis } from '../../protocol/apis.ts'
import type { VersionRange } from '../../protocol/versions.ts'
import type { ApiName, Handler, ResponseOf } from '../handlers.ts'

/** Versions of APIs that brokers offer; an API that is not there is not offered. */
export type OfferedVersions = Partial<Readonly<Record<ApiName, VersionRange>>>

/** From this version of EndTxn on every transaction has an epoch of its own (KIP-890): clients use it if this is agreed on. */
const END_TXN_BUMPS_SINCE = 5
const TRANSACTIONS = { name: 'transaction.version', minVersion: 0, maxVersion: 2 }
/** Before this version clients may not expect features that begin at 0. */
const FEATURES_FROM_ZERO_SINCE = 4

/** What brokers can do. `offered` gives what they say that it is. */
export function apiVersions(offered: () => OfferedVersions): Handler<'ApiVersions'> {
  return (_, { version }) => {
    const all = offered()
    const answer = { errorCode: errorCodes.NONE, apiKeys: listed(all) }
    if ((all.EndTxn?.max ?? 0) < END_TXN_BUMPS_SINCE) return answer
    const { name, maxVersion } = TRANSACTIONS
    return {
      ...answer,
      supportedFeatures: version < FEATURES_FROM_ZERO_SINCE ? [] : [TRANSACTIONS],
      finalizedFeaturesEpoch: 1n,
      finalizedFeatures: [{ name, minVersionLevel: maxVersion, maxVersionLevel: maxVersion }],
    }
  }
}

/** The answer to a version of ApiVersions that is not known; it goes out in version 0 (KIP-511). */
export function unknownApiVersions({ ApiVersions }: OfferedVersions): ResponseOf<'ApiVersions'> {
  return {
    errorCode: errorCodes.UNSUPPORTED_VERSION,
    apiKeys: listed(ApiVersions === undefined ? {} : { ApiVersions }),
  }
}

function listed(offered: OfferedVersions): ResponseOf<'ApiVersions'>['apiKeys'] {
  return Object.entries(offered)
    .map(([name, { min, max }]) => ({ apiKey: apis[name as ApiName].key, minVersion: min, maxVersion: max }))
    .sort((a, b) => a.apiKey - b.apiKey)
}
