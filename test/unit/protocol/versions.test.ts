import { describe, expect, it } from 'vitest'
import { UnsupportedVersionError } from '../../../src/errors/client-errors.ts'
import { api } from '../../../src/protocol/api.ts'
import { chooseVersion } from '../../../src/protocol/versions.ts'

const Thing = api(999, 'Thing', { versions: [2, 6], stable: 5, flexible: 4, route: 'any' }, {}, {})

describe('chooseVersion', () => {
  it.each([
    [{ min: 0, max: 4 }, 4],
    [{ min: 0, max: 99 }, 5],
    [{ min: 5, max: 5 }, 5],
    [{ min: 0, max: 2 }, 2],
  ])('takes the highest that both sides know and Kafka calls stable: %j', (offered, version) => {
    expect(chooseVersion(Thing, offered, 'broker 1')).toBe(version)
  })

  it('can be capped, and says so where the cap leaves nothing', () => {
    expect(chooseVersion(Thing, { min: 0, max: 9 }, 'broker 1', 3)).toBe(3)
    expect(chooseVersion(Thing, { min: 0, max: 3 }, 'broker 1', 4)).toBe(3)
    expect(() => chooseVersion(Thing, { min: 4, max: 9 }, 'broker 1', 3)).toThrow(
      'broker 1 offers Thing versions 4 to 9; this request needs at most 3',
    )
  })

  it.each([
    [{ min: 0, max: 1 }, 'broker 1 offers Thing versions 0 to 1; this client knows 2 to 5'],
    [{ min: 6, max: 9 }, 'broker 1 offers Thing versions 6 to 9; this client knows 2 to 5'],
    [undefined, 'broker 1 does not offer Thing; it may be too old for it'],
  ])('says what both sides know where there is none: %j', (offered, message) => {
    expect(() => chooseVersion(Thing, offered, 'broker 1')).toThrow(new UnsupportedVersionError('Thing', message))
  })
})
