import { describe, expect, it } from 'vitest'
import { Writer } from '../../../src/protocol/writer.ts'

describe('Writer, whose buffer grows as it is needed,', () => {
  const writes: readonly (readonly [string, (writer: Writer) => void, string])[] = [
    ['an int8', w => w.int8(-2), 'fe'],
    ['a bool', w => w.bool(true), '01'],
    ['an int16', w => w.int16(0x1234), '1234'],
    ['a uint16', w => w.uint16(0xfedc), 'fedc'],
    ['an int32', w => w.int32(0x12345678), '12345678'],
    ['an int64', w => w.int64(0x123456789abcdef0n), '123456789abcdef0'],
    ['a float64', w => w.float64(1), '3ff0000000000000'],
    ['a varint', w => w.uvarint(300), 'ac02'],
    ['a uuid', w => w.uuid('AAECAwQFBgcICQoLDA0ODw'), '000102030405060708090a0b0c0d0e0f'],
    ['a string', w => w.string('abc', false), '0003616263'],
    ['bytes', w => w.bytes(Buffer.from('abc'), true), '04616263'],
  ]

  it.each(writes)('writes %s whole, wherever the buffer ends', (_, write, hex) => {
    for (let before = 480; before < 520; before++) {
      // 512 bytes are room for some of them: for the others the buffer is another one in the middle.
      const writer = new Writer()
      writer.raw(Buffer.alloc(before, 0xaa))
      write(writer)
      expect(Buffer.concat(writer.finish()).toString('hex')).toBe('aa'.repeat(before) + hex)
    }
  })

  it('leaves alone what other writers write meanwhile', () => {
    const writers = Array.from({ length: 100 }, () => new Writer())
    for (let round = 0; round < 20; round++) {
      for (const [i, writer] of writers.entries()) writer.raw(Buffer.alloc(round + i, i))
    }
    const written = writers.map(writer => Buffer.concat(writer.finish()))
    for (const [i, bytes] of written.entries()) expect(bytes.equals(Buffer.alloc(190 + 20 * i, i))).toBe(true)
  })
})
