import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeAll } from './support.ts'

/*
 * Batches that Kafka's own classes have written, in every message format and codec: see java/README.md.
 */

interface Written {
  readonly magic: 0 | 1 | 2
  readonly codec: string
  readonly time: 'create' | 'log-append'
  readonly count: number
  readonly hex: string
}

const file = new URL('./java/records.jsonl', import.meta.url)
const written = readFileSync(file, 'utf8')
  .trim()
  .split('\n')
  .map(line => JSON.parse(line) as Written)

describe.each([0, 1, 2])('message format v%d of Java', magic => {
  const all = written.filter(batch => batch.magic === magic)
  test.each(all)('$codec, $time time, $count records', ({ codec, time, count, hex }) => {
    const input = Buffer.from(hex, 'hex')
    const batches = decodeAll(input)
    expect(batches).toHaveLength(1)
    expect(batches[0]).toMatchObject({
      magic,
      codec,
      count,
      timestampType: time,
      sizeBytes: input.length,
      baseOffset: 100n,
      nextOffset: 100n + BigInt(count),
    })
    const read = Array.from(batches[0]!, record => record.toJSON())
    const expected = Array.from({ length: count }, (_, i) => ({
      offset: `${100 + i}`,
      timestamp: magic === 0 ? -1 : 1_700_000_000_000 + (time === 'create' ? i : 5),
      key: i % 5 === 1 ? null : `key ${i}`,
      value: i % 5 === 2 ? null : `value ${i} ${'ab'.repeat(i)}`,
      headers: magic === 2 && i % 5 === 3 ? [['h', 'x']] : [],
    }))
    expect(read).toEqual(expected)
  })
})
