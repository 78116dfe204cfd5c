import type { KafkaError } from '../errors/kafka-error.ts'
import { SOFTWARE_NAME, SOFTWARE_VERSION } from '../network/software.ts'
import { ApiVersions } from '../protocol/messages/api-versions.ts'
import { UpdateFeatures } from '../protocol/messages/update-features.ts'
import { bool, int, oneOf, required } from '../util/options.ts'
import { type AdminContext, failureOf, inCall, throwFailure } from './call.ts'
import { type AdminCallOptions, items, name } from './check.ts'
import { Codes } from './codes.ts'

/** The features that a broker could support and those that the cluster has agreed to use (KIP-584). */
export interface FeatureMetadata {
  readonly supportedFeatures: readonly SupportedFeature[]
  readonly finalizedFeatures: readonly FinalizedFeature[]
  /** Counts the changes; absent while it is not known. */
  readonly finalizedFeaturesEpoch?: bigint
}

export interface SupportedFeature {
  readonly name: string
  readonly minVersion: number
  readonly maxVersion: number
}

export interface FinalizedFeature {
  readonly name: string
  readonly minVersionLevel: number
  readonly maxVersionLevel: number
}

export interface DescribeFeaturesOptions extends AdminCallOptions {
  /** The broker to ask, which only speaks for itself of what it supports. By default any. */
  readonly nodeId?: number | undefined
}

/** A feature that is to be used at another level. */
export interface FeatureUpdate {
  readonly feature: string
  /** The level from which on the brokers use the feature; 0 gives it up. */
  readonly maxVersionLevel: number
  /** Raise the level · lower it, unless something would be lost · lower it all the same. Default `'upgrade'`. */
  readonly upgradeType?: 'upgrade' | 'safe_downgrade' | 'unsafe_downgrade' | undefined
}

/** What became of one feature. */
export interface UpdatedFeature {
  readonly feature: string
  readonly error?: KafkaError
}

export interface UpdateFeaturesOptions extends AdminCallOptions {
  /** Only check whether it would work (KIP-1022). */
  readonly validateOnly?: boolean | undefined
}

/** Brokers refuse to answer who does not say who it is. */
const software = { clientSoftwareName: SOFTWARE_NAME, clientSoftwareVersion: SOFTWARE_VERSION }
const upgradeTypes = new Codes({ upgrade: 1, safe_downgrade: 2, unsafe_downgrade: 3 })
const update = {
  feature: name,
  maxVersionLevel: required(int(undefined, { min: 0, max: 2 ** 15 - 1 })),
  upgradeType: oneOf('upgrade', upgradeTypes.names),
}

export function describeFeatures(context: AdminContext, options: DescribeFeaturesOptions): Promise<FeatureMetadata> {
  const table = { nodeId: int(undefined, { min: 0, max: 2 ** 31 - 1 }) }
  return inCall(context, table, options, async (call, { nodeId }) => {
    const target = nodeId === undefined ? ({ any: true } as const) : { broker: nodeId }
    const answer = await call.ask(ApiVersions, software, target)
    throwFailure('describing features', answer)
    const { supportedFeatures, finalizedFeatures, finalizedFeaturesEpoch } = answer
    return {
      supportedFeatures,
      finalizedFeatures,
      ...(finalizedFeaturesEpoch < 0n ? {} : { finalizedFeaturesEpoch }),
    }
  })
}

export function updateFeatures(
  context: AdminContext,
  given: readonly FeatureUpdate[],
  options: UpdateFeaturesOptions,
): Promise<UpdatedFeature[]> {
  return inCall(context, { validateOnly: bool(false) }, options, async (call, { validateOnly }) => {
    const updates = items(given, 'updates', update, ({ feature }) => feature)
    const body = (version: number) => ({
      timeoutMs: call.timeoutMs,
      featureUpdates: updates.map(({ feature, maxVersionLevel, upgradeType }) => ({
        feature,
        maxVersionLevel,
        ...(version === 0
          ? { allowDowngrade: upgradeType !== 'upgrade' }
          : { upgradeType: upgradeTypes.code(upgradeType) }),
      })),
      ...(validateOnly ? { validateOnly } : {}),
    })
    const answer = await call.ask(UpdateFeatures, body, { controller: true })
    return updates.map(({ feature }) => {
      // From version 2 on there is one outcome for all.
      const result = answer.errorCode !== 0 ? answer : (answer.results.find(each => each.feature === feature) ?? answer)
      const error = failureOf(`updating feature "${feature}"`, result)
      return error === undefined ? { feature } : { feature, error }
    })
  })
}
