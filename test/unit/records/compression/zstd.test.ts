import * as zlib from 'node:zlib'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { zstd } from '../../../../src/records/compression/zstd.ts'
import { bytes } from '../support.ts'
import { text } from './samples.ts'

const LIMIT = 1 << 28
const MAGIC = '28b52ffd'

describe('frames put together by hand', () => {
  test.each([
    ['a stored block', `${MAGIC} 20 03  190000 616263`, 'abc'],
    ['a block of one byte, again and again', `${MAGIC} 20 0a  530000 61`, 'aaaaaaaaaa'],
    ['two blocks, with no size told', `${MAGIC} 00 58  180000 616263 190000 646566`, 'abcdef'],
    ['an empty one', `${MAGIC} 20 00  010000`, ''],
    ['two frames, the first of them for someone else', `5e2a4d18 02000000 ffff ${MAGIC} 20 03  190000 616263`, 'abc'],
    ['three frames', `${`${MAGIC} 20 03  190000 616263`.repeat(3)}`, 'abcabcabc'],
  ])('%s', (_, hex, expected) => {
    expect(zstd.decompress(bytes(hex), LIMIT).toString()).toBe(expected)
  })

  test.each([
    ['it has no frame', ''],
    ['it has no frame', '5e2a4d18 02000000 ffff'],
    ['it is cut off', '28b52f'],
    ['it is cut off', `${MAGIC} 20 03  190000 6162`],
    ['it is cut off', `${MAGIC} 24 03  190000 616263 000000`],
    ['it is cut off', '5e2a4d18 03000000 ffff'],
    ['a frame begins with the wrong bytes', '27b52ffd 20 03  190000 616263'],
    ['a frame begins with the wrong bytes', `${MAGIC} 20 03  190000 616263 00000000`],
    ['the header of a frame has bits that mean nothing', `${MAGIC} 28 03  190000 616263`],
    ['a frame needs a dictionary', `${MAGIC} 21 07 03  190000 616263`],
    ['a frame wants a window of 2^41 bytes', `${MAGIC} 00 f8  190000 616263`],
    ['a block is of a type that there is not', `${MAGIC} 20 03  1f0000 616263`],
    ['a block has 131073 bytes where 131072 are the most', `${MAGIC} 00 58  0b0010 61`],
    ['a block has 4 bytes where 3 are the most', `${MAGIC} 20 03  210000 61626364`],
    ['a frame announces 4 bytes, more than its blocks can give', `${MAGIC} 20 04  190000 616263`],
    ['a frame announces 18446744073709552000 bytes', `${MAGIC} e0 ffffffffffffffff  190000 616263`],
  ])('%s: %s', (problem, hex) => {
    expect(() => zstd.decompress(bytes(hex), LIMIT)).toThrow(`its zstd data is damaged: ${problem}`)
  })

  test('may become just as large as the limit', () => {
    // 100 blocks of 128 KiB, each from a single byte.
    const bomb = bytes(`${MAGIC} 00 58 ${'020010 61'.repeat(99)} 030010 61`)
    expect(() => zstd.decompress(bomb, 13_107_199)).toThrow('decompress to more than 13107199 bytes')
    expect(zstd.decompress(bomb, 13_107_200).equals(Buffer.alloc(13_107_200, 'a'))).toBe(true)
  })
})

test('frames in a row, each compressed on its own', () => {
  const parts = [text(10), text(5000), text(300_000), Buffer.alloc(0)]
  const frames = parts.map(part => Buffer.from(zstd.compress(part, undefined)))
  expect(zstd.decompress(Buffer.concat(frames), LIMIT).equals(Buffer.concat(parts))).toBe(true)
})

describe('by other ways', () => {
  afterEach(() => {
    vi.doUnmock('../../../../src/records/optional-package.ts')
    vi.doUnmock('node:zlib')
    vi.resetModules()
  })

  async function withoutPackages(hasZlib: boolean): Promise<typeof zstd> {
    vi.resetModules()
    vi.doMock('../../../../src/records/optional-package.ts', () => ({ optionalPackage: () => undefined }))
    if (!hasZlib) {
      vi.doMock('node:zlib', async original => ({ ...(await original<object>()), zstdCompressSync: undefined }))
    }
    return (await import('../../../../src/records/compression/zstd.ts')).zstd
  }

  test('without any, the error names the package to install', async () => {
    const missing = await withoutPackages(false)
    const problem = 'zstd needs the package zstd-napi, or Node.js 22.15 or later: npm install zstd-napi'
    expect(() => missing.compress(text(10), undefined)).toThrow(
      expect.objectContaining({ name: 'ConfigurationError', message: expect.stringContaining(problem) }),
    )
    expect(() => missing.decompress(bytes(`${MAGIC} 20 03  190000 616263`), LIMIT)).toThrow(
      expect.objectContaining({ name: 'ProtocolError', message: `it cannot be read: ${problem}` }),
    )
    expect(missing.compressAsync).toBeUndefined()
  })

  test('with node:zlib alone', async context => {
    if (!('zstdCompressSync' in zlib)) context.skip('node:zlib has zstd from Node 22.15 on')
    const own = await withoutPackages(true)
    for (const size of [1, 1000, 200_000]) {
      const data = text(size)
      const twice = Buffer.concat([own.compress(data, undefined), own.compress(data, 1)])
      expect(own.decompress(twice, LIMIT).equals(Buffer.concat([data, data]))).toBe(true)
      expect(() => own.decompress(twice, 2 * size - 1)).toThrow(`decompress to more than ${2 * size - 1} bytes`)
      expect(own.decompress(twice, 2 * size)).toHaveLength(2 * size)
    }
    expect(own.decompress(bytes(`${MAGIC} 00 58  180000 616263 190000 646566`), LIMIT).toString()).toBe('abcdef')
    expect(() => own.decompress(bytes(`${MAGIC} 20 0a  4d0000 616263646566676869`), LIMIT)).toThrow('damaged')
  })

  test('snappy and lz4 need no package', async () => {
    await withoutPackages(true)
    const { codecByName } = await import('../../../../src/records/compression/registry.ts')
    for (const name of ['snappy', 'lz4'] as const) {
      const codec = codecByName(name)
      const data = text(100_000)
      expect(codec.decompress(Buffer.from(codec.compress(data, undefined)), LIMIT).equals(data)).toBe(true)
    }
  })
})
