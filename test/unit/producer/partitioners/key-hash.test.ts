import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Hash, hashKey } from '../../../../src/producer/partitioners/key-hash.ts'

/** Gives what was hashed rather than a hash. */
function hashed(key: string | Uint8Array): Buffer {
  const seen: Buffer[] = []
  const hash: Hash = (bytes, length) => seen.push(Buffer.from(bytes.subarray(0, length)))
  hashKey(key, hash)
  return seen[0]!
}

it('text is hashed as its UTF-8, whatever is in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map(c => String.fromCharCode(c)) }), text => {
      expect(hashed(text)).toEqual(Buffer.from(text))
    }),
  )
})

it.each([0, 1, 23, 24, 25, 341, 342, 1024, 21_845, 21_846, 100_000])(
  'text of %i characters is hashed whole',
  length => {
    for (const text of ['x'.repeat(length), 'é'.repeat(length), '値'.repeat(length), `${'x'.repeat(length)}é`]) {
      expect(hashed(text).equals(Buffer.from(text))).toBe(true)
    }
  },
)

it('bytes are hashed as they are', () => {
  expect(hashed(Buffer.from('xfoobarx').subarray(1, 7))).toEqual(Buffer.from('foobar'))
})
