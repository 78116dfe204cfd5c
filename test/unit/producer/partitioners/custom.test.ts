import { describe, expect, it, onTestFinished } from 'vitest'
import { emptySnapshot, type Snapshot } from '../../../../src/cluster/snapshot.ts'
import { ConfigurationError } from '../../../../src/errors/client-errors.ts'
import { partitionerProblem } from '../../../../src/producer/partitioners/chooser-for.ts'
import { defaultPartitioner } from '../../../../src/producer/partitioners/default.ts'
import { hash } from '../../../../src/producer/partitioners/hash.ts'
import { murmur2 } from '../../../../src/producer/partitioners/murmur2.ts'
import type {
  Partitioner,
  PartitionerFunction,
  PartitionerMessage,
} from '../../../../src/producer/partitioners/partitioner.ts'
import { roundRobin } from '../../../../src/producer/partitioners/round-robin.ts'
import { clusterView } from '../../../../src/producer/partitioners/topic-partitions.ts'
import { place, topicOf, writableTopic } from './support.ts'

const mixed = topicOf([-1, 1, -1, 2])

describe('a function', () => {
  it('answers the partition itself, be it writable or not', () => {
    const choose = place(message => Number(message.value))
    expect(['0', '3', '1'].map(value => choose(mixed, { value }))).toEqual([0, 3, 1])
  })

  it('sees the message, and what the client knows of the cluster', () => {
    const other = topicOf([5, -1], 'other')
    const snapshot: Snapshot = {
      ...emptySnapshot,
      topics: new Map(
        [
          ['t', mixed],
          ['other', other],
        ].map(e => e as never),
      ),
    }
    const seen: unknown[] = []
    const partitioner: PartitionerFunction = (message, cluster) => {
      const { topic, key, value, headers, timestamp, metadata } = message
      seen.push({ topic, key, value, headers, timestamp, metadata })
      for (const name of ['t', 'other', 'unknown']) {
        seen.push([cluster.partitions(name), cluster.writablePartitions(name)])
      }
      seen.push([cluster.leader('t', 3), cluster.leader('t', 0), cluster.leader('t', 9), cluster.leader('unknown', 0)])
      return 2
    }
    const fields = { key: 'k', value: 'v', headers: [['h', null]], timestamp: 5, metadata: { id: 1 } } as const
    place(partitioner, { cluster: clusterView(() => snapshot) })(mixed, fields)
    expect(seen).toEqual([
      { topic: 't', ...fields },
      [
        [0, 1, 2, 3],
        [1, 3],
      ],
      [[0, 1], [0]],
      [[], []],
      [2, -1, -1, -1],
    ])
  })

  it('cannot spoil what the next one sees', () => {
    const view = clusterView(() => ({ ...emptySnapshot, topics: new Map([['t', mixed]]) }))
    expect(() => (view.partitions('t') as number[]).pop()).toThrow(TypeError)
    expect(view.partitions('t')).toEqual([0, 1, 2, 3])
  })

  it('may hand over to one of samsa’s own', () => {
    const others = murmur2()
    const choose = place(
      (message, cluster) =>
        message.key === 'vip' ? 0 : 1 + others.partition(message, cluster.partitions(message.topic).length - 1),
      { cluster: clusterView(() => ({ ...emptySnapshot, topics: new Map([['t', writableTopic(8)]]) })) },
    )
    const placed = ['vip', 'a', 'ab', 'abc'].map(key => choose(writableTopic(8), { key }))
    expect(placed).toEqual([0, 6, 1, 5])
  })
})

