import { errorCodes } from '../../errors/broker-codes.ts'
import { apis } from '../../protocol/apis.ts'
import type { VersionRange } from '../../protocol/versions.ts'
import type { ApiName, Handler, ResponseOf } from '../handlers.ts'

/** Versions of APIs that brokers offer; an API that is not there is not offered. */
export type OfferedVersions = Partial<Readonly<Record<ApiName, VersionRange>>>

/** What brokers can do. `offered` gives what they say that it is. */
export function apiVersions(offered: () => OfferedVersions): Handler<'ApiVersions'> {
  return () => ({ errorCode: errorCodes.NONE, apiKeys: listed(offered()) })
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
