import { describe, expect, it } from 'vitest'
import { consistentCrc } from '../../../../src/producer/partitioners/consistent-crc.ts'
import { crc32 } from '../../../../src/producer/partitioners/crc32.ts'
import { fnv1a } from '../../../../src/producer/partitioners/fnv1a.ts'
import { customHash, hash, referenceHash } from '../../../../src/producer/partitioners/hash.ts'
import { place, seen, topicOf, writableTopic } from './support.ts'

const bytes = (text: string) => Buffer.from(text)

// From the reference of FNV; the last one is from sarama's tests, and is the least int32.
const fnvVectors: [key: string, hash: number][] = [
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['b', 0xe70c2de5],
  ['foobar', 0xbf9cf968],
  ['1468509572224', 0x80000000],
]

describe('fnv1a', () => {
  it.each(fnvVectors)('of "%s" is %i', (key, expected) => {
    expect(fnv1a(bytes(key), key.length) >>> 0).toBe(expected)
  })
})

describe('crc32', () => {
  it.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['23456', 0xb1b451d7],
    ['SheetJS', 2647669026],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('of "%s" is %i', (key, expected) => {
    expect(crc32(bytes(key), key.length) >>> 0).toBe(expected)
  })
})

describe('hash()', () => {
  it.each(fnvVectors)('divides the signed hash of "%s", and drops the sign of what is left', (key, hashed) => {
    for (const partitions of [1, 7, 17, 50]) {
      expect(place(hash())(writableTopic(partitions), { key })).toBe(Math.abs((hashed | 0) % partitions))
    }
  })

  // From librdkafka's own test of `fnv1a_random`, which does as sarama does.
  it.each([
    ['', 0x7ee3623b],
    ['23456', 0x27e6f469],
    ['this is another string with more length to it perhaps', 0x155e3e5f],
    ['hejsan', 0x17b1e27a],
  ])('places "%s" as librdkafka\'s fnv1a_random', (key, positive) => {
    for (const partitions of [7, 17]) {
      expect(place(hash())(writableTopic(partitions), { key })).toBe(positive % partitions)
    }
  })

  it('gives a partition, not minus zero', () => {
    // -468965076 is divisible by 4.
    expect(place(hash())(writableTopic(4), { key: 'a' })).toBe(0)
  })
})

describe('referenceHash()', () => {
  it.each(fnvVectors)('clears the sign of the hash of "%s" before it divides', (key, hashed) => {
    for (const partitions of [1, 7, 17, 50]) {
      expect(place(referenceHash())(writableTopic(partitions), { key })).toBe((hashed & 0x7fffffff) % partitions)
    }
  })

  it('differs from hash() where the hash is negative, and only there', () => {
    const both = (key: string) => [hash(), referenceHash()].map(each => place(each)(writableTopic(7), { key }))
    expect(both('a')).toEqual([6, 3])
    expect(both('23456')).toEqual([5, 5])
  })
})

describe('consistentCrc()', () => {
  // From librdkafka's own test of `consistent`.
  it.each([
    ['', 0],
    ['23456', 0xb1b451d7],
    ['this is another string with more length to it perhaps', 0xb0150df7],
    ['hejsan', 0xd077037e],
  ])('places "%s" as librdkafka\'s consistent', (key, crc) => {
    for (const partitions of [7, 17]) {
      expect(place(consistentCrc())(writableTopic(partitions), { key })).toBe(crc % partitions)
    }
  })

  // From sarama's tests of NewConsistentCRCHashPartitioner.
  it.each([
    ['abc123def456', 57],
    ['SheetJS', 26],
    ['9e8c7f4cf45857cfff7645d6', 24],
    ['3900446192ff85a5f67da10c', 75],
    ['0f4407b7a67d6d27de372198', 50],
  ])('places "%s" as sarama', (key, partition) => {
    expect(place(consistentCrc())(writableTopic(100), { key })).toBe(partition)
  })
})

describe('customHash()', () => {
  it.each([
    [10, 3],
    [-10, 3],
    [-14, 0],
    // As an int32 this is -1.
    [2 ** 32 - 1, 1],
    [-(2 ** 31), 2],
  ])('divides %i as hash() does', (hashed, partition) => {
    expect(place(customHash(() => hashed))(writableTopic(7), { key: 'key' })).toBe(partition)
  })

  it('is given the bytes of the key, which are nobody else’s', () => {
    const given: Uint8Array[] = []
    const choose = place(
      customHash(key => {
        given.push(key)
        return key.length
      }),
    )
    for (const key of ['a', 'ключ', Uint8Array.of(1, 2)]) choose(writableTopic(7), { key })
    expect(given.map(key => Buffer.from(key))).toEqual([bytes('a'), bytes('ключ'), Buffer.of(1, 2)])
  })

  it.each([
    ['NaN', () => Number.NaN, 'answered for a key of a message to topic "t": NaN instead of an integer'],
    [
      'a bigint',
      () => 5n as unknown as number,
      'answered for a key of a message to topic "t": 5n instead of an integer',
    ],
    [
      'an error',
      () => {
        throw new Error('a bug of the user')
      },
      'threw for a key of a message to topic "t": a bug of the user',
    ],
  ])('refuses %s', (_, hashOf, text) => {
    const choose = () => place(customHash(hashOf))(writableTopic(7), { key: 'key' })
    expect(choose).toThrow(`producer.partitioner: the function of customHash ${text}`)
  })
})

describe.each([
  ['hash()', hash()],
  ['referenceHash()', referenceHash()],
  ['consistentCrc()', consistentCrc()],
  ['customHash()', customHash(key => key.length)],
])('%s', (_, partitioner) => {
  it('spreads messages without a key over the writable partitions', () => {
    const choose = place(partitioner)
    expect(seen(() => choose(topicOf([-1, 1, -1, 2, 3])))).toEqual([1, 3, 4])
  })

  it('places messages with a key among all partitions, whatever their leaders', () => {
    const choose = place(partitioner)
    for (const key of ['', 'a', 'b', 'foobar', 'hejsan']) {
      expect(choose(topicOf([-1, -1, -1, -1, 1]), { key })).toBe(choose(writableTopic(5), { key }))
    }
  })

  it('does the same when a partitioner of the user calls it, and says what it depends on', () => {
    const message = { topic: 't', key: 'hejsan', value: null }
    expect(partitioner.partition(message, 7)).toBe(place(partitioner)(writableTopic(7), message))
    const { requiresConsistency } = partitioner
    const dependsOn = (key: string | null) =>
      typeof requiresConsistency === 'function' ? requiresConsistency({ ...message, key }) : requiresConsistency
    expect([dependsOn('a'), dependsOn(''), dependsOn(null)]).toEqual([true, true, false])
  })
})
