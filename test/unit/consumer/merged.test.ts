import { describe, expect, it } from 'vitest'
import { ConfigurationError, type MergedConsumer, type PartitionStart } from '../../../src/index.ts'
import { type Leaders, startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { atOnce, batch, marker, nextFetch, thrownBy } from './support.ts'

const TOPIC_AUTHORIZATION_FAILED = 29

/** A cluster with topics t, of three partitions, and u, of one; logs begin at offset 1 and end at offset 9. */
async function cluster(leaders: Leaders = { t: [1, 1, 1], u: [1] }, metadata = {}) {
  const { peers, kafka } = await startPeers({
    leaders,
    script: {
      ListOffsets: asked => ({
        topics: asked.body('ListOffsets').topics.map(({ name, partitions }) => ({
          name,
          partitions: partitions.map(({ partitionIndex, timestamp }) => ({
            partitionIndex,
            errorCode: 0,
            offset: timestamp === -2n ? 1n : 9n,
          })),
        })),
      }),
    },
    config: { metadata },
  })
  return { peer: peers[0]!, kafka, consumer: kafka.consumer(atOnce) }
}

/** The next batches, as `topic-partition: offsets`. */
async function next(reader: ReturnType<MergedConsumer['batches']>, count: number): Promise<string[]> {
  const read: string[] = []
  while (read.length < count) {
    const { value } = await reader.next()
    read.push(`${value?.topic}-${value?.partition}: ${Array.from(value ?? [], ({ offset }) => offset)}`)
  }
  return read
}

describe('many partitions as one', () => {
  it('are all of a topic, from where the call says', async () => {
    const { peer, consumer } = await cluster()
    consumer.consume('t', { from: 'oldest' })
    expect((await nextFetch(peer)).offsets).toEqual({ 't-0': 1n, 't-1': 1n, 't-2': 1n })
  })

  it('are all of some topics, from the configured place', async () => {
    const { peer, consumer } = await cluster()
    consumer.consume(['t', 'u'])
    expect((await nextFetch(peer)).offsets).toEqual({ 't-0': 9n, 't-1': 9n, 't-2': 9n, 'u-0': 9n })
  })

  it('are a list of some, each from where it says', async () => {
    const { peer, consumer } = await cluster()
    const partitions = [
      { topic: 't', partition: 2, from: 5n },
      { topic: 'u', partition: 0 },
      { topic: 't', partition: 0, from: 'newest' },
    ] as const
    consumer.consume(partitions, { from: 'oldest' })
    let offsets: Record<string, bigint> = {}
    while (Object.keys(offsets).length < 3) {
      const fetch = await nextFetch(peer)
      ;({ offsets } = fetch)
      fetch.answer(Object.fromEntries(Object.keys(offsets).map(name => [name, {}])))
    }
    expect(offsets).toEqual({ 't-2': 5n, 'u-0': 1n, 't-0': 9n })
  })

  it('are read in turn, a batch of each, however much one has', async () => {
    const { peer, consumer } = await cluster()
    const reader = consumer.consume('t', { from: 'oldest' }).batches()
    const many = Buffer.concat([1, 2, 3, 4].map(offset => batch(offset, 1)))
    const two = Buffer.concat([batch(1, 1), batch(2, 1)])
    ;(await nextFetch(peer)).answer({
      't-0': { records: many },
      't-1': { records: two },
      't-2': { records: batch(1, 2) },
    })
    expect(await next(reader, 7)).toEqual(['t-0: 1', 't-1: 1', 't-2: 1,2', 't-0: 2', 't-1: 2', 't-0: 3', 't-0: 4'])
  })

  it('are read message by message too', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume(['t'], { from: 'oldest' })
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(1, 2) }, 't-1': {}, 't-2': { records: batch(1, 1) } })
    const read: string[] = []
    for await (const { topic, partition, offset } of merged) {
      read.push(`${topic}-${partition}@${offset}`)
      if (read.length === 3) break
    }
    expect(read).toEqual(['t-0@1', 't-0@2', 't-2@1'])
    // Leaving the loop has closed it: the partitions are free.
    consumer.consume('t')
  })

  it('are joined by those that are added to the topic, which are read from their start', async () => {
    const leaders: Leaders = { t: [1] }
    const { peer, consumer } = await cluster(leaders, { refreshFrequencyMs: 5 })
    consumer.consume('t')
    const first = await nextFetch(peer)
    expect(first.offsets).toEqual({ 't-0': 9n })
    leaders.t = [1, 1, 1]
    first.answer({ 't-0': {} })
    let offsets: Record<string, bigint> = {}
    while (Object.keys(offsets).length < 3) {
      const fetch = await nextFetch(peer)
      ;({ offsets } = fetch)
      fetch.answer(Object.fromEntries(Object.keys(offsets).map(name => [name, {}])))
    }
    expect(offsets).toEqual({ 't-0': 9n, 't-1': 1n, 't-2': 1n })
  })

  it('end all with the error of one, which names it, after what it has', async () => {
    const { peer, consumer } = await cluster()
    const reader = consumer.consume('t', { from: 'oldest' }).batches()
    ;(await nextFetch(peer)).answer({ 't-0': { records: batch(1, 1) }, 't-1': { records: batch(1, 1) }, 't-2': {} })
    ;(await nextFetch(peer)).answer({ 't-1': { errorCode: TOPIC_AUTHORIZATION_FAILED }, 't-0': {}, 't-2': {} })
    expect(await next(reader, 2)).toEqual(['t-0: 1', 't-1: 1'])
    const error = await failure(reader.next())
    expect(error.message).toMatch(/^t-1 at offset 2 .*TOPIC_AUTHORIZATION_FAILED/)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    // All of them are free.
    consumer.consume('t')
  })

  it('end with an error when one of the topics cannot be found', async () => {
    const { kafka } = await cluster({ t: [1] }, { retry: { max: 0 } })
    const reader = kafka.consumer().consume(['t', 'nope']).batches()
    expect((await failure(reader.next())).message).toMatch(/^topic "nope": UNKNOWN_TOPIC_OR_PARTITION/)
  })

  it('end without an error when they are closed, or their consumer, or their signal is aborted', async () => {
    const { consumer } = await cluster()
    const controller = new AbortController()
    const [one, two, three] = [
      consumer.consume([{ topic: 't', partition: 0 }]),
      consumer.consume([{ topic: 't', partition: 1 }], { signal: controller.signal }),
      consumer.consume('u'),
    ]
    const waiting = [one, two, three].map(merged => merged.batches().next())
    await one.close()
    controller.abort()
    await consumer.close()
    for (const each of waiting) expect(await each).toEqual({ done: true, value: undefined })
    for (const merged of [one, two, three]) for await (const message of merged) expect(message).toBe('nothing')
  })
})

