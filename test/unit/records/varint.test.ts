import { describe, expect, test } from 'vitest'
import {
  cursor,
  lengthWidth,
  readVarint,
  readVarlong,
  varlongWidth,
  writeLength,
  writeVarlongDifference,
} from '../../../src/records/varint.ts'
import { bytes } from './support.ts'

describe('varints', () => {
  test.each([
    ['00', 0],
    ['01', -1],
    ['02', 1],
    ['7f', -64],
    ['8001', 64],
    ['8101', -65],
    ['ff7f', -8192],
    ['feffffff0f', 2 ** 31 - 1],
    ['ffffffff0f', -(2 ** 31)],
    // Longer than need be, which Java accepts too.
    ['8200', 1],
    ['8280808000', 1],
  ])('%s is %d', (hex, value) => {
    expect(readVarint(bytes(hex), 0, hex.length / 2)).toBe(value)
    expect(cursor.position).toBe(hex.length / 2)
  })

  test('of six bytes, and cut off, are refused', () => {
    expect(() => readVarint(bytes('808080808000'), 0, 6)).toThrow('longer than 5 bytes')
    expect(() => readVarint(bytes('808000'), 0, 2)).toThrow('runs past the end')
  })

  test.each([0, 1, 63, 64, 8191, 8192, 2 ** 20 - 1, 2 ** 20, 2 ** 27 - 1, 2 ** 27, 2 ** 31 - 1])(
    'length %d',
    length => {
      const buffer = Buffer.alloc(8)
      const end = writeLength(buffer, 1, length)
      expect(end - 1).toBe(lengthWidth(length))
      expect(readVarint(buffer, 1, end)).toBe(length)
      expect(cursor.position).toBe(end)
    },
  )
})

/** The textbook way, on bigints, for comparison. */
function varlong(value: bigint): Buffer {
  let raw = BigInt.asUintN(64, (value << 1n) ^ (value >> 63n))
  const result: number[] = []
  for (; raw >= 128n; raw >>= 7n) result.push(Number(raw & 127n) | 128)
  result.push(Number(raw))
  return Buffer.from(result)
}

describe('varlongs', () => {
  const edges = [6, 13, 20, 27, 30, 31, 32, 34, 41, 48, 52].flatMap(bits => [2 ** bits - 1, 2 ** bits, 2 ** bits + 1])
  test.each([0, 1, ...edges, Number.MAX_SAFE_INTEGER])('± %d', magnitude => {
    for (const value of [magnitude, -magnitude]) {
      const buffer = Buffer.alloc(12)
      const end = writeVarlongDifference(buffer, 1, value, 0)
      expect(buffer.subarray(1, end)).toEqual(varlong(BigInt(value)))
      expect(end - 1).toBe(varlongWidth(value))
      expect(readVarlong(buffer, 1) + 0).toBe(value + 0)
    }
  })

  test('of more than 53 bits are written exactly, from numbers that are', () => {
    const largest = Number.MAX_SAFE_INTEGER
    for (const [a, b] of [
      [largest, -largest + 1],
      [-largest, largest - 1],
      [largest, -largest],
    ] as const) {
      const buffer = Buffer.alloc(10)
      const end = writeVarlongDifference(buffer, 0, a, b)
      expect(buffer.subarray(0, end)).toEqual(varlong(BigInt(a) - BigInt(b)))
    }
  })

  test('of all 64 bits are read to the nearest number', () => {
    for (const value of [2n ** 63n - 1n, -(2n ** 63n), 2n ** 62n, 2n ** 55n, -(2n ** 55n), 2n ** 54n + 2n]) {
      expect(readVarlong(varlong(value), 0)).toBe(Number(value))
    }
  })
})
