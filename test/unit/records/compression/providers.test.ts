import { describe, expect, test } from 'vitest'
import type { BlockProvider } from '../../../../src/records/compression/codec.ts'
import { nativeLz4, ownLz4 } from '../../../../src/records/compression/lz4.ts'
import { nativeSnappy, ownSnappy } from '../../../../src/records/compression/snappy.ts'
import { napiZstd, type ZstdProvider, zlibZstd } from '../../../../src/records/compression/zstd.ts'
import { kinds, sizes } from './samples.ts'

/*
 * What one provider of a codec compresses, each of them decompresses. Those that cannot be loaded are skipped and named: on Node
 * 20 that is zstd of node:zlib, elsewhere whatever could not be built.
 */

/** Those that there are; the rest is named. */
function present<P>(...candidates: readonly (readonly [name: string, provider: P | undefined])[]): P[] {
  const missing = candidates.filter(([, provider]) => provider === undefined).map(([name]) => name)
  if (missing.length > 0) console.log(`cannot be loaded here, and is not tested: ${missing.join(', ')}`)
  return candidates.flatMap(([, provider]) => provider ?? [])
}

const MARGIN = 7

function compressed({ compress }: BlockProvider, data: Buffer, level: number): Buffer {
  const dst = Buffer.alloc(MARGIN + data.length + Math.floor(data.length / 6) + 32)
  const src = Buffer.concat([Buffer.alloc(MARGIN, 'abc'), data, Buffer.alloc(MARGIN, 'abc')])
  return dst.subarray(MARGIN, compress(src, MARGIN, MARGIN + data.length, dst, MARGIN, level))
}

function decompressed({ decompress }: BlockProvider, block: Buffer, size: number): Buffer {
  const dst = Buffer.alloc(MARGIN + size + MARGIN, 0x55)
  const src = Buffer.concat([Buffer.alloc(MARGIN), block, Buffer.alloc(MARGIN)])
  expect(decompress(src, MARGIN, MARGIN + block.length, dst, MARGIN, MARGIN + size)).toBe(MARGIN + size)
  // Neighbours are left alone.
  expect(dst.subarray(0, MARGIN).equals(Buffer.alloc(MARGIN, 0x55))).toBe(true)
  expect(dst.subarray(MARGIN + size).equals(Buffer.alloc(MARGIN, 0x55))).toBe(true)
  return dst.subarray(MARGIN, MARGIN + size)
}

describe.each([
  ['snappy', [0], present(['samsa', ownSnappy], ['snappy', nativeSnappy()])],
  ['lz4', [0, 1, 3, 9, 12], present(['samsa', ownLz4], ['lz4', nativeLz4()])],
] as const)('blocks of %s', (_, levels, providers) => {
  test.each(sizes.filter(size => size > 0))('of %d bytes', size => {
    for (const kind of kinds) {
      const data = kind(size)
      for (const level of levels) {
        for (const writer of providers) {
          const block = compressed(writer, data, level)
          for (const reader of providers) {
            const same = decompressed(reader, block, size).equals(data)
            expect(same, `${kind.name} by ${writer.name} at level ${level}, read by ${reader.name}`).toBe(true)
          }
        }
      }
    }
  })
})

describe('frames of zstd', () => {
  const providers: ZstdProvider[] = present(['zstd-napi', napiZstd()], ['node:zlib', zlibZstd()])

  test.each(sizes.filter(size => size > 0))('of %d bytes', size => {
    for (const kind of kinds) {
      const data = kind(size)
      for (const writer of providers) {
        for (const level of [-5, 1, 3, 9]) {
          const frame = Buffer.from(writer.compress(data, level))
          for (const reader of providers) {
            const dst = Buffer.alloc(size + MARGIN)
            expect(reader.decompress(frame, dst, MARGIN)).toBe(size + MARGIN)
            expect(dst.subarray(MARGIN).equals(data), `${writer.name} to ${reader.name}`).toBe(true)
          }
        }
      }
    }
  })
})
