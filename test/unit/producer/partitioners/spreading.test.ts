import { describe, expect, it } from 'vitest'
import { chooserFor } from '../../../../src/producer/partitioners/chooser-for.ts'
import { manual } from '../../../../src/producer/partitioners/manual.ts'
import { random } from '../../../../src/producer/partitioners/random.ts'
import { roundRobin } from '../../../../src/producer/partitioners/round-robin.ts'
import { sticky } from '../../../../src/producer/partitioners/sticky.ts'
import { failure } from '../../../support/failure.ts'
import { place, seen, topicOf, writableTopic } from './support.ts'

const leaders = [1, -1, 2, -1, 3]

describe('sticky()', () => {
  it('keeps messages together whatever their keys, until 16 KiB of them went to a partition', () => {
    const choose = place(sticky(), { random: [0.5, 0.9] })
    const keys = [null, 'a', 'b', null]
    expect(keys.map(key => choose(writableTopic(7), { key }, 6_000))).toEqual([3, 3, 3, 6])
  })

  it('takes each writable partition as often, however many batches wait', () => {
    const load = { queuedBatches: (partition: number) => partition * 9 }
    const values = [0, 0.3, 0.34, 0.6, 0.67, 0.99]
    const choose = place(sticky({ stickyBytes: 1 }), { random: values, load })
    expect(values.map(() => choose(topicOf(leaders), {}, 1))).toEqual([0, 0, 2, 2, 4, 4])
  })
})

describe('random()', () => {
  it('takes any writable partition for each message, whatever its key', () => {
    const choose = place(random())
    expect(seen(() => choose(topicOf(leaders), { key: 'same' }))).toEqual([0, 2, 4])
  })

  it('takes any partition while none is writable', () => {
    const choose = place(random())
    expect(seen(() => choose(topicOf([-1, -1])))).toEqual([0, 1])
  })
})

describe('roundRobin()', () => {
  it('takes one writable partition after the other, whatever the keys', () => {
    const choose = place(roundRobin())
    expect([null, 'a', 'a', 'a', null].map(key => choose(topicOf(leaders), { key }))).toEqual([0, 2, 4, 0, 2])
  })

  it('goes on from the start when partitions are lost', () => {
    const choose = place(roundRobin())
    expect([choose(writableTopic(3)), choose(writableTopic(3))]).toEqual([0, 1])
    expect(choose(topicOf([1, -1, 1]))).toBe(0)
  })

  it('counts for each producer and topic by itself', () => {
    const partitioner = roundRobin()
    const [one, other] = [place(partitioner), place(partitioner)]
    expect([one(writableTopic(3)), one(writableTopic(3)), other(writableTopic(3))]).toEqual([0, 1, 0])
  })
})

describe('manual()', () => {
  it('refuses a message that names no partition', async () => {
    const error = await failure(Promise.resolve().then(() => place(manual())(writableTopic(3))))
    expect(error).toMatchObject({ code: 'CONFIGURATION', problems: [{ option: 'message.partition' }] })
    expect(error).toHaveProperty(
      'message',
      'message.partition: must be given, because producer.partitioner is manual(); topic "t" has 3 partitions, 0 to 2',
    )
  })
})

describe('called by a partitioner of the user', () => {
  const message = { topic: 't', key: null, value: 'value' }
  const many = (partitioner: { partition(m: typeof message, partitions: number): number }, partitions: number) =>
    seen(() => partitioner.partition(message, partitions))

  it('each answers an index among so many partitions', () => {
    expect(many(random(), 3)).toEqual([0, 1, 2])
    expect(many(sticky({ stickyBytes: 1 }), 3)).toEqual([0, 1, 2])
    const next = roundRobin()
    expect(Array.from({ length: 5 }, () => next.partition(message, 3))).toEqual([0, 1, 2, 0, 1])
    expect(manual().partition({ ...message, partition: 2 } as typeof message, 3)).toBe(2)
  })

  it('each follows when there are more partitions', () => {
    const next = random()
    expect(many(next, 1)).toEqual([0])
    expect(many(next, 2)).toEqual([0, 1])
  })

  it('it keeps apart topics, and what producers count', () => {
    const next = roundRobin()
    const cluster = { partitions: () => [], writablePartitions: () => [], leader: () => -1 }
    const chooser = chooserFor(next, { queuedBatches: () => 0, isFilling: () => false }, cluster)
    expect(next.partition(message, 3)).toBe(0)
    expect(next.partition({ ...message, topic: 'other' }, 3)).toBe(0)
    expect(chooser.choose(null, message, writableTopic(3))).toBe(0)
    expect(next.partition(message, 3)).toBe(1)
  })

  it('it says whether all partitions have to be counted', () => {
    expect([random(), roundRobin(), sticky()].map(p => p.requiresConsistency)).toEqual([false, false, false])
    expect(manual().requiresConsistency).toBe(true)
  })
})
