import { describe, expect, test } from 'vitest'
import { ConfigurationError } from '../../../../src/errors/client-errors.ts'
import { BatchEncoder } from '../../../../src/records/batch-encoder.ts'
import type { CodecName } from '../../../../src/records/compression/codec.ts'
import { codecById, codecByName, prefersAsync } from '../../../../src/records/compression/registry.ts'
import { decodeOne, problemOf } from '../support.ts'
import { kinds, repeated, sizes, text } from './samples.ts'

const codecs = ['gzip', 'snappy', 'lz4', 'zstd'] as const
const LIMIT = 1 << 28

function batchOf(value: Buffer, codec: CodecName, level?: number): Buffer {
  const encoder = new BatchEncoder()
  encoder.append(1, 'k', value, null)
  return encoder.close({ codec, level })
}

describe.each(codecs)('%s', name => {
  const codec = codecByName(name)

  test.each(sizes)('gives back %d bytes', size => {
    for (const kind of kinds) {
      const data = kind(size)
      const compressed = Buffer.from(codec.compress(data, undefined))
      expect(compressed.length).toBeLessThanOrEqual(size + Math.ceil(size / 100) + 40)
      expect(codec.decompress(compressed, LIMIT).equals(data)).toBe(true)
    }
  })

  test('takes views within larger memory', () => {
    const memory = Buffer.alloc(70_003, 0xee)
    text(70_000).copy(memory, 3)
    const data = memory.subarray(3)
    const compressed = Buffer.concat([Buffer.alloc(5), codec.compress(data, undefined), Buffer.alloc(5)]).subarray(
      5,
      -5,
    )
    expect(codec.decompress(compressed, LIMIT).equals(data)).toBe(true)
  })

  test('may become just as large as the limit', () => {
    for (const kind of kinds) {
      for (const size of [1, 100, 70_000]) {
        const compressed = Buffer.from(codec.compress(kind(size), undefined))
        expect(codec.decompress(compressed, size)).toHaveLength(size)
        expect(() => codec.decompress(compressed, size - 1)).toThrow(
          `its records decompress to more than ${size - 1} bytes, the limit of maxDecompressedBatchBytes`,
        )
      }
    }
  })

  test('is bounded while it decompresses', () => {
    const bomb = batchOf(Buffer.alloc(32 << 20), name)
    const before = process.memoryUsage()
    expect(problemOf(bomb, { maxDecompressedBytes: 1 << 20 })).toContain('decompress to more than 1048576 bytes')
    const after = process.memoryUsage()
    expect(after.arrayBuffers + after.external - before.arrayBuffers - before.external).toBeLessThan(16 << 20)
    expect(decodeOne(bomb).at(0)!.value).toHaveLength(32 << 20)
  })

  test('keeps no more memory than what it has decompressed', () => {
    for (const size of [70_000, 3_000_000]) {
      const output = codec.decompress(Buffer.from(codec.compress(text(size), undefined)), LIMIT)
      expect(output.buffer.byteLength).toBeLessThan(size * 1.25 + 9000)
    }
  })

  test('has the levels that its table says', () => {
    const data = text(100_000)
    if (codec.levels === undefined) return
    const { min, max, default: usual } = codec.levels
    for (const level of [min, Math.min(min + 1, max), usual, max]) {
      expect(codec.decompress(Buffer.from(codec.compress(data, level)), LIMIT).equals(data)).toBe(true)
    }
    expect(Buffer.from(codec.compress(data, usual))).toEqual(Buffer.from(codec.compress(data, undefined)))
    expect(codec.compress(data, max).length).toBeLessThan(codec.compress(data, min).length)
    for (const level of [min - 1, max + 1, 1.5, Number.NaN]) {
      expect(() => codec.compress(data, level)).toThrow(ConfigurationError)
      expect(() => codec.compress(data, level)).toThrow(
        `compressionLevel: ${name} has levels ${min} to ${max}, not ${level}`,
      )
    }
  })

  test('is the same batch off the event loop', async () => {
    const [inPlace, aside] = [new BatchEncoder(), new BatchEncoder()]
    for (const encoder of [inPlace, aside]) for (let i = 0; i < 1000; i++) encoder.append(i, `${i}`, text(200), null)
    const options = { codec: name, producerId: 5n, producerEpoch: 1, baseSequence: 9, baseOffset: 3n } as const
    const batch = decodeOne(await aside.closeAsync(options))
    const expected = decodeOne(inPlace.close(options))
    expect(batch).toMatchObject({ codec: name, count: 1000, producerId: 5n, producerEpoch: 1, baseSequence: 9 })
    expect(Array.from(batch, record => record.key)).toEqual(Array.from(expected, record => record.key))
    expect(() => aside.append(1, null, null, null)).toThrow('closed')
    await expect(aside.closeAsync()).rejects.toThrow('closed')
  })
})

describe('closeAsync', () => {
  test('lets nothing in while it compresses', async () => {
    const encoder = new BatchEncoder({ initialBytes: 1 << 20 })
    encoder.append(1, 'k', repeated(100_000), null)
    const closing = encoder.closeAsync({ codec: 'gzip' })
    expect(() => encoder.append(1, 'late', null, null)).toThrow('closed')
    expect(() => encoder.close()).toThrow('closed')
    expect(Array.from(decodeOne(await closing), record => record.key!.toString())).toEqual(['k'])
  })

  test('leaves the batch as it was where there is no such level', async () => {
    const encoder = new BatchEncoder()
    encoder.append(1, 'k', 'v', null)
    await expect(encoder.closeAsync({ codec: 'gzip', level: 10 })).rejects.toThrow(ConfigurationError)
    encoder.append(1, 'l', 'w', null)
    expect(decodeOne(await encoder.closeAsync({ codec: 'gzip', level: 9 })).count).toBe(2)
  })

  test('works without compression', async () => {
    const encoder = new BatchEncoder()
    encoder.append(1, 'k', 'v', null)
    expect(decodeOne(await encoder.closeAsync()).count).toBe(1)
  })

  test('keeps many batches apart', async () => {
    const batches = await Promise.all(
      Array.from({ length: 20 }, (_, i) => {
        const encoder = new BatchEncoder()
        encoder.append(i, `${i}`, text(50_000), null)
        return encoder.closeAsync({ codec: 'gzip' })
      }),
    )
    expect(batches.map(batch => decodeOne(batch).at(0)!.key!.toString())).toEqual(batches.map((_, i) => `${i}`))
  })
})

test('is preferred for what is large, where there is a way', () => {
  expect(prefersAsync('gzip', 1 << 20)).toBe(true)
  expect(prefersAsync('gzip', 1000)).toBe(false)
  for (const name of ['none', 'snappy', 'lz4'] as const) expect(prefersAsync(name, 1 << 30)).toBe(false)
  expect(prefersAsync('zstd', 1000)).toBe(false)
  expect(prefersAsync('zstd', 1 << 20)).toBe(codecByName('zstd').compressAsync !== undefined)
})

test('codecs are known by id and by name', () => {
  for (const [id, name] of (['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const).entries()) {
    expect(codecById(id)).toBe(codecByName(name))
    expect(codecById(id)).toMatchObject({ id, name })
  }
  expect(codecById(5)).toBeUndefined()
  expect(() => codecByName('brotli' as 'none')).toThrow(
    "compression: must be one of 'none', 'gzip', 'snappy', 'lz4', 'zstd', not 'brotli'",
  )
})