describe('the progress of many partitions as one', () => {
  it('is told of each, and how far it is to all ends when every one is known', async () => {
    const { peer, consumer } = await cluster({ t: [1, 1] })
    const merged = consumer.consume('t', { from: 'oldest' })
    expect([merged.lag, merged.positions(), merged.highWatermarks()]).toEqual([undefined, new Map(), new Map()])
    const reader = merged.batches()
    // The second log ends in what is not handed out: the marker of a transaction.
    const records = marker('commit', 5n, 1)
    ;(await nextFetch(peer)).answer({
      't-0': { records: batch(1, 3), highWatermark: 6n },
      't-1': { records, highWatermark: 2n },
    })
    const waiting = await nextFetch(peer)
    expect(merged.lag).toBe(5n)
    await next(reader, 1)
    const ofTopic = (...each: [number, bigint][]) => new Map([['t', new Map(each)]])
    expect(merged.positions()).toEqual(ofTopic([0, 4n], [1, 2n]))
    expect(merged.highWatermarks()).toEqual(ofTopic([0, 6n], [1, 2n]))
    expect(merged.lag).toBe(2n)
    waiting.answer({ 't-0': { records: batch(4, 2), highWatermark: 6n } })
    await next(reader, 1)
    expect(merged.lag).toBe(0n)
  })

  it('is paused when all of them are', async () => {
    const { peer, consumer } = await cluster({ t: [1, 1] })
    const merged = consumer.consume('t', { from: 'oldest' })
    await nextFetch(peer)
    merged.pause([{ topic: 't', partition: 0 }])
    expect(merged.isPaused).toBe(false)
    merged.pause([{ topic: 't', partition: 1 }])
    expect(merged.isPaused).toBe(true)
    merged.resume()
    expect(merged.isPaused).toBe(false)
  })
})

