import { expect, it, type TestContext } from 'vitest'
import { type OrReason, orReason } from '../../scripts/kafka/unavailable.ts'
import { consistentCrc } from '../../src/producer/partitioners/consistent-crc.ts'
import { defaultPartitioner } from '../../src/producer/partitioners/default.ts'
import { hash } from '../../src/producer/partitioners/hash.ts'
import { murmur2 } from '../../src/producer/partitioners/murmur2.ts'
import { java } from '../kafka/support/java.ts'
import { kcat } from '../kafka/support/kcat.ts'
import { base64 } from '../kafka/support/plain.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

/** Skips the test where there is no such client. */
function orSkip<T>(ctx: TestContext, outcome: OrReason<T>): T {
  return outcome.ok ? outcome.value : ctx.skip(outcome.reason)
}

const PARTITIONS = 7
const range = <T>(length: number, each: (i: number) => T): T[] => Array.from({ length }, (_, i) => each(i))

const texts = [
  '',
  ...range(80, i => `key-${i}`),
  ...range(40, i => 'abcdefgh'.slice(0, i % 8) + i),
  ...range(29, i => `ключ ${'🗝'.repeat(i % 3)} ${i}`),
]
const binary = range(50, i => Uint8Array.from({ length: i }, (_, at) => (i * 31 + at * 97) & 0xff))

/** Enough keys to meet every partition, or the comparison would show little. */
function expectAll(partitions: readonly number[]): void {
  expect([...new Set(partitions)].sort()).toEqual(range(PARTITIONS, i => i))
}

it("keys of every kind go where Java's producer puts them", async ctx => {
  const kafka = newKafka()
  const topic = await newTopic(kafka, { partitions: PARTITIONS })
  const messages = [...texts, ...binary].map(key => ({ topic, key, value: 'value' }))
  expect(messages).toHaveLength(200)
  const sent = messages.map(({ key, value }) => ({ key: base64(key), value: base64(value) }))
  const theirs = orSkip(ctx, await orReason(() => java('write', { topic, compression: 'none', messages: sent })))
  const expected = theirs.map(({ partition }) => partition)
  expectAll(expected)

  for (const options of [{}, { partitioner: defaultPartitioner() }, { partitioner: murmur2() }]) {
    const mine = await kafka.producer(options).sendAll(messages)
    expect(mine.map(({ partition }) => partition)).toEqual(expected)
  }
})

it.for([
  ['consistent', consistentCrc()],
  ['murmur2_random', murmur2()],
  ['fnv1a_random', hash()],
] as const)("keys go where librdkafka's %s puts them", async ([name, partitioner], ctx) => {
  orSkip(ctx, await orReason(() => kcat(['-V'])))
  const kafka = newKafka()
  const topic = await newTopic(kafka, { partitions: PARTITIONS })
  // Each value is the number of its key.
  const lines = texts.map((key, i) => `${key}:${i}\n`).join('')
  await kcat(['-P', '-t', topic, '-K:', '-X', `partitioner=${name}`], lines)
  const read = await kcat(['-C', '-q', '-e', '-t', topic, '-o', 'beginning', '-f', '%s %p\n'])
  const expected: number[] = []
  for (const line of read.toString().trim().split('\n')) {
    const [i, partition] = line.split(' ').map(Number)
    expected[i!] = partition!
  }
  expectAll(expected)

  const mine = await kafka.producer({ partitioner }).sendAll(texts.map(key => ({ topic, key, value: 'value' })))
  expect(mine.map(({ partition }) => partition)).toEqual(expected)
})
