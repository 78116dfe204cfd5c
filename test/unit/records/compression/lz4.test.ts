import { describe, expect, test } from 'vitest'
import { lz4 } from '../../../../src/records/compression/lz4.ts'
import { compressLz4Block, lz4Bound } from '../../../../src/records/compression/lz4-block.ts'
import { xxh32 } from '../../../../src/records/compression/xxh32.ts'
import { bytes } from '../support.ts'
import { repeated, text } from './samples.ts'

const LIMIT = 1 << 28

/** From xxHash's own documentation and the `xxhash` command. */
test.each([
  ['', 0x02cc5d05],
  ['a', 0x550d7456],
  ['abc', 0x32d153ff],
  ['Nobody inspects the spammish repetition', 0xe2293b2f],
])('xxh32 of "%s"', (input, expected) => {
  const padded = Buffer.from(`__${input}__`)
  expect(xxh32(padded, 2, padded.length - 2)).toBe(expected)
})

/** Checked with Java's and the `lz4` package's decoder. */
const frame = bytes(`
  04224d18          ; magic
  60                ; version 1, independent blocks
  40                ; blocks of at most 64 KiB
  82                ; second byte of the header's xxh32
  0b000000          ; a block of 11 bytes
    17              ; one literal, a match of 7 + 4
      61            ; 'a'
      0100          ; from 1 byte back
    60              ; six literals, the last
      626364656667  ; 'bcdefg'
  00000000          ; end of the frame
`)
const content = Buffer.from(`${'a'.repeat(12)}bcdefg`)

describe('a frame', () => {
  test('is read', () => {
    expect(lz4.decompress(frame, LIMIT)).toEqual(content)
  })

  test('is written with the header that Java writes', () => {
    expect(lz4.compress(content, undefined).subarray(0, 7).toString('hex')).toBe('04224d18604082')
    expect(Buffer.from(lz4.compress(Buffer.alloc(0), undefined)).toString('hex')).toBe('04224d1860408200000000')
    // What cannot be made smaller is stored.
    expect(Buffer.from(lz4.compress(Buffer.from('abc'), undefined)).toString('hex')).toBe(
      '04224d18604082030000806162630000'.concat('0000'),
    )
  })

  test('may follow another one, and one that is for someone else', () => {
    const skippable = bytes('5a2a4d18 03000000 010203')
    expect(lz4.decompress(Buffer.concat([frame, skippable, frame]), LIMIT)).toEqual(Buffer.concat([content, content]))
  })
})

interface FrameParts {
  readonly flags: number
  readonly sizeCode?: number
  readonly contentSize?: bigint
  readonly blocks: readonly Buffer[]
  readonly blockChecksums?: boolean
  readonly checksum?: number
}

/** A frame with all that the format has, put together by hand. */
function makeFrame({ flags, sizeCode = 4, contentSize, blocks, blockChecksums = false, checksum }: FrameParts): Buffer {
  const size = Buffer.alloc(contentSize === undefined ? 0 : 8)
  if (contentSize !== undefined) size.writeBigUInt64LE(contentSize)
  const descriptor = Buffer.concat([Buffer.from([0x40 | flags, sizeCode << 4]), size])
  const parts = [bytes('04224d18'), descriptor, Buffer.from([(xxh32(descriptor, 0, descriptor.length) >>> 8) & 0xff])]
  for (const block of blocks) {
    parts.push(uint32(block.length), block)
    if (blockChecksums) parts.push(uint32(xxh32(block, 0, block.length)))
  }
  parts.push(uint32(0))
  if (checksum !== undefined) parts.push(uint32(checksum))
  return Buffer.concat(parts)
}

function uint32(value: number): Buffer {
  const made = Buffer.alloc(4)
  made.writeUInt32LE(value)
  return made
}

function block(data: Buffer): Buffer {
  const dst = Buffer.alloc(lz4Bound(data.length))
  return dst.subarray(0, compressLz4Block(data, 0, data.length, dst, 0))
}