describe('pausing many partitions as one', () => {
  it('pauses some, and the others are read on', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    const reader = merged.batches()
    const { answer } = await nextFetch(peer)
    merged.pause([{ topic: 't', partition: 1 }])
    answer(Object.fromEntries(['t-0', 't-1', 't-2'].map(name => [name, { records: batch(1, 1) }])))
    expect(await next(reader, 2)).toEqual(['t-0: 1', 't-2: 1'])
    merged.resume([{ topic: 't', partition: 1 }])
    expect(await next(reader, 1)).toEqual(['t-1: 1'])
  })

  it('sets aside what is being read message by message, and goes on with others', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    const { answer } = await nextFetch(peer)
    answer({ 't-0': { records: batch(1, 3) }, 't-1': { records: batch(1, 1) }, 't-2': {} })
    const read: string[] = []
    for await (const { partition, offset } of merged) {
      read.push(`${partition}@${offset}`)
      if (read.length === 1) merged.pause([{ topic: 't', partition: 0 }])
      if (read.length === 2) merged.resume()
      if (read.length === 4) break
    }
    expect(read).toEqual(['0@1', '1@1', '0@2', '0@3'])
  })

  it('pauses all, those too that are found later', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    merged.pause()
    const next = merged.batches().next()
    const other = consumer.consumePartition('u', 0, { from: 0n })
    // Only what is not paused is fetched.
    const poll = await nextFetch(peer)
    expect(poll.offsets).toEqual({ 'u-0': 0n })
    poll.answer({ 'u-0': {} })
    const second = await nextFetch(peer)
    expect(second.offsets).toEqual({ 'u-0': 0n })
    merged.resume()
    await other.close()
    second.answer({})
    const fetch = await nextFetch(peer)
    expect(Object.keys(fetch.offsets)).toEqual(['t-0', 't-1', 't-2'])
    fetch.answer({ 't-2': { records: batch(1, 1) }, 't-0': {}, 't-1': {} })
    expect((await next).value).toMatchObject({ partition: 2 })
  })

  it('pauses those ahead whose topic is being looked up, and resumes them', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    merged.pause([{ topic: 't', partition: 0 }])
    consumer.pause([1, 2].map(partition => ({ topic: 't', partition })))
    consumer.resume([{ topic: 't', partition: 2 }])
    const reader = merged.batches()
    const fetch = await nextFetch(peer)
    expect(Object.keys(fetch.offsets)).toEqual(['t-2'])
    fetch.answer({ 't-2': { records: batch(1, 1) } })
    expect(await next(reader, 1)).toEqual(['t-2: 1'])
    // By now it is known what partitions there are.
    expect(() => merged.pause([{ topic: 't', partition: 3 }])).toThrow('t-3 is not being read by this consumer')
    const waiting = await nextFetch(peer)
    merged.resume()
    waiting.answer({ 't-2': {} })
    expect(Object.keys((await nextFetch(peer)).offsets)).toEqual(['t-0', 't-1', 't-2'])
  })

  it('pauses all of a consumer, those ahead too, until all are resumed', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    consumer.pauseAll()
    expect(merged.isPaused).toBe(true)
    const other = consumer.consumePartition('u', 0, { from: 0n })
    const poll = await nextFetch(peer)
    expect(poll.offsets).toEqual({ 'u-0': 0n })
    consumer.resumeAll()
    expect(merged.isPaused).toBe(false)
    await other.close()
    poll.answer({})
    expect(Object.keys((await nextFetch(peer)).offsets)).toEqual(['t-0', 't-1', 't-2'])
  })

  it('refuses those that it does not read', async () => {
    const { peer, consumer } = await cluster()
    const merged = consumer.consume('t', { from: 'oldest' })
    consumer.consumePartition('u', 0, { from: 0n })
    await nextFetch(peer)
    const refusal = 'partitions[0]: u-0 is not being read by this consumer'
    expect(() => merged.pause([{ topic: 'u', partition: 0 }])).toThrow(refusal)
  })
})

