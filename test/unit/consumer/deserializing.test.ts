import { describe, expect, expectTypeOf, it } from 'vitest'
import {
  ConfigurationError,
  type ConsumerConfig,
  DeserializationError,
  json,
  type Message,
  type MessageBatch,
  type MessageJson,
  SerializationError,
  string,
} from '../../../src/index.ts'
import { encodeRecordBatch } from '../../../src/records/encode-record-batch.ts'
import { startPeers } from '../../support/cluster-of-peers.ts'
import { failure } from '../../support/failure.ts'
import { nextFetch, settled, thrownBy } from './support.ts'

interface Order {
  readonly id: number
}

/** A reader of a partition with these values, whose keys are their offsets. */
async function reading<K = Buffer, V = Buffer>(values: readonly (string | null)[], options?: ConsumerConfig<K, V>) {
  const warnings: unknown[][] = []
  const { peers, kafka } = await startPeers({
    leaders: { t: [1] },
    config: { logger: { debug() {}, info() {}, warn: (...line) => warnings.push(line), error() {} } },
  })
  const consumer = kafka.consumer<K, V>(options)
  const partition = consumer.consumePartition('t', 0, { from: 0n })
  const records = encodeRecordBatch(
    values.map((value, i) => ({ key: `${i}`, value, headers: [['h', 'x']], timestamp: 1000 + i })),
  )
  ;(await nextFetch(peers[0]!)).answer({ 't-0': { records } })
  return { peer: peers[0]!, partition, warnings, consumer }
}

async function first<T>(items: AsyncIterable<T>): Promise<T> {
  for await (const item of items) return item
  throw new Error('there is none')
}

