import { describe, expect, it } from 'vitest'
import type { TopicSnapshot } from '../../../src/cluster/snapshot.ts'
import { ConfigurationError } from '../../../src/errors/client-errors.ts'
import { Partitioner } from '../../../src/producer/partitioner.ts'
import type { ProducerMessage } from '../../../src/producer/types.ts'

/** A topic whose partitions have these leaders; -1 for none. */
function topic(name: string, leaders: readonly number[]): TopicSnapshot {
  const partitions = leaders.map((leader, partition) => ({
    partition,
    leader,
    leaderEpoch: 0,
    errorCode: 0,
    replicas: [1],
    isr: [1],
    offlineReplicas: [],
  }))
  return { name, topicId: '00000000-0000-0000-0000-000000000001', isInternal: false, partitions }
}

const message = (fields: Omit<ProducerMessage, 'topic'>): ProducerMessage => ({ topic: 't', ...fields })

const seven = topic('t', [1, 1, 1, 1, 1, 1, 1])

describe('a message with a key', () => {
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
    expect(new Partitioner().choose(message({ key }), seven)).toBe(partition)
  })

  it('stays with its partition when that has no leader', () => {
    expect(new Partitioner().choose(message({ key: 'foobar' }), topic('t', [-1, 1, 1, 1, 1, 1, 1]))).toBe(0)
  })
})

describe('a message that names its partition', () => {
  it('goes there, whatever its key', () => {
    expect(new Partitioner().choose(message({ key: 'foobar', partition: 6 }), seven)).toBe(6)
  })

  it('is refused where there is no such partition', () => {
    const choose = () => new Partitioner().choose(message({ partition: 7 }), seven)
    expect(choose).toThrow(ConfigurationError)
    expect(choose).toThrow('message.partition: 7 is out of range: topic "t" has 7 partitions, 0 to 6')
  })
})

describe('messages without a key', () => {
  const chosen = (partitioner: Partitioner, topic: TopicSnapshot, key?: null) =>
    partitioner.choose(message(key === null ? { key } : {}), topic)

  it('stay together until the batch is closed, topic by topic', () => {
    const partitioner = new Partitioner()
    const other = topic('u', [1, 1, 1, 1, 1, 1, 1])
    const firsts = new Set<number>()
    for (let round = 0; round < 100; round++) {
      const first = chosen(partitioner, seven)
      firsts.add(first)
      const otherFirst = chosen(partitioner, other)
      for (let i = 0; i < 5; i++) expect(chosen(partitioner, seven, null)).toBe(first)
      partitioner.onBatchClosed('t')
      expect(chosen(partitioner, other)).toBe(otherFirst)
    }
    // By chance alone, one of seven would be left out by a hundred rounds about once in a million times.
    expect([...firsts].toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('go only where there is a leader, and leave a partition that lost its own', () => {
    for (let round = 0; round < 20; round++) {
      const partitioner = new Partitioner()
      expect([1, 3]).toContain(chosen(partitioner, topic('t', [-1, 1, -1, 2])))
      expect(chosen(partitioner, topic('t', [1, -1, -1, -1]))).toBe(0)
    }
  })

  it('go somewhere where there is no leader at all, to wait for one', () => {
    expect([0, 1]).toContain(chosen(new Partitioner(), topic('t', [-1, -1])))
  })
})