describe('what cannot be read as one', () => {
  it.each<[unknown, string]>([
    [[], 'topics: must name at least one'],
    ['', 'topics[0]: "" is not a topic name'],
    [['t', 5], 'topics[1]: 5 is not a topic name'],
    [5, 'topics: must be a topic, a list of topics or a list of { topic, partition }, not 5'],
    [{ topics: ['t'] }, 'topics: must be a topic, a list of topics or a list of { topic, partition }, not an object'],
    [['t', 'u', 't'], 'topics[2]: t is there already'],
    [[{ topic: 't' }], 'topics[0].partition: must be a whole number from 0 on, not undefined'],
    [[{ topic: 't', partition: 0 }, 't'], 'topics[1]: topics and partitions cannot be in one list'],
    [['t', { topic: 't', partition: 0 }], 'topics[1]: topics and partitions cannot be in one list'],
    [['t', null], 'topics[1]: null is not a topic name'],
    [[{ topic: 't', partition: 0, offset: 5n }], 'topics[0].offset: there is no such field'],
    [[{ topic: 't', partition: 0, from: -5n }], 'topics[0].from: must be'],
    [
      [
        { topic: 't', partition: 0 },
        { topic: 't', partition: 0 },
      ],
      'topics[1]: t-0 is there already',
    ],
    [[null], 'topics[0]: must be an object, not null'],
  ])('is refused at once: %o', async (topics, problem) => {
    const { consumer } = await cluster()
    const error = thrownBy(() => consumer.consume(topics as readonly PartitionStart[]))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toContain(problem)
  })

  it('is a partition that is being read', async () => {
    const { consumer } = await cluster()
    consumer.consumePartition('t', 1, { from: 0n })
    const list = [0, 1].map(partition => ({ topic: 't', partition }))
    expect(() => consumer.consume(list)).toThrow('t-1 is being read by this consumer')
    // Nothing of the list is.
    consumer.consumePartition('t', 0, { from: 0n })
    expect((await failure(consumer.consume('t').batches().next())).message).toContain('is being read by this consumer')
  })

  it('is anything with options that do not exist', async () => {
    const { consumer } = await cluster()
    expect(() => consumer.consume('t', { form: 'oldest' } as object)).toThrow('options.form: there is no such field')
    expect(() => consumer.consume('t', { from: 'start' } as object)).toThrow("from: must be 'oldest'")
  })

  it('is told in what other clients call it', async () => {
    const { consumer, kafka } = await cluster()
    const wrong = [
      () => consumer.consume('t', { fromBeginning: true } as object),
      () => consumer.consume('t', { from: 'earliest' } as object),
      () => kafka.consumer({ offsets: { initial: 'latest' as 'newest' } }),
      () => kafka.consumer({ groupId: 'g' } as object),
      () => kafka.consumer({ fetch: { min: 1 } } as object),
    ]
    expect(wrong.map(call => thrownBy(call).message)).toEqual([
      "options.fromBeginning: there is no such field; begin with from: 'oldest'",
      expect.stringMatching(/^from: must be .*, not "earliest": the start of a log is 'oldest'$/),
      expect.stringMatching(/^consumer.offsets.initial: must be .*, not "latest": the end of a log is 'newest'$/),
      'consumer.groupId: unknown option; groups are read with kafka.consumerGroup(groupId)',
      'consumer.fetch.min: unknown option; did you mean consumer.fetch.minBytes?',
    ])
  })
})
