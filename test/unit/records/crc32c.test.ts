import { expect, test } from 'vitest'
import { crc32c, nativeCrc32c, plainCrc32c } from '../../../src/records/crc32c.ts'
import { noise } from './compression/samples.ts'

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
  const input = noise(9000)
  for (let cut = 0; cut <= input.length; cut += 97) {
    expect(crc32c(input.subarray(cut), crc32c(input.subarray(0, cut)))).toBe(crc32c(input))
  }
})

test('is the same whoever computes it, wherever the bytes begin', () => {
  const native = nativeCrc32c()
  if (native === undefined) console.log('@node-rs/crc32 cannot be loaded here, and is not tested')
  const memory = noise(70_000)
  for (const length of [0, 1, 15, 16, 100, 383, 384, 4095, 4096, 65_536]) {
    for (let start = 0; start < 5; start++) {
      const input = memory.subarray(start, start + length)
      for (const seed of [0, -1, 0x12345678]) {
        const expected = plainCrc32c(input, seed)
        expect(native?.(input, seed) ?? expected).toBe(expected)
        expect(crc32c(input, seed)).toBe(expected)
      }
    }
  }
})
