import { randomBytes } from 'node:crypto'
import { expect, it } from 'vitest'
import {
  ClosedError,
  ConfigurationError,
  type DialLeaderOptions,
  type LeaderConnection,
  type Message,
} from '../../src/index.ts'
import { openTransaction } from '../kafka/support/open-transaction.ts'
import { failure } from '../support/failure.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

const KIB = 1024
const valuesOf = (messages: Iterable<Message>) => Array.from(messages, ({ value }) => String(value))
const letters = (...values: string[]) => values.map(value => ({ value }))

async function dialled(values: readonly string[] = [], options?: DialLeaderOptions): Promise<LeaderConnection> {
  const kafka = newKafka()
  const connection = await kafka.dialLeader(await newTopic(kafka, { partitions: 2 }), 1, options)
  if (values.length > 0) await connection.writeMessages(letters(...values))
  return connection
}

it('writes messages to its partition and reads them back as a batch', async () => {
  const connection = await dialled()
  const { topic } = connection
  const headers = { trace: 'abc' }
  const written = await connection.writeMessages([
    { key: 'k', value: 'one', headers },
    { value: 'two' },
    { value: null },
  ])
  expect(written.map(({ topic, partition, offset }) => [topic, partition, offset])).toEqual([
    [topic, 1, 0n],
    [topic, 1, 1n],
    [topic, 1, 2n],
  ])
  const batch = await connection.readBatch(1, KIB * KIB)
  expect(valuesOf(batch)).toEqual(['one', 'two', 'null'])
  expect(batch).toMatchObject({ topic, partition: 1, size: 3, firstOffset: 0n, lastOffset: 2n, nextOffset: 3n })
  expect(batch.highWatermark).toBe(3n)
  expect(batch.at(0)?.toJSON()).toMatchObject({ key: 'k', headers: [['trace', 'abc']] })
  expect(batch.at(-1)?.value).toBe(null)
  expect(connection.offset).toBe(3n)
})

it('reads message by message, and goes on with a batch where that ended', async () => {
  const connection = await dialled(['a', 'b', 'c', 'd'])
  expect(String((await connection.readMessage()).value)).toBe('a')
  // Reads that are called together go one after the other.
  const two = await Promise.all([connection.readMessage(), connection.readMessage()])
  expect(valuesOf(two)).toEqual(['b', 'c'])
  expect(valuesOf(await connection.readBatch(1, KIB))).toEqual(['d'])
})

it('waits for messages, until there are some or the deadline is over', async () => {
  const connection = await dialled()
  const late = await failure(connection.readBatch(1, KIB, { signal: AbortSignal.timeout(50) }))
  expect(late.name).toBe('TimeoutError')
  const reading = connection.readMessage()
  await connection.writeMessages(letters('at last'))
  expect(String((await reading).value)).toBe('at last')
})

it('gives no more than was asked for, but a whole batch, and waits for as much as was asked for', async () => {
  const connection = await dialled([], { consumer: { maxWaitMs: 30_000 } })
  const value = 'x'.repeat(10 * KIB)
  for (let i = 0; i < 4; i++) await connection.writeMessages([{ value }])
  expect((await connection.readBatch(1, 100)).size).toBe(1)
  expect((await connection.readBatch(1, 25 * KIB)).size).toBe(2)
  const reading = connection.readBatch(15 * KIB, 100 * KIB)
  await connection.writeMessages([{ value }])
  expect((await reading).size).toBe(2)
})

it('tells where the log begins and ends, and seeks in it', async () => {
  const connection = await dialled(['a', 'b', 'c'])
  expect(await connection.readOffsets()).toEqual({ first: 0n, last: 3n })
  expect(await connection.seek('newest')).toBe(3n)
  expect(connection.offset).toBe(3n)
  expect(await connection.seek(1n)).toBe(1n)
  expect(String((await connection.readMessage()).value)).toBe('b')
  expect(await connection.seek(connection.offset - 2n)).toBe(0n)
  expect(await connection.seek(new Date(0))).toBe(0n)
  expect(await connection.readOffset(new Date(Date.now() + 60_000))).toBe(3n)
  const error = await failure(connection.seek(4n))
  expect(error).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE' })
  expect(error.message).toContain(`offset 4 of ${connection.topic}-1, whose log reaches from 0 to 3`)
  expect(await failure(connection.seek(-1n))).toBeInstanceOf(ConfigurationError)
  expect(await failure(connection.readBatch(1, 0))).toBeInstanceOf(ConfigurationError)
  expect(connection.offset).toBe(0n)
})