describe('a consumer with deserializers', () => {
  it('hands out what they make of keys and values, and all else as it came', async () => {
    const options = { key: string(), value: json<Order>() }
    const { partition } = await reading(['{"id":7}', null, '{"id":8}'], options)
    const batches: AsyncIterable<MessageBatch<string, Order>> = partition.batches()
    const batch = await first(batches)
    expectTypeOf(batch.at(0)!).toEqualTypeOf<Message<string, Order>>()
    expect(Array.from(batch, ({ key, value }) => [key, value])).toEqual([
      ['0', { id: 7 }],
      ['1', null],
      ['2', { id: 8 }],
    ])
    expect([batch.size, batch.firstOffset, batch.lastOffset, batch.nextOffset]).toEqual([3, 0n, 2n, 3n])
    expect([batch.at(-1)?.value, batch.at(3), batch.topic, batch.partition]).toEqual([{ id: 8 }, undefined, 't', 0])
    const last = batch.at(2)!
    expect([last.offset, last.timestamp, last.timestampType, last.leaderEpoch]).toEqual([2n, 1002, 'create', -1])
    expect([last.topic, last.partition, last.headers.get('h')?.toString(), last.batch.count]).toEqual(['t', 0, 'x', 3])
    const asJson = last.toJSON()
    expectTypeOf(asJson).toEqualTypeOf<MessageJson<string, Order>>()
    expect(asJson).toMatchObject({ offset: '2', key: '2', value: { id: 8 } })
  })

  it('for one of them leaves the other a Buffer', async () => {
    const { partition } = await reading(['7'], { value: json<number>() })
    for await (const message of partition) {
      expectTypeOf(message).toEqualTypeOf<Message<Buffer, number>>()
      expect([message.key, message.value]).toEqual([Buffer.from('0'), 7])
      break
    }
  })

  it('is typed by them, and reads Buffers without any', async () => {
    const { partition } = await reading(['7'])
    for await (const message of partition) {
      expectTypeOf(message).toEqualTypeOf<Message>()
      expectTypeOf(message.value).toEqualTypeOf<Buffer | null>()
      expectTypeOf(message.toJSON().value).toEqualTypeOf<string | null>()
      break
    }
    // @ts-expect-error a serializer does not read
    const wrong: ConsumerConfig<string> = { key: { serialize: () => '' } }
    expect(wrong).toBeDefined()
  })

  it('ends the iteration with an error that says where, after the messages before, when one cannot be read', async () => {
    const { partition } = await reading(['1', '2', 'three', '4'], { value: json<number>() })
    const reader = partition.batches()
    const { value: batch } = await reader.next()
    expect(Array.from(batch!, ({ value }) => value)).toEqual([1, 2])
    // So that what is committed is only what was handed out.
    expect([batch!.nextOffset, partition.position]).toEqual([2n, 2n])
    const error = await failure(reader.next())
    expect(error).toBeInstanceOf(DeserializationError)
    expect(error).toBeInstanceOf(SerializationError)
    expect(error).toMatchObject({ topic: 't', partition: 0, offset: 2n, isKey: false, cause: expect.any(SyntaxError) })
    expect(error.message).toMatch(/^t-0 at offset 2: the value of a message in topic "t" is not JSON: /)
    expect(await reader.next()).toEqual({ done: true, value: undefined })
    expect(partition.position).toBe(2n)
  })

  it('ends it at once where the very first cannot be read', async () => {
    const { partition } = await reading(['one'], { value: json<number>() })
    expect(await failure(partition[Symbol.asyncIterator]().next())).toMatchObject({ offset: 0n })
  })

  it("leaves out what cannot be read with 'skip'", async () => {
    const { partition, peer } = await reading(['one', '2', 'three', '4', 'five'], {
      value: json<number>(),
      onDeserializationError: 'skip',
    })
    const reader = partition.batches()
    const { value: batch } = await reader.next()
    expect(Array.from(batch!, ({ offset, value }) => [offset, value])).toEqual([
      [1n, 2],
      [3n, 4],
    ])
    expect([batch!.size, batch!.firstOffset, batch!.lastOffset, batch!.nextOffset]).toEqual([2, 1n, 3n, 5n])
    // Where nothing is left there is no batch.
    const records = (from: number, value: string) => encodeRecordBatch([{ value }], { baseOffset: BigInt(from) })
    ;(await nextFetch(peer)).answer({ 't-0': { records: Buffer.concat([records(5, 'x'), records(6, '6')]) } })
    expect((await reader.next()).value?.firstOffset).toBe(6n)
  })

  it('asks a function for each, which gets the message as it came', async () => {
    const asked: unknown[] = []
    const { partition } = await reading(['one', '2', 'three'], {
      value: json<number>(),
      onDeserializationError(error, { offset, value }) {
        asked.push([error instanceof DeserializationError, offset, value?.toString()])
        return offset === 0n ? 'skip' : 'throw'
      },
    })
    const reader = partition.batches()
    expect((await reader.next()).value?.firstOffset).toBe(1n)
    expect(await failure(reader.next())).toMatchObject({ offset: 2n })
    expect(asked).toEqual([
      [true, 0n, 'one'],
      [true, 2n, 'three'],
    ])
  })

  it('does not hold up who seeks behind what cannot be read', async () => {
    const { partition, peer } = await reading(['1', 'two', '3'], { value: json<number>() })
    const reader = partition[Symbol.asyncIterator]()
    expect((await reader.next()).value?.value).toBe(1)
    partition.seek(2n)
    ;(await nextFetch(peer)).answer({ 't-0': {} })
    const sought = await nextFetch(peer)
    expect(sought.offsets).toEqual({ 't-0': 2n })
    sought.answer({ 't-0': { records: encodeRecordBatch([{ value: '3' }], { baseOffset: 2n }) } })
    expect((await reader.next()).value?.value).toBe(3)
  })

  it('ends the iteration after the messages before, also where the partition was paused among those', async () => {
    const { partition } = await reading(['1', '2', 'three'], { value: json<number>() })
    const reader = partition[Symbol.asyncIterator]()
    expect((await reader.next()).value?.value).toBe(1)
    partition.pause()
    const next = reader.next()
    await settled()
    partition.resume()
    expect((await next).value?.value).toBe(2)
    expect(await failure(reader.next())).toMatchObject({ offset: 2n })
  })

  it('ends the iteration where that function is asynchronous, which is too late for an answer', async () => {
    const bug = async () => {
      throw new Error('a bug of the user')
    }
    for (const answer of [async () => 'skip', bug]) {
      const { partition } = await reading(['one'], {
        value: json<number>(),
        onDeserializationError: answer as () => unknown as () => 'skip',
      })
      const error = await failure(partition.batches().next())
      expect(error).toBeInstanceOf(ConfigurationError)
      expect(error.message).toBe('consumer.onDeserializationError: must not be asynchronous')
      expect(error.cause).toBeInstanceOf(DeserializationError)
    }
  })

  it.each<[unknown, string]>([
    [undefined, 'undefined'],
    [true, 'true'],
    ['Skip', '"Skip"'],
  ])('ends the iteration where that function answers anything else: %s', async (answer, shown) => {
    const { partition } = await reading(['one'], {
      value: json<number>(),
      onDeserializationError: () => answer as 'skip',
    })
    const error = await failure(partition.batches().next())
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toBe(`consumer.onDeserializationError: must answer "throw" or "skip", not ${shown}`)
    expect(error.cause).toMatchObject({ code: 'SERIALIZATION', offset: 0n })
  })

  /** What ends the iteration when the function throws what this makes of the error that it is told. */
  async function endedBy(thrown: (error: Error) => unknown): Promise<Error> {
    const { partition } = await reading(['one'], {
      value: json<number>(),
      onDeserializationError(error) {
        throw thrown(error)
      },
    })
    return failure(partition.batches().next())
  }

  it('ends the iteration with what that function throws, whose cause is the error it was told', async () => {
    const bug = new Error('a bug of the user')
    expect(await endedBy(() => bug)).toBe(bug)
    expect(bug.cause).toMatchObject({ code: 'SERIALIZATION', offset: 0n })
    expect(Object.keys(bug)).toEqual([])
  })

  it('leaves a cause alone that there is, and makes no circle of causes', async () => {
    const reason = new Error('why')
    expect((await endedBy(() => new Error('with a cause', { cause: reason }))).cause).toBe(reason)
    const itself = await endedBy(error => error)
    expect(itself).toBeInstanceOf(DeserializationError)
    expect(itself.cause).toBeInstanceOf(SyntaxError)
    const behind = await endedBy(error => error.cause)
    expect(behind).toBeInstanceOf(SyntaxError)
    expect(behind.cause).toBeUndefined()
    expect(await endedBy(() => Object.freeze(new Error('frozen')))).toMatchObject({ message: 'frozen' })
  })

  it('ends the iteration where a deserializer is asynchronous, also where its promise fails', async () => {
    const bug = async () => {
      throw new Error('a bug of the user')
    }
    for (const deserialize of [async () => 7, bug]) {
      const { partition } = await reading(['7'], { value: { deserialize } })
      const error = await failure(partition.batches().next())
      expect(error).toBeInstanceOf(DeserializationError)
      expect(error.message).toContain('was deserialized to a promise: a deserializer must not be asynchronous')
      expect(error).toMatchObject({ offset: 0n, isKey: false })
    }
  })
})