describe('of what others write', () => {
  const data = text(100_000)
  const blocks = [block(data.subarray(0, 65536)), block(data.subarray(65536))]
  const whole = { flags: 0x3c, contentSize: 100_000n, blocks, blockChecksums: true, checksum: xxh32(data, 0, 100_000) }

  test('checksums and the content size are read', () => {
    expect(lz4.decompress(makeFrame(whole), LIMIT).equals(data)).toBe(true)
    expect(lz4.decompress(makeFrame({ flags: 0x20, blocks }), LIMIT).equals(data)).toBe(true)
    expect(lz4.decompress(makeFrame({ flags: 0x20, sizeCode: 7, blocks: [block(data)] }), LIMIT).equals(data)).toBe(
      true,
    )
  })

  test('linked blocks are read', () => {
    // The second block repeats 100 bytes of the first: a match of 15 + 85 and nothing of its own but 5 literals.
    const first = text(1000)
    const second = bytes('0f 6400 51 50 68656c6c6f')
    const output = lz4.decompress(makeFrame({ flags: 0, blocks: [block(first), second] }), LIMIT)
    expect(output.toString()).toBe(`${first}${first.subarray(-100)}hello`)
    expect(() => lz4.decompress(makeFrame({ flags: 0x20, blocks: [block(first), second] }), LIMIT)).toThrow(
      'its lz4 data is damaged: a block has a match before its beginning',
    )
  })

  test.each([
    ['the checksum of its content does not match', { ...whole, checksum: 1 }],
    ['the checksum of a block does not match', { ...whole, blockChecksums: false }],
    [
      'a frame has 100000 bytes where it announces 99999',
      { ...whole, contentSize: 99_999n, checksum: 0 },
      'more output',
    ],
    ['a frame has 100000 bytes where it announces 100001', { ...whole, contentSize: 100_001n }],
    ['a frame announces 18446744073709552000 bytes, more than', { ...whole, contentSize: 2n ** 64n - 1n }],
    ['a frame needs a dictionary', { ...whole, flags: 0x3d }],
    ['the header of a frame has bits that mean nothing', { ...whole, flags: 0x3e }],
    ['the header of a frame has bits that mean nothing', { ...whole, sizeCode: 3 }],
    ['the header of a frame has bits that mean nothing', { ...whole, sizeCode: 8 }],
    ['a block has 100402 bytes where 65536 are the most', { flags: 0x20, blocks: [Buffer.alloc(100_402)] }],
  ])('%s', (problem, parts, other = problem) => {
    expect(() => lz4.decompress(makeFrame(parts), LIMIT)).toThrow(new RegExp(`${problem}|${other}`))
  })

  test('a wrong checksum of the header is refused, and accepted in old messages', () => {
    const wrong = Buffer.from(frame)
    wrong[6] = 0x83
    expect(() => lz4.decompress(wrong, LIMIT)).toThrow('the checksum of the header of a frame does not match')
    for (const magic of [0, 1]) expect(lz4.decompress(wrong, LIMIT, magic)).toEqual(content)
  })

  test('every frame that is cut off is refused', () => {
    const sound = makeFrame({ ...whole, blocks: [block(text(200))], contentSize: 200n, checksum: 0 })
    for (let end = 0; end < sound.length; end++) {
      expect(() => lz4.decompress(sound.subarray(0, end), LIMIT)).toThrow('its lz4 data is damaged')
    }
  })

  test('bounds are kept for every kind of block', () => {
    const bomb = block(repeated(65536))
    expect(bomb.length).toBeLessThan(300)
    const many = makeFrame({ flags: 0x20, blocks: Array.from({ length: 1000 }, () => bomb) })
    expect(() => lz4.decompress(many, 1 << 20)).toThrow('decompress to more than 1048576 bytes')
    expect(lz4.decompress(many, 65_536_000)).toHaveLength(65_536_000)
  })
})
