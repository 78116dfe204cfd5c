import { UnsupportedVersionError } from '../errors/client-errors.ts'
import type { Api } from './api.ts'

export interface VersionRange {
  readonly min: number
  readonly max: number
}

/**
 * The highest version that both sides know.
 *
 * @throws {@link UnsupportedVersionError} when there is none, naming the ranges of both.
 */
export function chooseVersion(api: Api, offered: VersionRange | undefined, broker: string): number {
  if (offered === undefined) {
    throw new UnsupportedVersionError(api.name, `${broker} does not offer ${api.name}; it may be too old for it`)
  }
  const version = Math.min(api.stable, offered.max)
  if (version < api.versions.min || version < offered.min) {
    throw new UnsupportedVersionError(
      api.name,
      `${broker} offers ${api.name} versions ${offered.min} to ${offered.max}; ` +
        `this client knows ${api.versions.min} to ${api.stable}`,
    )
  }
  return version
}
