import { expect, test } from 'vitest'
import { crc32c } from '../../../src/records/crc32c.ts'

test('the check value of CRC-32C, as a signed number', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283 | 0)
  expect(crc32c(Buffer.alloc(0))).toBe(0)
})

// RFC 3720, appendix B.4
test.each([
  [Buffer.alloc(32), 0x8a9136aa],
  [Buffer.alloc(32, 0xff), 0x62a8ab43],
  [Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  [Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
])('the examples of iSCSI', (input, expected) => {
  expect(crc32c(input) >>> 0).toBe(expected)
})

test('goes on from a seed', () => {
  const input = Buffer.from('the quick brown fox jumps over the lazy dog')
  for (let cut = 0; cut <= input.length; cut++) {
    expect(crc32c(input.subarray(cut), crc32c(input.subarray(0, cut)))).toBe(crc32c(input))
  }
})