describe('an object', () => {
  const last = (requiresConsistency?: boolean | ((message: PartitionerMessage) => boolean)) => ({
    counts: [] as number[],
    partition(_message: PartitionerMessage, partitions: number) {
      this.counts.push(partitions)
      return partitions - 1
    },
    requiresConsistency,
  })

  it.each([undefined, false, () => false])('answers an index of the writable partitions, with %o', consistent => {
    const partitioner = last(consistent)
    expect(place(partitioner)(topicOf([-1, 1, 1, -1]))).toBe(2)
    expect(partitioner.counts).toEqual([2])
  })

  it('answers an index of all partitions where none is writable', () => {
    const partitioner = last()
    expect(place(partitioner)(topicOf([-1, -1, -1]))).toBe(2)
    expect(partitioner.counts).toEqual([3])
  })

  it.each([true, () => true])('answers the partition itself where it requires consistency, with %o', consistent => {
    const partitioner = last(consistent)
    expect(place(partitioner)(topicOf([-1, 1, 1, -1]))).toBe(3)
    expect(partitioner.counts).toEqual([4])
  })

  it('may require consistency of some messages only, and be an instance of a class', () => {
    class Own {
      readonly #sticky = 'pinned'
      requiresConsistency(message: PartitionerMessage) {
        return message.key === this.#sticky
      }
      partition(message: PartitionerMessage) {
        return message.key === this.#sticky ? 3 : 0
      }
    }
    const choose = place(new Own())
    expect(['pinned', 'other'].map(key => choose(mixed, { key }))).toEqual([3, 1])
  })

  it('may be one of samsa’s own with changes', () => {
    const choose = place({ ...hash(), requiresConsistency: false })
    const all = place(hash())
    // The hash of the key, but among the writable ones: the only one there is.
    expect(choose(topicOf([-1, -1, 1]), { key: 'a' })).toBe(2)
    expect(all(topicOf([-1, -1, 1]), { key: 'a' })).toBe(0)
  })
})

const bug = (): never => {
  throw new RangeError('a bug of the user')
}

describe.each<[string, unknown, string]>([
  ['NaN', Number.NaN, 'NaN'],
  ['a fraction', 1.5, '1.5'],
  ['a negative number', -1, '-1'],
  ['a number too large', 4, '4'],
  ['infinity', Infinity, 'Infinity'],
  ['text', '1', '"1"'],
  ['a bigint', 1n, '1n'],
  ['nothing', undefined, 'undefined'],
  ['a partitioner', hash(), 'a partitioner (the function that makes it was given, without calling it)'],
])('the answer %s', (_, answer, shown) => {
  const answering = () => answer as number

  it.each<[string, Partitioner, string]>([
    ['a function', answering, 'a partition, 0 to 3'],
    ['a consistent object', { partition: answering, requiresConsistency: true }, 'a partition, 0 to 3'],
    ['an object', { partition: answering }, 'an index of the 2 writable partitions, 0 to 1'],
  ])('of %s is refused', (_, partitioner, wanted) => {
    const choose = () => place(partitioner)(mixed)
    expect(choose).toThrow(ConfigurationError)
    expect(choose).toThrow(`producer.partitioner: it answered ${shown} for a message to topic "t" instead of ${wanted}`)
  })
})

it('an index beyond the writable partitions is refused, though there are more partitions', () => {
  expect(() => place({ partition: () => 2 })(mixed)).toThrow('instead of an index of the 2 writable partitions, 0 to 1')
})

it('minus zero is partition 0', () => {
  expect(place(() => -0)(mixed)).toBe(0)
})

it.each<[string, Partitioner]>([
  ['function', bug],
  ['object', { partition: bug }],
  ['object whose requiresConsistency throws', { partition: () => 0, requiresConsistency: bug }],
])('what a %s throws is the cause of the error', (_, partitioner) => {
  const choose = () => place(partitioner)(mixed)
  expect(choose).toThrow('producer.partitioner: it threw for a message to topic "t": a bug of the user')
  expect(choose).toThrow(expect.objectContaining({ code: 'CONFIGURATION', cause: expect.any(RangeError) }))
})

it('a promise is refused, and its rejection troubles nobody', async () => {
  const unhandled: unknown[] = []
  const listen = (reason: unknown) => unhandled.push(reason)
  process.on('unhandledRejection', listen)
  onTestFinished(() => void process.off('unhandledRejection', listen))
  const asynchronous = async () => bug()
  expect(() => place(asynchronous as unknown as PartitionerFunction)(mixed)).toThrow('it answered a promise')
  // Rejections are reported between turns of the event loop.
  await new Promise(setImmediate)
  expect(unhandled).toEqual([])
})

describe('the option', () => {
  it.each([defaultPartitioner(), roundRobin(), () => 0, { partition: () => 0 }])('takes %o', value => {
    expect(partitionerProblem(value)).toBeUndefined()
  })

  it.each([
    ['random', '"random"'],
    [null, 'null'],
    [{}, 'an object'],
    [{ partition: 3 }, 'an object'],
  ])('does not take %o', (value, shown) => {
    expect(partitionerProblem(value)).toBe(
      `must be a partitioner such as defaultPartitioner(), a function, or an object with partition(), not ${shown}`,
    )
  })
})
