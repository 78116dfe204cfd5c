import { expect, test } from 'vitest'
import { ProtocolError } from '../../../../src/errors/client-errors.ts'
import { ownLz4 } from '../../../../src/records/compression/lz4.ts'
import { decompressLz4Block, FULL } from '../../../../src/records/compression/lz4-block.ts'
import { codecByName } from '../../../../src/records/compression/registry.ts'
import { ownSnappy } from '../../../../src/records/compression/snappy.ts'
import { decompressSnappyBlock, snappySize } from '../../../../src/records/compression/snappy-block.ts'
import { noise, random, repeated, text } from './samples.ts'

const SEED = 20_250_101
const LIMIT = 1 << 20

/** Bits flipped, bytes changed, ends cut off, parts moved. */
function damaged(source: Buffer, next: (below: number) => number): Buffer {
  let input = Buffer.from(source)
  for (let changes = next(4); changes >= 0 && input.length > 0; changes--) {
    const at = next(next(2) === 0 ? Math.min(input.length, 40) : input.length)
    switch (next(5)) {
      case 0:
        input = input.subarray(0, at)
        break
      case 1:
        input[at] = next(256)
        break
      case 2:
        input.copyWithin(at, next(input.length), next(input.length))
        break
      case 3:
        input[at] = 0xff
        break
      default:
        input[at] = input[at]! ^ (1 << next(8))
    }
  }
  return input
}

test.each(['gzip', 'snappy', 'lz4', 'zstd'] as const)(
  'damaged %s ends in a ProtocolError, or is read, within bounds',
  name => {
    console.log(`seed of the damage: ${SEED}`)
    const next = random(SEED)
    const codec = codecByName(name)
    // Of many sizes, as short blocks go other ways than long ones.
    const contents = [text(50), text(3000), text(70_000), noise(500), repeated(200_000), text(300)]
    const sources = contents.map(content => Buffer.from(codec.compress(content, undefined)))
    sources.push(Buffer.concat([sources[0]!, sources[1]!]))
    let refused = 0
    const before = process.memoryUsage().rss
    for (let round = 0; round < 4000; round++) {
      const input = damaged(sources[round % sources.length]!, next)
      try {
        const output = codec.decompress(input, LIMIT, round % 3)
        if (output.length > LIMIT) throw new Error('more was made of it than there may be')
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error })
        refused++
      }
    }
    expect(refused).toBeGreaterThan(1000)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 << 20)
  },
)

test.each([
  ['lz4', ownLz4],
  ['snappy', ownSnappy],
] as const)('blocks of %s that are damaged are never written beyond their place', (name, provider) => {
  const next = random(SEED)
  const dst = Buffer.alloc(100_000)
  const sources = [text(60), text(2000), noise(100), repeated(5000)].map(content => {
    const end = provider.compress(content, 0, content.length, dst, 0, 0)
    return Buffer.from(dst.subarray(0, end))
  })
  for (let round = 0; round < 20_000; round++) {
    const input = damaged(sources[round % sources.length]!, next)
    dst.fill(0x77)
    try {
      let limit = 10_000 + next(2000)
      if (name === 'lz4') {
        const end = decompressLz4Block(input, 0, input.length, dst, 10_000, limit, 10_000)
        expect(end === FULL || (end >= 10_000 && end <= limit)).toBe(true)
      } else {
        limit = Math.min(10_000 + snappySize(input, 0, input.length), dst.length)
        expect(decompressSnappyBlock(input, 0, input.length, dst, 10_000)).toBe(limit)
      }
      for (let i = limit; i < limit + 64; i++) if (dst[i] !== 0x77) throw new Error(`byte ${i} in round ${round}`)
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw new Error(`round ${round}: ${String(error)}`, { cause: error })
    }
    for (let i = 9_900; i < 10_000; i++) if (dst[i] !== 0x77) throw new Error(`byte ${i} in round ${round}`)
  }
})