it('begins where it is told to, and reads what is committed when it is told to', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  await kafka.producer().sendAll(['a', 'b'].map(value => ({ topic, value })))
  const id = `tx-${randomBytes(6).toString('hex')}`
  await openTransaction(kafka, id, topic)
  const admin = kafka.admin()
  await admin.fenceProducers([id])
  const end = async () => (await admin.listOffsets([{ topic, partition: 0, spec: 'latest' }]))[0]?.offset
  // The message of the transaction, and the marker that aborted it.
  await expect.poll(end).toBe(4n)
  await kafka.producer().send({ topic, value: 'c' })
  const consumer = { isolationLevel: 'read_committed' } as const
  const committed = await kafka.dialLeader(topic, 0, { from: 1n, consumer })
  expect(valuesOf(await committed.readBatch(1, KIB))).toEqual(['b', 'c'])
  const all = await kafka.dialLeader(topic, 0, { from: 1n })
  expect(valuesOf(await all.readBatch(1, KIB))).toEqual(['b', 'open', 'c'])
})

it('lets the broker wait for something to be there, also where it may give nothing', async () => {
  const answered: string[] = []
  const kafka = newKafka({ hooks: { onRequest: ({ api }) => answered.push(api) } })
  const connection = await kafka.dialLeader(await newTopic(kafka), 0, { consumer: { maxWaitMs: 30_000 } })
  const reading = connection.readBatch(0, KIB)
  for (let i = 0; i < 10; i++) await connection.readOffsets()
  expect(answered).not.toContain('Fetch')
  await connection.writeMessages(letters('a'))
  expect(valuesOf(await reading)).toEqual(['a'])
})

it('writes as it is told to', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  const connection = await kafka.dialLeader(topic, 0, { producer: { compression: 'gzip', acks: 1 } })
  await connection.writeMessages([{ value: 'x'.repeat(100 * KIB) }])
  expect((await connection.readBatch(1, KIB)).at(0)?.batch.codec).toBe('gzip')
})

it('says which partition is not there', async () => {
  const kafka = newKafka({ metadata: { retry: { max: 1, backoffMs: 10 }, allowAutoTopicCreation: false } })
  const error = await failure(kafka.dialLeader(await newTopic(kafka), 7))
  expect(error).toMatchObject({ code: 'UNKNOWN_TOPIC_OR_PARTITION' })
  expect(error.message).toMatch(/test-\w+-7/)
  expect((await failure(kafka.dialLeader('not-there', 0))).message).toContain('"not-there"')
  const both = await failure(kafka.dialLeader('a/b', -1))
  expect((both as ConfigurationError).problems.map(({ option }) => option)).toEqual(['topic', 'partition'])
})

it('ends what is being read when it is closed, by itself or with its Kafka', async () => {
  const connection = await dialled(['a'])
  const other = await dialled()
  await connection.seek('newest')
  const reading = failure(connection.readBatch(1, KIB))
  await connection.close()
  expect(await reading).toBeInstanceOf(ClosedError)
  for (const call of [
    () => connection.readMessage(),
    () => connection.writeMessages([]),
    () => connection.readOffsets(),
  ]) {
    expect(await failure(call())).toBeInstanceOf(ClosedError)
  }
  expect(await other.readOffsets()).toEqual({ first: 0n, last: 0n })
})

it('is not made of a Kafka that is closed meanwhile', async () => {
  const kafka = newKafka()
  const topic = await newTopic(kafka)
  await kafka.dialLeader(topic, 0)
  const dialling = failure(kafka.dialLeader(topic, 0, { from: 0n }))
  await kafka.close()
  expect(await dialling).toBeInstanceOf(ClosedError)
})
