import { UnsupportedVersionError } from '../errors/client-errors.ts'
import type { Api } from './api.ts'

export interface VersionRange {
  readonly min: number
  readonly max: number
}

/**
 * The highest version that both sides know and that is no higher than `atMost`.
 *
 * @throws {@link UnsupportedVersionError} when there is none, naming the ranges of both.
 */
export function chooseVersion(api: Api, offered: VersionRange | undefined, broker: string, atMost = Infinity): number {
  if (offered === undefined) {
    throw new UnsupportedVersionError(api.name, `${broker} does not offer ${api.name}; it may be too old for it`)
  }
  const newest = Math.min(api.stable, atMost)
  const version = Math.min(newest, offered.max)
  if (version < api.versions.min || version < offered.min) {
    throw new UnsupportedVersionError(
      api.name,
      `${broker} offers ${api.name} versions ${offered.min} to ${offered.max}; ` +
        (atMost < api.stable
          ? `this request needs at most ${atMost}`
          : `this client knows ${api.versions.min} to ${newest}`),
    )
  }
  return version
}
