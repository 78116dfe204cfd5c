import { describe, expect, test } from 'vitest'
import { snappy } from '../../../../src/records/compression/snappy.ts'
import { compressSnappyBlock, snappyBound } from '../../../../src/records/compression/snappy-block.ts'
import { bytes } from '../support.ts'
import { text } from './samples.ts'

const LIMIT = 1 << 28
const xerialHeader = bytes('82 53 4e 41 50 50 59 00  00000001  00000001')

/** By the description of the format: all elements that it has. */
const raw = bytes(`
  59                ; 89 bytes (varint)
  14 616263646566   ; 6 literals 'abcdef'
  05 03             ; a copy of 4 + 1 bytes from 3 back: 'defde'
  96 0600           ; a copy of 38 bytes from 6 back
  4f 05000000       ; a copy of 20 bytes from 5 back, with 4 bytes of distance
  f0 03 77787978    ; 4 literals with their length in a byte of its own
  f4 0f00 30313233343536373839303132333435  ; 16 literals, with two bytes
`)

function expected(): string {
  let made = 'abcdef'
  for (const [length, distance] of [
    [5, 3],
    [38, 6],
    [20, 5],
  ] as const) {
    for (let i = 0; i < length; i++) made += made[made.length - distance]
  }
  return `${made}wxyx0123456789012345`
}

describe('a raw block', () => {
  test('is read', () => {
    expect(snappy.decompress(raw, LIMIT).toString()).toBe(expected())
  })

  test.each([
    ['a block does not begin with its size', ''],
    ['a block does not begin with its size', 'ffffffffff 00'],
    ['a block announces 4294967295 bytes in 2', 'ffffffff0f 00 61'],
    ['a block has literals beyond its end', '05 10 6162'],
    ['a block is larger than it announces', '02 08 616263'],
    ['a block is larger than it announces', '05 00 61 12 0100'],
    ['a block has 1 bytes where it announces 2', '02 00 61'],
    ['a block has a copy that is cut off', '05 00 61 01'],
    ['a block has a copy that is cut off', '05 00 61 0e 01'],
    ['a block has a copy that is cut off', '05 00 61 0f 010000'],
    ['a block has a length that is cut off', '05 f4 01'],
    ['a block has a copy from before its beginning', '05 00 61 01 02'],
    ['a block has a copy from before its beginning', '05 00 61 01 00'],
    ['a block has a copy from before its beginning', '05 00 61 0f ffffffff'],
  ])('%s: %s', (problem, hex) => {
    expect(() => snappy.decompress(bytes(hex), LIMIT)).toThrow(`its snappy data is damaged: ${problem}`)
  })
})

describe("xerial's framing", () => {
  const framed = Buffer.concat([xerialHeader, bytes('00000035'), raw])

  test('is read, of one block and of more', () => {
    framed.writeInt32BE(raw.length, 16)
    expect(snappy.decompress(framed, LIMIT).toString()).toBe(expected())
    const two = Buffer.concat([framed, framed.subarray(16)])
    expect(snappy.decompress(two, LIMIT).toString()).toBe(expected() + expected())
    // As it is when files were joined.
    expect(snappy.decompress(Buffer.concat([framed, framed]), LIMIT).toString()).toBe(expected() + expected())
  })

  test('is written', () => {
    const compressed = Buffer.from(snappy.compress(Buffer.from('a'.repeat(20)), undefined))
    expect(compressed.toString('hex')).toBe(`${xerialHeader.toString('hex')}${'00000006'}${'14'}${'0061'}${'4a0100'}`)
    expect(snappy.compress(Buffer.alloc(0), undefined)).toEqual(xerialHeader)
  })

  test('of another version, as some clients write it, is read', () => {
    const other = Buffer.from(framed)
    other.writeInt32LE(1, 8)
    other.writeInt32LE(1, 12)
    expect(snappy.decompress(other, LIMIT).toString()).toBe(expected())
  })

  test('sizes of all blocks together are bounded before anything is decompressed', () => {
    const data = Buffer.alloc(65536)
    const dst = Buffer.alloc(snappyBound(data.length))
    const block = dst.subarray(0, compressSnappyBlock(data, 0, data.length, dst, 0))
    const length = Buffer.alloc(4)
    length.writeInt32BE(block.length)
    const many = Buffer.concat([xerialHeader, ...Array.from({ length: 100 }, () => [length, block]).flat()])
    expect(() => snappy.decompress(many, 6_553_599)).toThrow('decompress to more than 6553599 bytes')
    expect(snappy.decompress(many, 6_553_600)).toHaveLength(6_553_600)
  })

  test.each([
    ['it ends within its header', xerialHeader.subarray(0, 15)],
    ['it ends within the length of a block', Buffer.concat([xerialHeader, bytes('000000')])],
    ['a block has 5 bytes, of which 2 are there', Buffer.concat([xerialHeader, bytes('00000005 0100')])],
    ['a block has -1 bytes, of which 2 are there', Buffer.concat([xerialHeader, bytes('ffffffff 0100')])],
  ])('%s', (problem, input) => {
    expect(() => snappy.decompress(input, LIMIT)).toThrow(`its snappy data is damaged: ${problem}`)
  })

  test('every one that is cut off within a block is refused', () => {
    const sound = Buffer.from(snappy.compress(text(300), undefined))
    for (let end = 17; end < sound.length; end++) {
      expect(() => snappy.decompress(sound.subarray(0, end), LIMIT)).toThrow('its snappy data is damaged')
    }
  })
})
