import { describe, expect, it } from 'vitest'
import { ConfigurationError } from '../../../../src/errors/client-errors.ts'
import { defaultPartitioner } from '../../../../src/producer/partitioners/default.ts'
import { murmur2 } from '../../../../src/producer/partitioners/murmur2.ts'
import { place, seen, topicOf, writableTopic } from './support.ts'

const seven = writableTopic(7)
const SIXTEEN_KIB = 16_384

describe.each([
  ['defaultPartitioner()', defaultPartitioner()],
  ['murmur2()', murmur2()],
])('%s: a message with a key', (_, partitioner) => {
  // What org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey of Kafka 4.3 gives for 7 partitions.
  it.each<[string | Uint8Array, number]>([
    ['', 2],
    ['a', 5],
    ['ab', 0],
    ['abc', 4],
    ['abcd', 5],
    ['€', 2],
    ['foobar', 0],
    [Uint8Array.of(0x00), 0],
    [Uint8Array.of(0xff), 5],
    [Uint8Array.of(0x80, 0xff), 2],
    [Uint8Array.of(0xff, 0xfe, 0xfd, 0xfc, 0xfb, 0xfa), 6],
  ])("goes where Java's goes: %o to %i", (key, partition) => {
    expect(place(partitioner)(seven, { key })).toBe(partition)
  })

  // From librdkafka's own test of `murmur2_random`, whose hashes are from Java.
  it.each([
    ['23456', 0x058d780f],
    ['this is another string with more length to it perhaps', 0x4f7703da],
    ['hejsan', 0x5ec19395],
  ])("goes where librdkafka's goes: %s", (key, hash) => {
    expect(place(partitioner)(writableTopic(17), { key })).toBe(hash % 17)
  })

  it('stays with its partition when that has no leader', () => {
    expect(place(partitioner)(topicOf([-1, 1, 1, 1, 1, 1, 1]), { key: 'foobar' })).toBe(0)
  })
})

describe('murmur2(): a message without a key', () => {
  it('goes to any writable partition', () => {
    const choose = place(murmur2())
    expect(seen(() => choose(topicOf([1, -1, 2, 3])))).toEqual([0, 2, 3])
  })
})

describe('defaultPartitioner(): messages without a key', () => {
  it('stay together until 16 KiB of them went to a partition', () => {
    const choose = place(defaultPartitioner(), { random: [0.5, 0.9, 0.1] })
    const half = SIXTEEN_KIB / 2
    expect([half, half, half, half, 1].map(bytes => choose(seven, {}, bytes))).toEqual([3, 3, 6, 6, 0])
  })

  it('do not count the bytes of those with a key', () => {
    const choose = place(defaultPartitioner(), { random: [0.5, 0.9] })
    expect(choose(seven, {}, SIXTEEN_KIB - 1)).toBe(3)
    choose(seven, { key: 'foobar' }, SIXTEEN_KIB)
    expect([1, 1].map(bytes => choose(seven, {}, bytes))).toEqual([3, 6])
  })

  it('wait until the batch that is filling has left', () => {
    let isFilling = true
    const load = { isFilling: (partition: number) => partition === 3 && isFilling }
    const choose = place(defaultPartitioner({ stickyBytes: 10 }), { random: [0.5, 0.9], load })
    expect([12, 1].map(bytes => choose(seven, {}, bytes))).toEqual([3, 3])
    isFilling = false
    expect(choose(seven)).toBe(6)
  })

  it('wait for it up to twice the bytes only', () => {
    const load = { isFilling: () => true }
    const choose = place(defaultPartitioner({ stickyBytes: 10 }), { random: [0.5, 0.9], load })
    expect([12, 7, 1, 1].map(bytes => choose(seven, {}, bytes))).toEqual([3, 3, 3, 6])
  })

  it('prefer partitions with few batches waiting, by the weights of Java', () => {
    const load = { queuedBatches: (partition: number) => [0, 3, 1][partition]! }
    // Weights of 4, 1 and 3: every eighth once.
    const random = Array.from({ length: 8 }, (_, i) => i / 8)
    const choose = place(defaultPartitioner({ stickyBytes: 1 }), { random, load })
    expect(random.map(() => choose(writableTopic(3), {}, 1))).toEqual([0, 0, 0, 0, 1, 2, 2, 2])
  })

  it.each([
    ['when all have as many waiting', {}, [2, 2, 2, 2]],
    ['when that is not wanted', { adaptive: false }, [0, 9, 0, 0]],
  ])('take each partition as often %s', (_, options, queued) => {
    const load = { queuedBatches: (partition: number) => queued[partition]! }
    const random = [0, 0.24, 0.25, 0.49, 0.5, 0.74, 0.75, 0.99]
    const choose = place(defaultPartitioner({ stickyBytes: 1, ...options }), { random, load })
    expect(random.map(() => choose(writableTopic(4), {}, 1))).toEqual([0, 0, 1, 1, 2, 2, 3, 3])
  })

  it.each([true, false])('go only where there is a leader, adaptive: %s', adaptive => {
    const choose = place(defaultPartitioner({ stickyBytes: 1, adaptive }))
    const topic = topicOf([-1, 1, -1, 2])
    expect(seen(() => choose(topic, {}, 1))).toEqual([1, 3])
  })

  it('leave a partition that lost its leader, or is there no more', () => {
    const choose = place(defaultPartitioner(), { random: [0.99, 0] })
    expect(choose(topicOf([1, 1, 1, 1]))).toBe(3)
    expect(choose(topicOf([1, 2, 1, 1]))).toBe(3)
    expect(choose(topicOf([1, 1, 1, -1]))).toBe(0)
    const shrinking = place(defaultPartitioner(), { random: [0.99, 0] })
    expect(shrinking(topicOf([1, 1, 1, 1]))).toBe(3)
    expect(shrinking(topicOf([1, 1]))).toBe(0)
  })

  it('wait in any partition while none has a leader, and move once one has', () => {
    const choose = place(defaultPartitioner(), { random: [0.99] })
    const without = topicOf([-1, -1, -1])
    expect([choose(without), choose(without)]).toEqual([2, 2])
    expect(choose(topicOf([-1, 1, -1]))).toBe(1)
  })
})

it('defaultPartitioner() refuses options that cannot be', () => {
  const make = () => defaultPartitioner({ stickyBytes: 0, adaptiv: true } as object)
  expect(make).toThrow(ConfigurationError)
  expect(make).toThrow('defaultPartitioner.stickyBytes: must be at least 1, not 0')
  expect(make).toThrow('did you mean defaultPartitioner.adaptive?')
})