describe('interceptors', () => {
  it('see each message as it is handed out, one after another, and may replace it', async () => {
    const seen: unknown[] = []
    const { partition } = await reading(['1', '2'], {
      value: json<number>(),
      interceptors: [
        { onConsume: message => message.copy({ value: (message.value ?? 0) * 10 }) },
        { onConsume: ({ offset, value }) => void seen.push([offset, value]) },
      ],
    })
    const { value: batch } = await partition.batches().next()
    expect(Array.from(batch!, ({ value }) => value)).toEqual([10, 20])
    expect(seen).toEqual([
      [0n, 10],
      [1n, 20],
    ])
  })

  it('see messages without deserializers too', async () => {
    const seen: (string | undefined)[] = []
    const { partition } = await reading(['a'], {
      interceptors: [{ onConsume: ({ value }) => void seen.push(`${value}`) }],
    })
    const { value: message } = await partition[Symbol.asyncIterator]().next()
    expect([message?.value?.toString(), seen]).toEqual(['a', ['a']])
  })

  it('that throw are logged, and the message is handed out without them', async () => {
    const { partition, warnings } = await reading(['1'], {
      value: json<number>(),
      interceptors: [
        {
          onConsume() {
            throw new Error('a bug of the user')
          },
        },
      ],
    })
    expect((await partition.batches().next()).value?.at(0)?.value).toBe(1)
    expect(warnings).toEqual([[expect.stringContaining('interceptor'), { error: 'Error: a bug of the user' }]])
  })
})

describe('an asynchronous interceptor', () => {
  it('is logged, and the message is handed out without it', async () => {
    const onConsume = async () => {
      throw new Error('a bug of the user')
    }
    const interceptors = [{ onConsume: onConsume as unknown as () => undefined }]
    const { partition, warnings } = await reading(['a'], { interceptors })
    expect((await partition.batches().next()).value?.at(0)?.value?.toString()).toBe('a')
    const error = 'TypeError: onConsume must not be asynchronous'
    expect(warnings).toEqual([[expect.stringContaining('interceptor'), { error }]])
  })
})

describe('what is no such option', () => {
  it.each<[object, string]>([
    [{ key: {} }, 'consumer.key: must be a deserializer such as json()'],
    [{ value: null }, 'consumer.value: must be a deserializer such as json()'],
    [{ interceptors: [{}] }, 'consumer.interceptors: must be a list of objects with onConsume()'],
    [{ onDeserializationError: 'ignore' }, 'consumer.onDeserializationError: must be "throw", "skip" or a function'],
  ])('is refused: %o', async (options, problem) => {
    const { kafka } = await startPeers({ leaders: {} })
    const error = thrownBy(() => kafka.consumer(options))
    expect(error).toBeInstanceOf(ConfigurationError)
    expect(error.message).toContain(problem)
  })
})
