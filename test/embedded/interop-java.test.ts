import { describe, expect, it, type TestContext } from 'vitest'
import { type OrReason, orReason } from '../../scripts/kafka/unavailable.ts'
import { java } from '../kafka/support/java.ts'
import { base64, expectedOf, keepForEver, plain, type Sample, samples } from '../kafka/support/plain.ts'
import { readBatches, readMessages } from '../kafka/support/read.ts'
import { needsKafka, newKafka, newTopic } from '../support/kafka.ts'

needsKafka()

/** Skips the test where there is no Java. */
function orSkip<T>(ctx: TestContext, outcome: OrReason<T>): T {
  return outcome.ok ? outcome.value : ctx.skip(outcome.reason)
}

/** Messages as `JavaClient.java` takes them. */
const forJava = (messages: readonly Pick<Sample, 'key' | 'value'>[]) =>
  messages.map(message => ({ ...message, key: base64(message.key), value: base64(message.value) }))

describe.each(['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
  "Java's client, with compression %s,",
  compression => {
    it('reads all that samsa wrote', async ctx => {
      const kafka = newKafka()
      const topic = await newTopic(kafka, keepForEver)
      const written = await kafka
        .producer({ compression })
        .sendAll(samples.map(sample => ({ topic, partition: 0, ...sample })))
      expect(written).toEqual(
        samples.map(({ timestamp }, i) => ({ topic, partition: 0, offset: BigInt(i), timestamp })),
      )
      const [batch] = await readBatches(kafka, topic, 0n)
      expect(batch?.at(0)?.batch.codec).toBe(compression)
      const read = orSkip(ctx, await orReason(() => java('read', { topic, partition: 0, count: samples.length })))
      expect(read).toEqual(expectedOf(samples).map(message => ({ ...message, timestampType: 'CreateTime' })))
    })

    it('writes what samsa reads in full', async ctx => {
      const kafka = newKafka()
      const topic = await newTopic(kafka, keepForEver)
      const messages = forJava(samples).map((message, i) => ({
        ...message,
        partition: 0,
        headers: samples[i]?.headers.map(([name, value]) => [name, base64(value)]),
      }))
      const written = orSkip(ctx, await orReason(() => java('write', { topic, compression, messages })))
      expect(written.map(({ offset }) => offset)).toEqual(samples.map((_, i) => String(i)))
      const read = await readMessages(kafka, topic, BigInt(samples.length - 1))
      expect(read.map(plain)).toEqual(expectedOf(samples))
      // Java compresses a batch of one message too.
      expect(new Set(read.map(message => message.batch.codec))).toEqual(new Set([compression]))
    })
  },
)

it("keys go to the partition that Java's default partitioner picks", async ctx => {
  const kafka = newKafka()
  const topic = await newTopic(kafka, { partitions: 7 })
  const keys = ['', 'a', 'bb', 'ccc', 'dddd', 'eeeee', 'ключ', ...Array.from({ length: 40 }, (_, i) => `key-${i}`)]
  const bytes = Uint8Array.of(255, 128, 0, 200, 250)
  const messages = [...keys.map(key => ({ topic, key, value: key })), { topic, key: bytes, value: 'bytes' }]
  const mine = await kafka.producer().sendAll(messages)
  const task = { topic, compression: 'none', messages: forJava(messages) }
  const theirs = orSkip(ctx, await orReason(() => java('write', task)))
  expect(mine.map(({ partition }) => partition)).toEqual(theirs.map(({ partition }) => partition))
  // Enough keys to meet every partition, or the comparison would show little.
  expect(new Set(mine.map(({ partition }) => partition)).size).toBe(7)
})
