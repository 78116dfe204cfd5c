import { describe, expect, it } from 'vitest'
import { ClosedError, type Consumer } from '../../../../src/index.ts'
import { ExpectationError, mockConsumer } from '../../../../src/testing.ts'

/** Takes a real consumer, and reads until the iteration ends. */
async function valuesOf(consumer: Consumer<string, string>, seen: unknown[] = []): Promise<unknown[]> {
  for await (const { value, offset } of consumer.consumePartition('orders', 0)) seen.push([offset, value])
  return seen
}

describe('a mock consumer', () => {
  it('hands out what the test yields, also while it is being read', async () => {
    const consumer = mockConsumer<string, string>()
    const orders = consumer.expectConsumePartition('orders', 0, {}).yieldMessages({ value: 'a' })
    const seen: unknown[] = []
    const reading = valuesOf(consumer, seen)
    await orders.drained()
    orders.yieldMessages({ value: 'b' }, { value: null, offset: 9n }).yieldMessages({})
    await orders.drained()
    expect(seen).toEqual([
      [0n, 'a'],
      [1n, 'b'],
      [9n, null],
      [10n, null],
    ])
    expect(orders).toMatchObject({ position: 11n, highWatermark: 11n, lag: 0n })
    await consumer.close()
    expect(await reading).toBe(seen)
  })

  it('gives messages all that real ones have', async () => {
    const consumer = mockConsumer<string, Buffer>()
    const from = 7n
    consumer
      .expectConsumePartition('orders', 2, { from })
      .yieldMessages({ key: 'k', value: Buffer.from('v'), headers: [['h', '1']], timestamp: 5 })
    const { value: message } = await consumer.consumePartition('orders', 2, { from })[Symbol.asyncIterator]().next()
    expect(message).toMatchObject({ topic: 'orders', partition: 2, offset: 7n, timestamp: 5, timestampType: 'create' })
    expect(message.headers.get('h')).toEqual(Buffer.from('1'))
    expect(message.batch).toMatchObject({ baseOffset: 7n, nextOffset: 8n, count: 1 })
    expect(JSON.parse(JSON.stringify(message))).toEqual({
      topic: 'orders',
      partition: 2,
      offset: '7',
      timestamp: 5,
      key: 'k',
      value: 'v',
      headers: [['h', '1']],
    })
    expect(message.copy({ value: 5 })).toMatchObject({ offset: 7n, key: 'k', value: 5 })
    await consumer.close()
  })

  it('throws a yielded error after the messages before it, and nothing comes after that', async () => {
    const consumer = mockConsumer<string, string>()
    const error = new Error('corrupt')
    const orders = consumer.expectConsumePartition('orders', 0).yieldMessages({ value: 'a' }).yieldError(error)
    expect(() => orders.yieldMessages({ value: 'b' })).toThrow('nothing can follow the error of orders-0')
    const seen: unknown[] = []
    await expect(valuesOf(consumer, seen)).rejects.toBe(error)
    expect(seen).toEqual([[0n, 'a']])
    await orders.drained()
    await consumer.close()
  })

  it('tells on close what was not read, not consumed and not expected', async () => {
    const consumer = mockConsumer<string, string>()
    consumer
      .expectConsumePartition('orders', 0)
      .yieldMessages({ value: 'a' }, { value: 'b' })
      .yieldError(new Error('x'))
    consumer.expectConsumePartition('orders', 1)
    consumer.expectConsume('payments', { from: 'oldest' })
    const reading = consumer.consumePartition('orders', 0)
    for await (const _ of reading) break
    expect(() => consumer.consumePartition('orders', 0)).toThrow('nobody was expected to consume orders-0 any more')
    expect(() => consumer.consume(['payments'], { from: 'newest' })).toThrow(ExpectationError)
    const problems = [
      'nobody was expected to consume orders-0 any more',
      "expected topic payments to be consumed from 'oldest', but it is from 'newest'",
      '2 messages and errors were not read of orders-0',
      'expected orders-1 to be consumed, but nobody did',
    ]
    await expect(consumer.close()).rejects.toMatchObject({ code: 'EXPECTATION', problems })
    await expect(consumer.close()).rejects.toMatchObject({ problems })
    expect(() => consumer.consumePartition('orders', 1)).toThrow(ClosedError)
  })

  it('hands out batches: what was yielded together, of one partition', async () => {
    const consumer = mockConsumer<string, string>()
    const all = consumer.expectConsume(['orders', 'payments'])
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const batch of consumer.consume(['payments', 'orders']).batches()) {
        const { topic, partition, firstOffset, lastOffset, nextOffset, highWatermark } = batch
        const values = Array.from(batch, ({ value }) => value)
        seen.push([topic, partition, values])
        expect([firstOffset, lastOffset, nextOffset]).toEqual([0n, BigInt(batch.size) - 1n, BigInt(batch.size)])
        expect([highWatermark, batch.at(-1)?.offset]).toEqual([nextOffset, lastOffset])
        expect(batch.sizeBytes).toBeGreaterThan(0)
      }
    })()
    all.yieldMessages({ value: 'a' }, { value: 'b' }, { partition: 1, value: 'c' }, { topic: 'payments', value: 'd' })
    await all.drained()
    expect(seen).toEqual([
      ['orders', 0, ['a', 'b']],
      ['orders', 1, ['c']],
      ['payments', 0, ['d']],
    ])
    expect(() => all.yieldMessages({ topic: 'others' })).toThrow('others-0 is not among topic orders, topic payments')
    expect(consumer.highWatermarks().get('orders')).toEqual(
      new Map([
        [0, 2n],
        [1, 1n],
      ]),
    )
    expect(all.positions()).toEqual(all.highWatermarks())
    expect(all.lag).toBe(0n)
    await consumer.close()
    await reading
  })

  it('hands out nothing of what is paused', async () => {
    const consumer = mockConsumer<string, string>()
    const all = consumer.expectConsume([
      { topic: 'orders', partition: 3 },
      { topic: 'orders', partition: 4 },
    ])
    all.yieldMessages({ value: 'a' }, { partition: 4, value: 'b' })
    const merged = consumer.consume([
      { topic: 'orders', partition: 4 },
      { topic: 'orders', partition: 3 },
    ])
    const messages = merged[Symbol.asyncIterator]()
    consumer.pause([{ topic: 'orders', partition: 3 }])
    expect((await messages.next()).value).toMatchObject({ partition: 4, value: 'b' })
    expect(merged.isPaused).toBe(false)
    merged.pause()
    merged.resume([{ topic: 'orders', partition: 3 }])
    expect((await messages.next()).value).toMatchObject({ partition: 3, value: 'a' })
    consumer.pauseAll()
    expect(merged.isPaused).toBe(true)
    expect(() => consumer.pause([{ topic: 'orders', partition: 5 }])).toThrow('orders-5 is not being read')
    expect(() => merged.pause([{ topic: 'orders', partition: 5 }])).toThrow('orders-5 is not among')
    all.yieldMessages({ value: 'c' })
    const next = messages.next()
    consumer.resumeAll()
    expect((await next).value).toMatchObject({ value: 'c', offset: 1n })
    await consumer.close()
    expect(await messages.next()).toEqual({ done: true, value: undefined })
    expect(() => merged.resume()).toThrow(ClosedError)
  })

  it('seeks among what was yielded', async () => {
    const consumer = mockConsumer<string, string>()
    const orders = consumer.expectConsumePartition('orders', 0)
    orders.yieldMessages({ value: 'a', timestamp: 10 }, { value: 'b', timestamp: 20 }, { value: 'c', timestamp: 30 })
    const partition = consumer.consumePartition('orders', 0)
    const messages = partition[Symbol.asyncIterator]()
    const next = async () => (await messages.next()).value?.value
    expect(await next()).toBe('a')
    partition.seek(2n)
    expect(await next()).toBe('c')
    partition.seek('oldest')
    expect([await next(), partition.position, partition.lag]).toEqual(['a', 1n, 2n])
    partition.seek(new Date(25))
    expect(await next()).toBe('c')
    partition.seek('newest')
    orders.yieldMessages({ value: 'd' })
    expect(await next()).toBe('d')
    expect(() => orders.yieldMessages({ offset: 2n })).toThrow('must be at least 4 in orders-0, not 2')
    await partition.close()
    expect(() => partition.seek(0n)).toThrow(ClosedError)
    await consumer.close()
  })

  it('tells who begins to read after another one has left its loop, or got the error, that nothing more comes', async () => {
    const consumer = mockConsumer<string, string>()
    consumer.expectConsumePartition('orders', 0).yieldMessages({ value: 'a' }, { value: 'b' })
    const left = consumer.consumePartition('orders', 0)
    const before = left[Symbol.asyncIterator]()
    for await (const _ of left) break
    expect(() => left[Symbol.asyncIterator]()).toThrow(ClosedError)
    expect(() => left.batches()).toThrow('the reading of orders-0 has ended, as its loop was left')
    expect(await before.next()).toEqual({ done: true, value: undefined })

    consumer.expectConsume('orders').yieldError(new Error('corrupt'))
    const failed = consumer.consume('orders')
    await expect(failed[Symbol.asyncIterator]().next()).rejects.toThrow('corrupt')
    expect(() => failed.batches()).toThrow('the reading of topic orders has ended, as it has failed')

    consumer.expectConsume('payments')
    const closed = consumer.consume('payments')
    await closed.close()
    expect(await closed[Symbol.asyncIterator]().next()).toEqual({ done: true, value: undefined })
    await expect(consumer.close()).rejects.toThrow('1 message or error was not read of orders-0')
  })

  it('ends an iteration with its signal', async () => {
    const consumer = mockConsumer()
    consumer.expectConsume('orders')
    const stopping = new AbortController()
    const next = consumer.consume('orders', { signal: stopping.signal })[Symbol.asyncIterator]().next()
    stopping.abort()
    expect(await next).toEqual({ done: true, value: undefined })
    await consumer.close()
  })

  it('knows the topics that it was made with', async () => {
    const consumer = mockConsumer({ topics: { payments: 1, orders: 3 } })
    expect(await consumer.topics()).toEqual(['orders', 'payments'])
    expect(await consumer.partitions('orders')).toEqual([0, 1, 2])
    await expect(consumer.partitions('others')).rejects.toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
    await consumer.close()
  })
})
