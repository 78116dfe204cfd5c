import { api } from '../api.ts'
import { array, bool, errorCode, int16, int32, int64, string } from '../schema.ts'

/** What a broker can do: the first request on every connection. */
export const ApiVersions = api(
  18,
  'ApiVersions',
  { versions: [0, 4], flexible: 3, route: 'any' },
  {
    clientSoftwareName: string.since(3).ignorable(),
    clientSoftwareVersion: string.since(3).ignorable(),
  },
  {
    errorCode,
    apiKeys: array({
      apiKey: int16,
      minVersion: int16,
      maxVersion: int16,
    }),
    throttleTimeMs: int32.since(1).ignorable(),
    /** Features that this broker could support (KIP-584). */
    supportedFeatures: array({ name: string, minVersion: int16, maxVersion: int16 }).since(3).tag(0).ignorable(),
    /** -1 while unknown. */
    finalizedFeaturesEpoch: int64.since(3).tag(1).default(-1n).ignorable(),
    /** Features that the whole cluster has agreed to use. Only these may be relied on. */
    finalizedFeatures: array({ name: string, maxVersionLevel: int16, minVersionLevel: int16 })
      .since(3)
      .tag(2)
      .ignorable(),
    zkMigrationReady: bool.since(3).tag(3).ignorable(),
  },
)
